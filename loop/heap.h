/* A min-heap of timers, ordered by due time, then by start order.
 *
 * Four children per node and the due time beside the pointer: a sift touches half the levels of a
 * binary heap, and compares within one cache line instead of following pointers. HEAP_ARITY is a
 * macro so that tests/loop/bench_heap.c can measure other shapes. */
#ifndef LOOP_HEAP_H
#define LOOP_HEAP_H

#include "loop/loop.h"

#ifndef HEAP_ARITY
#define HEAP_ARITY 4u
#endif

struct heap_entry {
    uint64_t due_ns;
    struct loop_timer *timer;
};

struct heap {
    struct heap_entry *entries;
    uint32_t count, capacity;
};

/* Makes room for `count` timers in all; heap_insert() needs it done before. -ENOMEM. */
int heap_reserve(struct heap *, uint32_t count);
/* Puts a timer in by its due_ns and order, and keeps timer->heap_index up to date from then on. */
void heap_insert(struct heap *, struct loop_timer *);
void heap_remove(struct heap *, struct loop_timer *);
void heap_close(struct heap *);

/* The first one; the heap must not be empty. */
static inline struct heap_entry heap_first(const struct heap *heap)
{
    return heap->entries[0];
}

#endif
