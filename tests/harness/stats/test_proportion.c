/* Shares and their intervals, against published ones and another implementation's. */
#include "harness/stats/proportion.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
    unsigned found, cases;
    double confidence, low, high;
} known[] = {
    /* SciPy 1.10.1: binomtest(found, cases).proportion_ci(confidence, "exact"). */
    {3, 10, 0.95, 0.066739511, 0.652452850},
    {0, 100, 0.95, 0.000000000, 0.036216693}, /* also 1 - 0.025^(1/100) */
    {0, 100, 0.99, 0.000000000, 0.051604030},
    {100, 100, 0.99, 0.948395970, 1.000000000},
    {95, 100, 0.99, 0.864855317, 0.989059666},
    {1, 100, 0.95, 0.000253146, 0.054459385},
    {50, 1000, 0.99, 0.033926663, 0.070504375},
};

static void intervals_are_those_of_clopper_and_pearson(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct proportion p;
        assert_int_equal(proportion_of(known[i].found, known[i].cases, known[i].confidence, &p), 0);
        assert_true(fabs(p.share - (double)known[i].found / known[i].cases) < 1e-12);
        if (fabs(p.low - known[i].low) > 1e-8 || fabs(p.high - known[i].high) > 1e-8)
            fail_msg("%u of %u: [%.9f, %.9f] instead of [%.9f, %.9f]", known[i].found,
                     known[i].cases, p.low, p.high, known[i].low, known[i].high);
    }
}

/* The definition: at either end, what was found or more (or less) has half of what is left. */
static void the_ends_are_where_the_tails_are(void **state)
{
    (void)state;
    struct proportion p;
    assert_int_equal(proportion_of(2, 5, 0.9, &p), 0);
    double q = p.high;
    double at_most_2 = pow(1 - q, 5) + 5 * q * pow(1 - q, 4) + 10 * q * q * pow(1 - q, 3);
    assert_true(fabs(at_most_2 - 0.05) < 1e-9);
    q = p.low;
    double at_most_1 = pow(1 - q, 5) + 5 * q * pow(1 - q, 4);
    assert_true(fabs(1 - at_most_1 - 0.05) < 1e-9);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    struct proportion p;
    assert_int_equal(proportion_of(0, 0, 0.99, &p), -EINVAL);
    assert_int_equal(proportion_of(2, 1, 0.99, &p), -EINVAL);
    assert_int_equal(proportion_of(1, 2, 1, &p), -EINVAL);
    assert_int_equal(proportion_of(1, 2, 0, &p), -EINVAL);
    assert_int_equal(proportion_of(1, 2, NAN, &p), -EINVAL);
    assert_int_equal(proportion_of(1, 2000000, 0.99, &p), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_are_those_of_clopper_and_pearson),
        cmocka_unit_test(the_ends_are_where_the_tails_are),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
