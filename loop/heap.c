#include "loop/heap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

static bool before(struct heap_entry a, struct heap_entry b)
{
    if (a.due_ns != b.due_ns)
        return a.due_ns < b.due_ns;
    return a.timer->order < b.timer->order;
}

static void put(struct heap *heap, uint32_t at, struct heap_entry entry)
{
    heap->entries[at] = entry;
    entry.timer->heap_index = at;
}

static void sift_up(struct heap *heap, uint32_t at, struct heap_entry entry)
{
    while (at > 0) {
        uint32_t parent = (at - 1) / HEAP_ARITY;
        if (!before(entry, heap->entries[parent]))
            break;
        put(heap, at, heap->entries[parent]);
        at = parent;
    }
    put(heap, at, entry);
}

static void sift_down(struct heap *heap, uint32_t at, struct heap_entry entry)
{
    for (;;) {
        uint32_t first = at * HEAP_ARITY + 1;
        if (first >= heap->count)
            break;
        uint32_t end = heap->count - first < HEAP_ARITY ? heap->count : first + HEAP_ARITY;
        uint32_t least = first;
        for (uint32_t child = first + 1; child < end; child++)
            if (before(heap->entries[child], heap->entries[least]))
                least = child;
        if (!before(heap->entries[least], entry))
            break;
        put(heap, at, heap->entries[least]);
        at = least;
    }
    put(heap, at, entry);
}

int heap_reserve(struct heap *heap, uint32_t count)
{
    if (count <= heap->capacity)
        return 0;
    /* A child's index has to fit 32 bits. */
    if (count > UINT32_MAX / (2 * HEAP_ARITY + 2))
        return -ENOMEM;
    uint32_t capacity = heap->capacity == 0 ? 64 : heap->capacity;
    while (capacity < count)
        capacity *= 2;
    struct heap_entry *entries = realloc(heap->entries, capacity * sizeof *entries);
    if (entries == NULL)
        return -ENOMEM;
    heap->entries = entries;
    heap->capacity = capacity;
    return 0;
}

void heap_insert(struct heap *heap, struct loop_timer *timer)
{
    assert(heap->count < heap->capacity);
    sift_up(heap, heap->count++, (struct heap_entry){timer->due_ns, timer});
}

void heap_remove(struct heap *heap, struct loop_timer *timer)
{
    uint32_t at = timer->heap_index;
    assert(at < heap->count && heap->entries[at].timer == timer);
    struct heap_entry last = heap->entries[--heap->count];
    if (at == heap->count)
        return;
    if (at > 0 && before(last, heap->entries[(at - 1) / HEAP_ARITY]))
        sift_up(heap, at, last);
    else
        sift_down(heap, at, last);
}

void heap_close(struct heap *heap)
{
    free(heap->entries);
}
