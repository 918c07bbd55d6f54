/* Two independent samples: the rank-sum test, the shift between them, and what may be said of it.
 */
#include "harness/stats/random.h"
#include "harness/stats/rank_sum.h"
#include "harness/stats/shifts.h"
#include "tests/harness/stats/scipy_reference.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Wins of the first sample out of values that are all different: 0 with all of its ranks lowest. */
static double p_of_wins(size_t n, size_t m, size_t wins)
{
    double first[REFERENCE_VALUES], second[REFERENCE_VALUES];
    struct rank_sum test;
    for (size_t i = 0; i < m; i++)
        second[i] = (double)i;
    for (size_t i = n; i-- > 0;) {
        size_t mine = wins < m ? wins : m;
        first[i] = (double)mine - 0.5 + (double)(i + 1) / 1000;
        wins -= mine;
    }
    assert_int_equal(rank_sum_test(first, n, second, m, &test), 0);
    return test.p;
}

/* ---- the test ---- */

/* P(U <= 0, 1, ...) of 3, 4 and 5 values each: Mann and Whitney 1947, table I. */
static void chances_are_those_of_mann_and_whitney(void **state)
{
    (void)state;
    static const double published[][8] = {{0.050, 0.100, 0.200, 0.350},
                                          {0.014, 0.029, 0.057, 0.100, 0.171, 0.243, 0.343, 0.443},
                                          {0.004, 0.008, 0.016, 0.028, 0.048, 0.075, 0.111, 0.155}};
    for (size_t i = 0; i < COUNT(published); i++) {
        for (size_t wins = 0; wins < 8 && published[i][wins] > 0; wins++)
            assert_true(fabs(p_of_wins(i + 3, i + 3, wins) / 2 - published[i][wins]) <= 0.0005);
    }
}

/* Largest U that is significant at 5 % and 1 %, two-sided, 5 to 20 values each: the tables that
 * textbooks reprint from Auble, "Extended Tables for the Mann-Whitney Statistic", 1953. */
static void critical_values_are_the_published_ones(void **state)
{
    (void)state;
    static const unsigned at_5_percent[] = {2,  5,  8,  13, 17, 23, 30,  37,
                                            45, 55, 64, 75, 87, 99, 113, 127};
    static const unsigned at_1_percent[] = {0,  2,  4,  7,  11, 16, 21, 27,
                                            34, 42, 51, 60, 70, 81, 93, 105};
    for (size_t i = 0; i < COUNT(at_5_percent); i++) {
        size_t n = i + 5;
        assert_true(p_of_wins(n, n, at_5_percent[i]) <= 0.05);
        assert_true(p_of_wins(n, n, at_5_percent[i] + 1) > 0.05);
        assert_true(p_of_wins(n, n, at_1_percent[i]) <= 0.01);
        assert_true(p_of_wins(n, n, at_1_percent[i] + 1) > 0.01);
    }
}

/* Permeability of the human chorioamnion at term and at 12 to 26 weeks: Hollander and Wolfe,
 * "Nonparametric Statistical Methods" (1973), table 4.1 and examples 4.1 to 4.4: U = 35, a shift of
 * 0.305, 96 % interval from -0.15 to 0.76. R's help page of wilcox.test() computes p = 0.1272,
 * one-sided. */
static const double term[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
static const double weeks[] = {1.15, 0.88, 0.90, 0.74, 1.21};

static void the_permeability_of_the_chorioamnion_is_the_published_one(void **state)
{
    (void)state;
    struct rank_sum test;
    struct rank_sum_cut cut;
    struct shifts shifts;
    assert_int_equal(rank_sum_test(term, 10, weeks, 5, &test), 0);
    assert_true(test.wins == 35 && test.exact);
    assert_true(fabs(test.p / 2 - 0.1272) < 0.00005);
    assert_int_equal(shifts_open(&shifts, term, 10, weeks, 5), 0);
    assert_true(fabs(shifts_median(&shifts) - 0.305) < 1e-12);
    assert_int_equal(rank_sum_cut(10, 5, 0.96, &cut), 0);
    assert_true(fabs(shifts_at(&shifts, cut.position) - -0.15) < 1e-12);
    assert_true(fabs(shifts_at(&shifts, 51 - cut.position) - 0.76) < 1e-12);
    assert_true(fabs(cut.confidence - 0.96) < 0.0005);
    shifts_close(&shifts);
}

static void p_and_wins_are_scipys(void **state)
{
    (void)state;
    size_t i;
    const json_t *entry;
    unsigned exact = 0, ties = 0;
    json_array_foreach(list_of("tests", 60), i, entry)
    {
        double first[REFERENCE_VALUES], second[REFERENCE_VALUES];
        size_t n = values_of(entry, "first", first), m = values_of(entry, "second", second);
        struct rank_sum test, other;
        assert_int_equal(rank_sum_test(first, n, second, m, &test), 0);
        assert_int_equal(test.exact, json_is_true(json_object_get(entry, "exact")));
        assert_true(test.wins == number(entry, "wins"));
        assert_near(test.p, number(entry, "p"), 1e-10);
        assert_int_equal(rank_sum_test(second, m, first, n, &other), 0);
        assert_true(other.p == test.p && other.wins == (double)(n * m) - test.wins);
        exact += test.exact;
        ties += !test.exact && n <= RANK_SUM_EXACT && m <= RANK_SUM_EXACT;
    }
    assert_true(exact > 20 && ties > 5);
}

/* As rank_sum.h promises. */
static void the_approximation_never_understates_a_small_p(void **state)
{
    (void)state;
    size_t i;
    const json_t *entry;
    json_array_foreach(list_of("normal", 20), i, entry)
    {
        double exact = number(entry, "p");
        double p = p_of_wins((size_t)number(entry, "n"), (size_t)number(entry, "m"),
                             (size_t)number(entry, "wins"));
        double most = exact > 0.03 ? 1.02 : exact > 0.005 ? 1.09 : exact > 5e-4 ? 1.32 : 4.8;
        if (p < exact || p > most * exact)
            fail_msg("entry %zu: exact %.3g, approximate %.4f times that", i, exact, p / exact);
    }
}

static void equal_values_prove_nothing(void **state)
{
    (void)state;
    double same[60];
    struct rank_sum test;
    for (size_t i = 0; i < COUNT(same); i++)
        same[i] = 7;
    assert_int_equal(rank_sum_test(same, 10, same, 10, &test), 0);
    assert_true(test.p == 1 && test.wins == 50);
    assert_int_equal(rank_sum_test(same, 60, same, 30, &test), 0);
    assert_true(test.p == 1);
}

static void the_smallest_p_is_that_of_samples_that_do_not_mix(void **state)
{
    (void)state;
    assert_near(rank_sum_smallest_p(5, 5), 2.0 / 252, 1e-15);
    assert_near(rank_sum_smallest_p(4, 4), 2.0 / 70, 1e-15);
    assert_true(rank_sum_smallest_p(1, 1) == 1);
    assert_true(rank_sum_smallest_p(100000, 100000) < 1e-290);
    for (size_t n = 1; n <= RANK_SUM_EXACT; n++)
        for (size_t m = 1; m <= RANK_SUM_EXACT; m++)
            assert_near(rank_sum_smallest_p(n, m), p_of_wins(n, m, 0), 1e-12);
}

static void what_is_no_sample_is_refused(void **state)
{
    (void)state;
    static const double good[] = {1, 2}, bad[] = {1, NAN}, far[] = {1, INFINITY};
    struct rank_sum test;
    struct rank_sum_cut cut;
    struct shifts shifts;
    assert_int_equal(rank_sum_test(good, 0, good, 2, &test), -EINVAL);
    assert_int_equal(rank_sum_test(good, 2, good, 0, &test), -EINVAL);
    assert_int_equal(rank_sum_test(good, 2, bad, 2, &test), -EINVAL);
    assert_int_equal(rank_sum_test(far, 2, good, 2, &test), -EINVAL);
    assert_int_equal(shifts_open(&shifts, good, 2, bad, 2), -EINVAL);
    assert_int_equal(shifts_open(&shifts, good, 0, good, 2), -EINVAL);
    static const double impossible[] = {0, 1, -0.5, NAN};
    for (size_t i = 0; i < COUNT(impossible); i++)
        assert_int_equal(rank_sum_cut(9, 9, impossible[i], &cut), -EINVAL);
    assert_int_equal(rank_sum_cut(0, 9, 0.99, &cut), -EINVAL);
}

/* ---- what may be cut off ---- */

static void cuts_are_those_that_exact_tails_allow(void **state)
{
    (void)state;
    size_t i;
    const json_t *entry;
    struct rank_sum_cut cut;
    json_array_foreach(list_of("cuts", 20), i, entry)
    {
        assert_int_equal(rank_sum_cut((size_t)number(entry, "n"), (size_t)number(entry, "m"),
                                      number(entry, "confidence"), &cut),
                         0);
        assert_int_equal(cut.position, (uint64_t)number(entry, "position"));
        assert_true(fabs(cut.confidence - number(entry, "achieved")) < 1e-12);
    }
    json_array_foreach(list_of("large_cuts", 4), i, entry)
    {
        assert_int_equal(
            rank_sum_cut((size_t)number(entry, "n"), (size_t)number(entry, "m"), 0.99, &cut), 0);
        uint64_t exact = (uint64_t)number(entry, "position");
        assert_in_range(cut.position, exact * 97 / 100, exact);
        assert_true(cut.confidence >= 0.99);
    }
}

/* ---- the shift ---- */

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void every_difference_is_found_at_its_place(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 5);
    for (unsigned trial = 0; trial < 60; trial++) {
        double first[12], second[12], all[144];
        size_t n = 1 + random_below(&random, 12), m = 1 + random_below(&random, 12);
        for (size_t i = 0; i < n; i++)
            first[i] = random_below(&random, trial % 2 ? 1000000 : 5);
        for (size_t j = 0; j < m; j++)
            second[j] = random_below(&random, trial % 2 ? 1000000 : 5);
        for (size_t i = 0; i < n * m; i++)
            all[i] = first[i / m] - second[i % m];
        qsort(all, n * m, sizeof *all, by_value);
        struct shifts shifts;
        assert_int_equal(shifts_open(&shifts, first, n, second, m), 0);
        for (size_t i = 0; i < n * m; i++)
            assert_true(shifts_at(&shifts, i + 1) == all[i]);
        assert_true(shifts_median(&shifts) == (all[(n * m - 1) / 2] + all[n * m / 2]) / 2);
        shifts_close(&shifts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chances_are_those_of_mann_and_whitney),
        cmocka_unit_test(critical_values_are_the_published_ones),
        cmocka_unit_test(the_permeability_of_the_chorioamnion_is_the_published_one),
        cmocka_unit_test(p_and_wins_are_scipys),
        cmocka_unit_test(the_approximation_never_understates_a_small_p),
        cmocka_unit_test(equal_values_prove_nothing),
        cmocka_unit_test(the_smallest_p_is_that_of_samples_that_do_not_mix),
        cmocka_unit_test(what_is_no_sample_is_refused),
        cmocka_unit_test(cuts_are_those_that_exact_tails_allow),
        cmocka_unit_test(every_difference_is_found_at_its_place),
    };
    return cmocka_run_group_tests(tests, load_reference, drop_reference);
}
