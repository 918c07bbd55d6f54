/* A radix sort from the highest digit, in place ("American flag sort", McIlroy, Bostic and McIlroy,
 * Computing Systems 6(1), 1993): due times are numbers, and looking at their digits takes about
 * three passes over a million of them, where comparing takes twenty.
 *
 * The digit begins at the highest bit in which the entries of a range differ. So times that are all
 * within a second cost no pass over digits that they share, and a range is split at every level: no
 * input takes more than 8 levels of due times and 8 of starts. */
#include "loop/due_sort.h"

#include <string.h>

#define DIGIT_BITS 8u
#define BUCKETS (1u << DIGIT_BITS)

/* Shorter ranges are sorted by insertion. */
#define SHORT_RANGE 24u

struct digit {
    /* By the order of the start, because due times are equal. */
    bool of_order;
    unsigned shift;
};

static unsigned digit_of(const struct heap_entry *entry, struct digit digit)
{
    uint64_t key = digit.of_order ? entry->order : entry->due_ns;
    return (unsigned)(key >> digit.shift) & (BUCKETS - 1);
}

static void insertion_sort(struct heap_entry *entries, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        struct heap_entry entry = entries[i];
        uint32_t at = i;
        for (; at > 0 && heap_before(&entry, &entries[at - 1]); at--)
            entries[at] = entries[at - 1];
        entries[at] = entry;
    }
}

/* Whether it was in order; if not, the digit to sort by. */
static bool is_sorted(const struct heap_entry *entries, uint32_t count, struct digit *digit)
{
    uint64_t due_bits = 0, order_bits = 0;
    bool sorted = true;
    for (uint32_t i = 1; i < count; i++) {
        due_bits |= entries[i].due_ns ^ entries[0].due_ns;
        order_bits |= entries[i].order ^ entries[0].order;
        sorted &= heap_before(&entries[i - 1], &entries[i]);
    }
    uint64_t bits = due_bits != 0 ? due_bits : order_bits;
    digit->of_order = due_bits == 0;
    unsigned highest = bits != 0 ? 63u - (unsigned)__builtin_clzll(bits) : 0;
    digit->shift = highest >= DIGIT_BITS ? highest - DIGIT_BITS + 1 : 0;
    return sorted;
}

/* Sorts by one digit: bucket i then ends at ends[i]. */
static void split(struct heap_entry *entries, uint32_t count, struct digit digit, uint32_t *ends)
{
    uint32_t next[BUCKETS], begin = 0;
    memset(ends, 0, BUCKETS * sizeof *ends);
    for (uint32_t i = 0; i < count; i++)
        ends[digit_of(&entries[i], digit)]++;
    for (unsigned bucket = 0; bucket < BUCKETS; bucket++) {
        next[bucket] = begin;
        begin = ends[bucket] += begin;
    }
    for (unsigned bucket = 0; bucket < BUCKETS; bucket++) {
        while (next[bucket] < ends[bucket]) {
            struct heap_entry entry = entries[next[bucket]];
            unsigned home = digit_of(&entry, digit);
            while (home != bucket) {
                struct heap_entry displaced = entries[next[home]];
                entries[next[home]++] = entry;
                entry = displaced;
                home = digit_of(&entry, digit);
            }
            entries[next[bucket]++] = entry;
        }
    }
}

void due_sort(struct heap_entry *entries, uint32_t count)
{
    uint32_t ends[BUCKETS], begin = 0;
    struct digit digit;
    if (count <= SHORT_RANGE) {
        insertion_sort(entries, count);
        return;
    }
    if (is_sorted(entries, count, &digit))
        return;
    split(entries, count, digit, ends);
    for (unsigned bucket = 0; bucket < BUCKETS; bucket++) {
        due_sort(entries + begin, ends[bucket] - begin);
        begin = ends[bucket];
    }
}
