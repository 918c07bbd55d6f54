#include "loop/heap.h"

#include "loop/due_sort.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* In heap_index: the timer is due, and the rest counts from the end of the array, which may grow.
 */
#define INDEX_DUE (UINT32_C(1) << 31)

#define CAPACITY_FIRST 64u
#define CAPACITY_MOST (INDEX_DUE / (2 * HEAP_ARITY + 2)) /* a child's index has to fit, too */

/* So many are removed one by one before it is asked how many are due. */
#define SINGLES 16u
/* Of so many entries that are looked at, so many have to be due for taking all out at once. Below
 * an eighth, building the heap anew costs more than removing its first again and again. */
#define SAMPLE 64u
#define SAMPLE_DUE (SAMPLE / 8)

/* Timers run in an order that is not that of their memory: fetched so many ahead. */
#define PREFETCH 8u

static void put(struct heap *heap, uint32_t at, const struct heap_entry *entry)
{
    heap->entries[at] = *entry;
    entry->timer->heap_index = at;
}

static void sift_up(struct heap *heap, uint32_t at, struct heap_entry entry)
{
    while (at > 0) {
        uint32_t parent = (at - 1) / HEAP_ARITY;
        if (!heap_before(&entry, &heap->entries[parent]))
            break;
        put(heap, at, &heap->entries[parent]);
        at = parent;
    }
    put(heap, at, &entry);
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
            if (heap_before(&heap->entries[child], &heap->entries[least]))
                least = child;
        if (!heap_before(&heap->entries[least], &entry))
            break;
        put(heap, at, &heap->entries[least]);
        at = least;
    }
    put(heap, at, &entry);
}

static void heapify(struct heap *heap)
{
    if (heap->count < 2)
        return;
    for (uint32_t at = (heap->count - 2) / HEAP_ARITY + 1; at > 0; at--)
        sift_down(heap, at - 1, heap->entries[at - 1]);
}

/* ---- room ---- */

static struct heap_entry *first_due(const struct heap *heap)
{
    return heap->entries + heap->capacity - heap->due;
}

static int grow(struct heap *heap, uint32_t count)
{
    if (count > CAPACITY_MOST)
        return -ENOMEM;
    uint32_t capacity = heap->capacity < CAPACITY_FIRST ? CAPACITY_FIRST : heap->capacity;
    while (capacity < count)
        capacity += capacity / 2;
    struct heap_entry *entries = realloc(heap->entries, capacity * sizeof *entries);
    if (entries == NULL)
        return -ENOMEM;
    if (heap->due > 0)
        memmove(entries + capacity - heap->due, entries + heap->capacity - heap->due,
                heap->due * sizeof *entries);
    heap->entries = entries;
    heap->capacity = capacity;
    return 0;
}

/* Takes the entries of stopped timers out from among the due ones. */
static void close_gaps(struct heap *heap)
{
    struct heap_entry *end = heap->entries + heap->capacity, *to = end;
    for (struct heap_entry *from = end; from > end - heap->due;) {
        if ((--from)->timer == NULL)
            continue;
        *--to = *from;
        to->timer->heap_index = INDEX_DUE | (uint32_t)(end - to);
    }
    heap->due = (uint32_t)(end - to);
    heap->stopped = 0;
}

int heap_reserve(struct heap *heap, uint32_t count)
{
    uint32_t used = count + heap->stopped;
    if (used <= heap->capacity)
        return 0;
    /* Where many have stopped, closing the gaps is paid for by them. */
    bool worth_closing = heap->stopped >= heap->due / 4;
    if (!(worth_closing && count <= heap->capacity)) {
        int r = grow(heap, used);
        if (r == 0 || count > heap->capacity)
            return r;
    }
    close_gaps(heap);
    return 0;
}

/* ---- waiting ---- */

void heap_insert(struct heap *heap, struct loop_timer *timer, uint64_t due_ns)
{
    assert(heap->count + heap->due < heap->capacity);
    sift_up(heap, heap->count++, (struct heap_entry){due_ns, heap->next_order++, timer});
}

/* Fills the place of an entry that has left by the last one. */
static void refill(struct heap *heap, uint32_t at)
{
    struct heap_entry last = heap->entries[--heap->count];
    if (at == heap->count)
        return;
    if (at > 0 && heap_before(&last, &heap->entries[(at - 1) / HEAP_ARITY]))
        sift_up(heap, at, last);
    else
        sift_down(heap, at, last);
}

void heap_remove(struct heap *heap, struct loop_timer *timer)
{
    uint32_t at = timer->heap_index;
    if (at & INDEX_DUE) {
        struct heap_entry *entry = &heap->entries[heap->capacity - (at & ~INDEX_DUE)];
        assert((at & ~INDEX_DUE) <= heap->due && entry->timer == timer);
        entry->timer = NULL;
        heap->stopped++;
        return;
    }
    assert(at < heap->count && heap->entries[at].timer == timer);
    refill(heap, at);
}

/* ---- falling due ---- */

static bool is_any_due(const struct heap *heap, uint64_t now_ns)
{
    return heap->count > 0 && heap->entries[0].due_ns <= now_ns;
}

/* Whether many of those that wait are due, judged by a sample. */
static bool are_many_due(const struct heap *heap, uint64_t now_ns)
{
    unsigned due = 0;
    if (heap->count < SAMPLE)
        return false;
    for (uint32_t i = 0; i < SAMPLE; i++)
        due += heap->entries[(uint64_t)i * heap->count / SAMPLE].due_ns <= now_ns;
    return due >= SAMPLE_DUE;
}

/* Each goes in front of the one before it, into the room that the heap gives up. */
static void take_singly(struct heap *heap, uint64_t now_ns, uint32_t most)
{
    for (; most > 0 && is_any_due(heap, now_ns); most--) {
        struct heap_entry first = heap_first(heap);
        refill(heap, 0);
        heap->due++;
        *first_due(heap) = first;
    }
}

static void take_all(struct heap *heap, uint64_t now_ns)
{
    for (uint32_t i = 0; i < heap->count;) {
        struct heap_entry entry = heap->entries[i];
        if (entry.due_ns > now_ns) {
            entry.timer->heap_index = i++;
            continue;
        }
        heap->entries[i] = heap->entries[--heap->count];
        heap->due++;
        *first_due(heap) = entry;
    }
    heapify(heap);
}

static void reverse(struct heap_entry *entries, uint32_t count)
{
    for (uint32_t i = 0; i < count / 2; i++) {
        struct heap_entry entry = entries[i];
        entries[i] = entries[count - 1 - i];
        entries[count - 1 - i] = entry;
    }
}

void heap_take_due(struct heap *heap, uint64_t now_ns)
{
    if (heap->due > 0 || !is_any_due(heap, now_ns))
        return;
    assert(heap->stopped == 0);
    take_singly(heap, now_ns, SINGLES);
    if (is_any_due(heap, now_ns) && are_many_due(heap, now_ns)) {
        take_all(heap, now_ns);
        due_sort(first_due(heap), heap->due);
    } else {
        take_singly(heap, now_ns, UINT32_MAX);
        reverse(first_due(heap), heap->due);
    }
    struct heap_entry *entry = first_due(heap);
    for (uint32_t left = heap->due; left > 0; left--, entry++) {
        if (left > PREFETCH)
            __builtin_prefetch(&entry[PREFETCH].timer->heap_index, 1);
        entry->timer->heap_index = INDEX_DUE | left;
    }
}

struct loop_timer *heap_next_due(struct heap *heap)
{
    while (heap->due > 0) {
        struct heap_entry *entry = first_due(heap);
        /* Its own first line has the flags, and that of heap_index the callback. */
        if (heap->due > PREFETCH && entry[PREFETCH].timer != NULL) {
            __builtin_prefetch(entry[PREFETCH].timer, 1);
            __builtin_prefetch(&entry[PREFETCH].timer->heap_index, 1);
        }
        heap->due--;
        if (entry->timer != NULL)
            return entry->timer;
        heap->stopped--;
    }
    return NULL;
}

void heap_close(struct heap *heap)
{
    free(heap->entries);
}
