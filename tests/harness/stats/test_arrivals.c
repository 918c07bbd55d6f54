/* The plan of arrivals: when they come, and that a seed repeats it. */
#include "harness/stats/arrivals.h"

#include "backends/clock.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define BEGIN_NS UINT64_C(123456789000)
#define MANY 200000

static void constant_arrivals_are_multiples_of_the_gap_and_do_not_drift(void **state)
{
    (void)state;
    struct arrivals arrivals;
    arrivals_begin(&arrivals, ARRIVALS_CONSTANT, 3.0, 1, BEGIN_NS);
    for (uint64_t i = 1; i <= 3000000; i++) {
        uint64_t exact_ns = BEGIN_NS + i * NS_PER_S / 3;
        assert_in_range(arrivals.next_ns, exact_ns - 1, exact_ns + 1);
        arrivals_step(&arrivals);
    }
}

static void endless_arrivals_are_always_due(void **state)
{
    (void)state;
    struct arrivals arrivals;
    arrivals_begin(&arrivals, ARRIVALS_ENDLESS, 1, 1, BEGIN_NS);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(arrivals.next_ns, BEGIN_NS);
        arrivals_step(&arrivals);
    }
}

static void the_same_seed_gives_the_same_plan_and_another_one_another(void **state)
{
    (void)state;
    struct arrivals one, again, other;
    arrivals_begin(&one, ARRIVALS_POISSON, 1000, 7, BEGIN_NS);
    arrivals_begin(&again, ARRIVALS_POISSON, 1000, 7, BEGIN_NS);
    arrivals_begin(&other, ARRIVALS_POISSON, 1000, 8, BEGIN_NS);
    unsigned same = 0;
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(one.next_ns, again.next_ns);
        same += one.next_ns == other.next_ns;
        arrivals_step(&one);
        arrivals_step(&again);
        arrivals_step(&other);
    }
    assert_true(same < 10);
}

static void a_late_beginning_moves_the_plan_as_it_is(void **state)
{
    (void)state;
    struct arrivals early, late;
    const uint64_t late_ns = UINT64_C(1) << 60; /* more than a double tells apart */
    arrivals_begin(&early, ARRIVALS_POISSON, 1e6, 1, 0);
    arrivals_begin(&late, ARRIVALS_POISSON, 1e6, 1, late_ns);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(late.next_ns, early.next_ns + late_ns);
        arrivals_step(&early);
        arrivals_step(&late);
    }
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Kolmogorov and Smirnov: with so many gaps the largest distance from the exponential distribution
 * stays below 1.95 / sqrt(n) in 999 cases of 1,000; the seed is fixed, so the result is, too. */
static void poisson_gaps_are_exponential_and_independent(void **state)
{
    (void)state;
    static double gaps[MANY];
    struct arrivals arrivals;
    const double mean_ns = 1e9 / 5000;
    arrivals_begin(&arrivals, ARRIVALS_POISSON, 5000, 1, BEGIN_NS);
    uint64_t last_ns = BEGIN_NS;
    double sum = 0, products = 0;
    for (int i = 0; i < MANY; i++) {
        assert_true(arrivals.next_ns >= last_ns);
        gaps[i] = (double)(arrivals.next_ns - last_ns);
        last_ns = arrivals.next_ns;
        sum += gaps[i];
        products += i > 0 ? (gaps[i] - mean_ns) * (gaps[i - 1] - mean_ns) : 0;
        arrivals_step(&arrivals);
    }
    assert_true(fabs(sum / MANY - mean_ns) < 4 * mean_ns / sqrt(MANY));
    assert_true(fabs(products / MANY) < 4 * mean_ns * mean_ns / sqrt(MANY));
    qsort(gaps, MANY, sizeof gaps[0], by_value);
    double widest = 0;
    for (int i = 0; i < MANY; i++) {
        double expected = 1 - exp(-gaps[i] / mean_ns);
        widest = fmax(widest, fabs(expected - (i + 0.5) / MANY));
    }
    assert_true(widest < 1.95 / sqrt(MANY));
}

/* Gaps of half a nanosecond, which rounding would make 0 or 1. */
static void short_gaps_add_up_to_the_rate(void **state)
{
    (void)state;
    struct arrivals arrivals;
    arrivals_begin(&arrivals, ARRIVALS_POISSON, 2e9, 5, BEGIN_NS);
    for (int i = 1; i < MANY; i++)
        arrivals_step(&arrivals);
    double seconds = (double)(arrivals.next_ns - BEGIN_NS) / 1e9;
    assert_true(fabs(MANY / seconds / 2e9 - 1) < 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_arrivals_are_multiples_of_the_gap_and_do_not_drift),
        cmocka_unit_test(endless_arrivals_are_always_due),
        cmocka_unit_test(the_same_seed_gives_the_same_plan_and_another_one_another),
        cmocka_unit_test(a_late_beginning_moves_the_plan_as_it_is),
        cmocka_unit_test(poisson_gaps_are_exponential_and_independent),
        cmocka_unit_test(short_gaps_add_up_to_the_rate),
    };
    return cmocka_run_group_tests_name("arrivals", tests, NULL, NULL);
}
