/* Two independent samples: the rank-sum test, the shift between them, and what may be said of it.
 */
#include "harness/measure/normal.h"
#include "harness/measure/random.h"
#include "harness/measure/rank_sum.h"
#include "harness/measure/shifts.h"
#include "harness/measure/two_samples.h"
#include "harness/measure/verdict.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* What SciPy makes of the same samples: data/make_rank_sum.py wrote it, and says how. */
static json_t *reference;

static int load_reference(void **state)
{
    (void)state;
    reference = json_load_file(TEST_RANK_SUM, 0, NULL);
    return reference == NULL ? -1 : 0;
}

static int drop_reference(void **state)
{
    (void)state;
    json_decref(reference);
    return 0;
}

static double number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

/* Relative: p values of 1e-30 count as well. */
static void assert_near(double seen, double expected, double tolerance)
{
    if (!(fabs(seen - expected) <= tolerance * fabs(expected)))
        fail_msg("%.17g instead of %.17g", seen, expected);
}

enum { MOST = 100 };

static size_t values_of(const json_t *object, const char *name, double *values)
{
    const json_t *list = json_object_get(object, name), *value;
    size_t i;
    assert_in_range(json_array_size(list), 1, MOST);
    json_array_foreach(list, i, value) values[i] = json_number_value(value);
    return i;
}

static const json_t *list_of(const char *name, size_t at_least)
{
    const json_t *list = json_object_get(reference, name);
    assert_true(json_array_size(list) >= at_least);
    return list;
}

/* Wins of the first sample out of values that are all different: 0 with all of its ranks lowest. */
static double p_of_wins(size_t n, size_t m, size_t wins)
{
    double first[MOST], second[MOST];
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
        double first[MOST], second[MOST];
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

static void ratio_interval_and_p_are_numpys_and_scipys(void **state)
{
    (void)state;
    size_t i;
    const json_t *entry;
    json_array_foreach(list_of("shifts", 5), i, entry)
    {
        double subject[MOST], baseline[MOST];
        size_t n = values_of(entry, "subject", subject), m = values_of(entry, "baseline", baseline);
        struct effect effect, other;
        assert_int_equal(two_samples_compare(subject, n, baseline, m, 0, 0.99, &effect), 0);
        assert_int_equal(effect.n, n < m ? n : m);
        assert_near(effect.ratio, number(entry, "ratio"), 1e-12);
        assert_near(effect.low, number(entry, "low"), 1e-12);
        assert_near(effect.high, number(entry, "high"), 1e-12);
        assert_near(effect.median, number(entry, "median"), 0.01); /* geometric, when even */
        assert_near(effect.p, number(entry, "p"), 1e-10);
        assert_int_equal(two_samples_compare(baseline, m, subject, n, 0, 0.99, &other), 0);
        assert_near(other.ratio, 1 / effect.ratio, 1e-12);
        assert_near(other.low, 1 / effect.high, 1e-12);
        assert_near(other.p, effect.p, 1e-12);
    }
}

/* Spread by 10 %, the subject `ratio` times as much and without ties. */
static void fill(double *subject, double *baseline, size_t n, double ratio)
{
    for (size_t i = 0; i < n; i++) {
        baseline[i] = 1000 * exp(0.1 * normal_quantile((double)(2 * i + 1) / (double)(2 * n)));
        subject[i] = ratio * baseline[i] * (1 + 1e-9 * (double)i);
    }
}

static void an_allowance_widens_the_interval_and_lifts_p(void **state)
{
    (void)state;
    double subject[20], baseline[20];
    struct effect plain, allowed;
    fill(subject, baseline, 20, 1.2);
    assert_int_equal(two_samples_compare(subject, 20, baseline, 20, 0, 0.99, &plain), 0);
    assert_int_equal(two_samples_compare(subject, 20, baseline, 20, 0.05, 0.99, &allowed), 0);
    assert_near(allowed.ratio, plain.ratio, 1e-15);
    assert_near(allowed.low, plain.low / 1.05, 1e-12);
    assert_near(allowed.high, plain.high * 1.05, 1e-12);
    assert_true(allowed.p > 2 * plain.p && allowed.p < 0.05);
    /* The same as asking whether a subject that is 5 % closer differs at all. */
    fill(subject, baseline, 20, 1.2 / 1.05);
    assert_int_equal(two_samples_compare(subject, 20, baseline, 20, 0, 0.99, &plain), 0);
    assert_near(allowed.p, plain.p, 1e-9);
    /* Below 1 as above it. */
    fill(subject, baseline, 20, 1 / 1.2);
    assert_int_equal(two_samples_compare(subject, 20, baseline, 20, 0.05, 0.99, &plain), 0);
    assert_near(allowed.p, plain.p, 1e-9);
    assert_int_equal(two_samples_compare(subject, 20, baseline, 20, 0.25, 0.99, &plain), 0);
    assert_true(plain.p == 1);
}

static void what_cannot_be_compared_is_refused(void **state)
{
    (void)state;
    static const double good[] = {1, 2, 3}, wrong[] = {0, -1, NAN, INFINITY};
    struct effect effect = {.n = 77};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(two_samples_compare(&wrong[i], 1, good, 3, 0, 0.99, &effect), -EINVAL);
        assert_int_equal(two_samples_compare(good, 3, &wrong[i], 1, 0, 0.99, &effect), -EINVAL);
    }
    assert_int_equal(two_samples_compare(good, 3, good, 3, -0.1, 0.99, &effect), -EINVAL);
    assert_int_equal(two_samples_compare(good, 3, good, 3, NAN, 0.99, &effect), -EINVAL);
    assert_int_equal(two_samples_compare(good, 0, good, 3, 0, 0.99, &effect), -EINVAL);
    assert_int_equal(two_samples_compare(good, 3, good, 3, 0, 1, &effect), -EINVAL);
    static const double tiny[] = {1e-300}, huge[] = {1e300};
    assert_int_equal(two_samples_compare(huge, 1, tiny, 1, 0, 0.99, &effect), -ERANGE);
    assert_int_equal(effect.n, 77);
}

/* ---- verdicts ---- */

static struct verdict judge(double ratio, size_t n, double allowance, bool of_runs)
{
    double subject[MOST], baseline[MOST];
    struct effect effect;
    struct verdict verdict;
    fill(subject, baseline, n, ratio);
    assert_int_equal(
        two_samples_compare(subject, n, baseline, n, allowance, VERDICT_CONFIDENCE, &effect), 0);
    struct verdict_samples samples = {n, n, allowance, of_runs};
    struct verdict_question question = {
        .effect = &effect,
        .samples = &samples,
        .p_adjusted = effect.p,
        .pairs = 1,
        .minimum_effect = 0.03,
        .lower_is_better = true,
    };
    assert_int_equal(verdict_decide(&question, &verdict), 0);
    return verdict;
}

static void a_difference_beyond_the_allowance_is_named(void **state)
{
    (void)state;
    assert_int_equal(judge(1.3, 50, 0, false).word, VERDICT_SLOWER);
    assert_int_equal(judge(1 / 1.3, 50, 0.01, false).word, VERDICT_FASTER);
    assert_int_equal(judge(1.3, 50, 0.5, false).word, VERDICT_INCONCLUSIVE);
    assert_int_equal(judge(2, 50, 0.5, false).word, VERDICT_SLOWER);
    assert_string_equal(judge(1.3, 50, 0.5, false).why,
                        "two runs of the same program may differ as much");
}

/* However many rounds there are. */
static void what_two_runs_may_differ_by_is_never_called_equivalent(void **state)
{
    (void)state;
    struct verdict verdict = judge(1, 100, 0.5, false);
    assert_int_equal(verdict.word, VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict.rounds_likely, VERDICT_ROUNDS_MAXIMUM);
    assert_int_equal(judge(1, 100, 0, false).word, VERDICT_INCONCLUSIVE);
    assert_in_range(judge(1, 100, 0, false).rounds_likely, 101, 1000);
}

static void runs_need_not_be_ten(void **state)
{
    (void)state;
    assert_int_equal(judge(2, 5, 0, false).word, VERDICT_INCONCLUSIVE);
    assert_int_equal(judge(2, 5, 0, true).word, VERDICT_SLOWER);
}

/* Of 4 and 4, the whole range is worth 97 %. */
static void too_few_runs_are_refused(void **state)
{
    (void)state;
    double subject[4], baseline[4];
    struct effect effect;
    struct verdict verdict;
    fill(subject, baseline, 4, 2);
    assert_int_equal(two_samples_compare(subject, 4, baseline, 4, 0, 0.99, &effect), 0);
    static const struct verdict_samples samples = {4, 4, 0, true};
    struct verdict_question question = {
        .effect = &effect, .samples = &samples, .p_adjusted = effect.p, .pairs = 1};
    assert_int_equal(verdict_decide(&question, &verdict), -EINVAL);
    assert_int_equal(verdict.word, VERDICT_INVALID);
}

static void samples_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    struct effect effect = {.n = 20, .ratio = 1, .low = 0.9, .high = 1.1, .confidence = 0.99};
    static const struct verdict_samples wrong[] = {
        {0, 20, 0, false}, {20, 0, 0, false}, {20, 20, -1, false}, {20, 20, NAN, false}};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct verdict verdict;
        struct verdict_question question = {
            .effect = &effect, .samples = &wrong[i], .pairs = 1, .minimum_effect = 0.03};
        assert_int_equal(verdict_decide(&question, &verdict), -EINVAL);
        assert_int_equal(verdict.word, VERDICT_INVALID);
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
        cmocka_unit_test(ratio_interval_and_p_are_numpys_and_scipys),
        cmocka_unit_test(an_allowance_widens_the_interval_and_lifts_p),
        cmocka_unit_test(what_cannot_be_compared_is_refused),
        cmocka_unit_test(a_difference_beyond_the_allowance_is_named),
        cmocka_unit_test(what_two_runs_may_differ_by_is_never_called_equivalent),
        cmocka_unit_test(runs_need_not_be_ten),
        cmocka_unit_test(too_few_runs_are_refused),
        cmocka_unit_test(samples_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, load_reference, drop_reference);
}
