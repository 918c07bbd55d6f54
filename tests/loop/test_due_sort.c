/* The order of timers that fall due together, against qsort(). */
#include "tests/loop/fixture.h"

#include "loop/due_sort.h"

#define ENTRIES 20000

static struct heap_entry sorted[ENTRIES], expected[ENTRIES];
static uint64_t random_state;

/* splitmix64 (Vigna, public domain). */
static uint64_t next_random(void)
{
    uint64_t z = (random_state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int compare(const void *a, const void *b)
{
    return heap_before(a, b) ? -1 : heap_before(b, a);
}

/* The timer leads back to the entry, so that one that was doubled or lost is seen. */
static void check_sort(uint32_t count, uint64_t (*due)(uint32_t i), uint64_t (*order)(uint32_t i))
{
    for (uint32_t i = 0; i < count; i++)
        expected[i] = sorted[i] =
            (struct heap_entry){due(i), order(i), (struct loop_timer *)(uintptr_t)(i + 1)};
    qsort(expected, count, sizeof expected[0], compare);
    due_sort(sorted, count);
    assert_memory_equal(sorted, expected, count * sizeof sorted[0]);
}

static uint64_t rising(uint32_t i)
{
    return i;
}

static uint64_t falling(uint32_t i)
{
    return ENTRIES - i;
}

static uint64_t equal(uint32_t i)
{
    (void)i;
    return MS(1);
}

static uint64_t anything(uint32_t i)
{
    (void)i;
    return next_random();
}

static uint64_t one_of_three(uint32_t i)
{
    return MS(1) + i % 3;
}

static uint64_t within_a_second(uint32_t i)
{
    (void)i;
    return UINT64_C(1) << 60 | next_random() % MS(1000);
}

/* Each range splits off few: as deep as it can go. */
static uint64_t power_of_two(uint32_t i)
{
    return UINT64_C(1) << i % 64;
}

static uint64_t either_end(uint32_t i)
{
    return i % 2 == 0 ? UINT64_MAX - i % 7 : i % 5;
}

/* Starts are unique; these are, too, in an order that is not theirs. */
static uint64_t shuffled_start(uint32_t i)
{
    return (uint64_t)i * 7919 % ENTRIES + (UINT64_C(1) << 40);
}

static void entries_are_sorted_by_due_time_then_by_start(void **state)
{
    uint64_t (*const dues[])(uint32_t) = {rising,       falling,         equal,        anything,
                                          one_of_three, within_a_second, power_of_two, either_end};
    uint64_t (*const orders[])(uint32_t) = {rising, falling, shuffled_start};
    static const uint32_t counts[] = {0, 1, 2, 3, 24, 25, 63, 64, 65, 1000, ENTRIES};
    (void)state;
    for (size_t d = 0; d < sizeof dues / sizeof dues[0]; d++)
        for (size_t o = 0; o < sizeof orders / sizeof orders[0]; o++)
            for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
                check_sort(counts[c], dues[d], orders[o]);
}

static void random_lengths_and_ranges_are_sorted(void **state)
{
    (void)state;
    for (random_state = 1; random_state < 200;) {
        uint64_t seed = random_state;
        check_sort((uint32_t)(next_random() % 2000), seed % 2 ? anything : within_a_second,
                   shuffled_start);
        random_state = seed + 1;
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(entries_are_sorted_by_due_time_then_by_start),
        loop_test(random_lengths_and_ranges_are_sorted),
    };
    return run_loop_tests(tests, argc, argv);
}
