/* How much neighbouring values scatter. */
#include "harness/execute/probe.h"
#include "harness/stats/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MANY = 2000 };

static void values_that_are_alike_do_not_scatter(void **state)
{
    const double values[] = {7, 7, 7, 7};
    (void)state;
    assert_true(probe_deviation(values, 4) == 0);
}

/* Two values differ by sqrt(2) of what each of them scatters by. */
static void normal_scatter_is_found_again(void **state)
{
    double values[MANY];
    struct random random;
    (void)state;
    random_seed(&random, 1);
    for (size_t i = 0; i < MANY; i++) {
        double sum = 0; /* of twelve: a deviation of 1 */
        for (int k = 0; k < 12; k++)
            sum += (double)random_below(&random, 1000000) / 1e6 - 0.5;
        values[i] = 1000 * exp(0.05 * sum);
    }
    double deviation = probe_deviation(values, MANY);
    assert_true(deviation > 0.065 && deviation < 0.077);
}

/* What rises slowly, as a processor that gets warm, is no noise between neighbours. */
static void a_slow_drift_is_no_scatter(void **state)
{
    double values[100];
    (void)state;
    for (size_t i = 0; i < 100; i++)
        values[i] = 1000 + 5 * (double)i;
    assert_true(probe_deviation(values, 100) < 0.01);
}

static void fewer_than_three_values_say_nothing(void **state)
{
    const double values[] = {1, 1000};
    (void)state;
    assert_true(probe_deviation(values, 2) == 0);
    assert_true(probe_deviation(values, 0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_that_are_alike_do_not_scatter),
        cmocka_unit_test(normal_scatter_is_found_again),
        cmocka_unit_test(a_slow_drift_is_no_scatter),
        cmocka_unit_test(fewer_than_three_values_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
