/* The timers of a loop, in one array: a min-heap of those that wait, from the front, and at the
 * end, in the order in which they run, those that are due.
 *
 * Order is by due time, then by start. Both stand in the entry, beside the pointer: a comparison
 * stays within the array, and no timer is read to decide between others.
 *
 * Eight children per node, side by side in three cache lines: a sift touches a third of the levels
 * of a binary heap.
 *
 * Many that fall due together are taken out at once and sorted, which costs a fraction of removing
 * the first one as often. Both ways lead to the same order.
 *
 * Who is due keeps its room until it has run, so that starting it again then needs no memory.
 *
 * HEAP_ARITY is a macro so that tests/loop/bench_heap.c can measure other shapes. */
#ifndef LOOP_HEAP_H
#define LOOP_HEAP_H

#include "loop/loop.h"

#ifndef HEAP_ARITY
#define HEAP_ARITY 8u
#endif

struct heap_entry {
    uint64_t due_ns;
    /* The order of starts: decides between equal due times. */
    uint64_t order;
    struct loop_timer *timer;
};

struct heap {
    struct heap_entry *entries;
    /* Timers that wait. */
    uint32_t count;
    /* Room in the array. */
    uint32_t capacity;
    /* Entries at the end, yet to run; those of stopped timers have NULL. */
    uint32_t due;
    /* How many of those were stopped. */
    uint32_t stopped;
    uint64_t next_order;
};

/* Makes room for `count` timers in all, due ones included; heap_insert() needs it done before.
 * -ENOMEM: nothing has changed. */
int heap_reserve(struct heap *, uint32_t count);
/* The timer waits from now on; timer->heap_index leads back to its entry. */
void heap_insert(struct heap *, struct loop_timer *, uint64_t due_ns);
/* One that waits or is due. */
void heap_remove(struct heap *, struct loop_timer *);
/* All that are due at now_ns wait no more; but first, those of the last time have to be given out.
 */
void heap_take_due(struct heap *, uint64_t now_ns);
/* The next of those, NULL when all have been given out. */
struct loop_timer *heap_next_due(struct heap *);
void heap_close(struct heap *);

/* The first one that waits; there has to be one. */
static inline struct heap_entry heap_first(const struct heap *heap)
{
    return heap->entries[0];
}

static inline bool heap_before(const struct heap_entry *a, const struct heap_entry *b)
{
    return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

#endif
