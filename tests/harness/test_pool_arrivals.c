/* The plan of arrivals: a Poisson process that a seed repeats. */
#include "harness/workloads/pool_arrivals.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MANY 200000

static void the_same_seed_gives_the_same_plan_and_another_one_another(void **state)
{
    (void)state;
    struct pool_arrivals one, again, other;
    pool_arrivals_begin(&one, 7, 1000, 5);
    pool_arrivals_begin(&again, 7, 1000, 5);
    pool_arrivals_begin(&other, 8, 1000, 5);
    unsigned different = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t due_ns = pool_arrivals_take(&one);
        assert_int_equal(due_ns, pool_arrivals_take(&again));
        different += due_ns != pool_arrivals_take(&other);
    }
    assert_true(different > 990);
}

static void the_next_one_is_the_one_that_is_taken(void **state)
{
    (void)state;
    struct pool_arrivals arrivals;
    pool_arrivals_begin(&arrivals, 1, 1e6, UINT64_C(1) << 60);
    uint64_t previous_ns = UINT64_C(1) << 60;
    for (int i = 0; i < 1000; i++) {
        uint64_t next_ns = pool_arrivals_next_ns(&arrivals);
        assert_int_equal(next_ns, pool_arrivals_next_ns(&arrivals));
        assert_int_equal(next_ns, pool_arrivals_take(&arrivals));
        assert_true(next_ns >= previous_ns);
        previous_ns = next_ns;
    }
}

/* Exponential gaps: the mean is the standard deviation, and e^-1 of them are longer than it. With
 * 200,000 of them each is known to half a percent. */
static void gaps_are_exponential_with_the_mean_of_the_rate(void **state)
{
    (void)state;
    struct pool_arrivals arrivals;
    const double mean_ns = 1e9 / 2500;
    pool_arrivals_begin(&arrivals, 3, 2500, 0);
    double sum = 0, squares = 0, longer = 0;
    uint64_t previous_ns = 0;
    for (int i = 0; i < MANY; i++) {
        uint64_t due_ns = pool_arrivals_take(&arrivals);
        double gap_ns = (double)(due_ns - previous_ns);
        sum += gap_ns;
        squares += gap_ns * gap_ns;
        longer += gap_ns > mean_ns;
        previous_ns = due_ns;
    }
    double mean = sum / MANY, deviation = sqrt(squares / MANY - mean * mean);
    assert_true(fabs(mean / mean_ns - 1) < 0.01);
    assert_true(fabs(deviation / mean_ns - 1) < 0.02);
    assert_true(fabs(longer / MANY / exp(-1) - 1) < 0.02);
}

/* Gaps of half a nanosecond, which rounding would make 0 or 1. */
static void short_gaps_add_up_to_the_rate(void **state)
{
    (void)state;
    struct pool_arrivals arrivals;
    pool_arrivals_begin(&arrivals, 5, 2e9, 1000000);
    uint64_t last_ns = 0;
    for (int i = 0; i < MANY; i++)
        last_ns = pool_arrivals_take(&arrivals);
    double seconds = (double)(last_ns - 1000000) / 1e9;
    assert_true(fabs(MANY / seconds / 2e9 - 1) < 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_plan_and_another_one_another),
        cmocka_unit_test(the_next_one_is_the_one_that_is_taken),
        cmocka_unit_test(gaps_are_exponential_with_the_mean_of_the_rate),
        cmocka_unit_test(short_gaps_add_up_to_the_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
