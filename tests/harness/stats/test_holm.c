#include "harness/stats/holm.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Relative. */
static void assert_near(double seen, double expected, double tolerance)
{
    if (!(fabs(seen - expected) <= tolerance * fabs(expected)))
        fail_msg("%.17g instead of %.17g", seen, expected);
}

/* What R's multtest (mt.rawp2adjp, "Holm") makes of three lists, as stored in the tests of
 * statsmodels (statsmodels/stats/tests/test_multi.py). */
static void adjusted_p_values_are_those_of_multtest(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double p[30], adjusted[30];
    } lists[] = {
        {10,
         {5.2365677720800003e-05, 2.8140506198000000e-04, 1.4987731079600001e-02,
          2.0273268879800001e-02, 1.7709695272300000e-01, 6.4219392379499995e-01,
          6.8084594763299999e-01, 7.1626938238000004e-01, 8.3854136755300002e-01,
          9.6783382430900000e-01},
         {5.2365677720800005e-04, 2.5326455578199999e-03, 1.1990184863680001e-01,
          1.4191288215860001e-01, 1, 1, 1, 1, 1, 1}},
        {6, {0.002, 0.004, 0.006, 0.008, 0.01, 0.012}, {0.012, 0.02, 0.024, 0.024, 0.024, 0.024}},
        {10,
         {0.001, 0.002, 0.003, 0.004, 0.005, 0.05, 0.06, 0.07, 0.08, 0.09},
         {0.01, 0.018, 0.024, 0.028, 0.03, 0.25, 0.25, 0.25, 0.25, 0.25}},
        {30,
         {0.00031612, 0.0003965,  0.00048442, 0.00051932, 0.00101436, 0.00121506,
          0.0014516,  0.00265684, 0.00430043, 0.01743686, 0.02080285, 0.02785414,
          0.0327198,  0.03494679, 0.04206808, 0.08067095, 0.23882767, 0.28352304,
          0.36140401, 0.43565145, 0.44866768, 0.45368782, 0.48282088, 0.49223781,
          0.55451638, 0.6207473,  0.71847853, 0.72424145, 0.85950263, 0.89032747},
         {0.0094836, 0.0114985,  0.01356376, 0.01402164, 0.02637336, 0.0303765,
          0.0348384, 0.06110732, 0.09460946, 0.36617406, 0.416057,   0.52922866,
          0.5889564, 0.59409543, 0.67308928, 1,          1,          1,
          1,         1,          1,          1,          1,          1,
          1,         1,          1,          1,          1,          1}},
    };
    for (size_t i = 0; i < COUNT(lists); i++) {
        double adjusted[30];
        assert_int_equal(holm_adjust(lists[i].p, lists[i].n, adjusted), 0);
        for (size_t k = 0; k < lists[i].n; k++)
            assert_near(adjusted[k], lists[i].adjusted[k], 1e-12);
    }
}

static void adjusted_p_values_stand_where_their_p_values_do(void **state)
{
    (void)state;
    double p[] = {0.01, 0.04, 0.03, 0.005, 0.04}, adjusted[5];
    assert_int_equal(holm_adjust(p, 5, adjusted), 0);
    const double expected[] = {0.04, 0.09, 0.09, 0.025, 0.09};
    for (size_t i = 0; i < 5; i++)
        assert_near(adjusted[i], expected[i], 1e-15);
    assert_int_equal(holm_adjust(p, 5, p), 0);
    assert_memory_equal(p, adjusted, sizeof p);
}

static void what_is_no_p_value_is_refused_and_nothing_written(void **state)
{
    (void)state;
    const double bad[] = {NAN, -0.1, 1.1, INFINITY};
    for (size_t i = 0; i < COUNT(bad); i++) {
        double p[] = {0.5, bad[i], 0.1}, adjusted[] = {7, 7, 7};
        assert_int_equal(holm_adjust(p, 3, adjusted), -EINVAL);
        assert_memory_equal(adjusted, ((const double[]){7, 7, 7}), sizeof adjusted);
    }
    assert_int_equal(holm_adjust(NULL, 0, NULL), 0);
    double edge[] = {0, 1};
    assert_int_equal(holm_adjust(edge, 2, edge), 0);
    assert_true(edge[0] == 0 && edge[1] == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adjusted_p_values_are_those_of_multtest),
        cmocka_unit_test(adjusted_p_values_stand_where_their_p_values_do),
        cmocka_unit_test(what_is_no_p_value_is_refused_and_nothing_written),
    };
    return cmocka_run_group_tests_name("holm", tests, NULL, NULL);
}
