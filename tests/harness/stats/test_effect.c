#include "harness/stats/effect.h"
#include "harness/stats/walsh.h"
#include "harness/stats/wilcoxon.h"
#include "tests/harness/stats/synthetic.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void assert_near(double seen, double expected)
{
    if (!(fabs(seen - expected) <= 1e-12 * fabs(expected)))
        fail_msg("%.17g instead of %.17g", seen, expected);
}

static struct effect compare(const double *subject, const double *baseline, size_t n)
{
    struct effect effect;
    assert_int_equal(effect_compare(subject, baseline, n, 0.99, &effect), 0);
    return effect;
}

/* ---- Walsh averages ---- */

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Every single one against the sorted list of all; from few different values to all different. */
static void each_walsh_average_is_the_one_of_the_sorted_list(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 1);
    static double all[60 * 61 / 2];
    for (size_t n = 1; n <= 60; n += n < 12 ? 1 : 7) {
        for (uint32_t different = 1; different < 2000; different *= 7) {
            double values[60];
            size_t count = 0;
            for (size_t i = 0; i < n; i++)
                values[i] = (double)random_below(&random, different) - (double)different / 2;
            for (size_t i = 0; i < n; i++)
                for (size_t j = i; j < n; j++)
                    all[count++] = values[i] / 2 + values[j] / 2;
            qsort(all, count, sizeof *all, ascending);
            struct walsh walsh;
            assert_int_equal(walsh_open(&walsh, values, n), 0);
            assert_int_equal(walsh_count(n), count);
            for (size_t i = 0; i < count; i++)
                assert_true(walsh_at(&walsh, i + 1) == all[i]);
            assert_near(walsh_median(&walsh), all[(count - 1) / 2] / 2 + all[count / 2] / 2);
            walsh_close(&walsh);
        }
    }
}

/* Hollander and Wolfe, "Nonparametric Statistical Methods" (1973), examples 3.3 and 3.4, on the
 * depression scale of nine patients: estimate -0.46, and (-0.786, -0.010) at 96.1 %. */
static void the_estimate_and_interval_of_the_depression_scale_are_the_published_ones(void **state)
{
    (void)state;
    static const double before[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    static const double after[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    double subject[9], baseline[9];
    for (size_t i = 0; i < 9; i++) {
        subject[i] = exp(after[i]);
        baseline[i] = exp(before[i]);
    }
    struct effect effect;
    assert_int_equal(effect_compare(subject, baseline, 9, 0.95, &effect), 0);
    assert_true(fabs(log(effect.ratio) + 0.46) < 1e-12);
    assert_true(fabs(log(effect.low) + 0.786) < 1e-12);
    assert_true(fabs(log(effect.high) + 0.010) < 1e-12);
    assert_true(fabs(effect.confidence - 0.961) < 0.0005);
    assert_near(effect.p, 0.0390625);
}

static void large_samples_are_exact_too(void **state)
{
    (void)state;
    enum { N = 10000 };
    double *values = malloc(N * sizeof *values);
    assert_non_null(values);
    /* 0, 1, ... 9999 in some order: the averages are symmetric around the mean, and the first few
     * are known. */
    for (size_t i = 0; i < N; i++)
        values[i] = (double)(i * 7919 % N);
    struct walsh walsh;
    assert_int_equal(walsh_open(&walsh, values, N), 0);
    assert_true(walsh_median(&walsh) == (N - 1) / 2.0);
    assert_true(walsh_at(&walsh, 1) == 0 && walsh_at(&walsh, 2) == 0.5);
    assert_true(walsh_at(&walsh, 3) == 1 && walsh_at(&walsh, 4) == 1);
    assert_true(walsh_at(&walsh, walsh_count(N)) == N - 1);
    walsh_close(&walsh);
    free(values);
}

static void averages_of_the_largest_numbers_do_not_overflow(void **state)
{
    (void)state;
    struct walsh walsh;
    assert_int_equal(walsh_open(&walsh, (const double[]){1.6e308, 1.7e308}, 2), 0);
    assert_near(walsh_median(&walsh), 1.65e308);
    walsh_close(&walsh);
    assert_int_equal(walsh_open(&walsh, NULL, 0), -EINVAL);
    assert_int_equal(walsh_open(&walsh, (const double[]){1, NAN}, 2), -EINVAL);
}

/* ---- effects ---- */

static size_t load(const json_t *list, double *values, size_t room)
{
    size_t i;
    const json_t *value;
    assert_in_range(json_array_size(list), 1, room);
    json_array_foreach(list, i, value) values[i] = json_number_value(value);
    return i;
}

/* data/make_statistics.py says how NumPy and SciPy came by them. */
static void effects_are_those_of_numpy_and_scipy(void **state)
{
    (void)state;
    json_t *reference = json_load_file(TEST_REFERENCE, 0, NULL);
    const json_t *effects = json_object_get(reference, "effects"), *entry;
    assert_true(json_array_size(effects) >= 6);
    size_t i;
    json_array_foreach(effects, i, entry)
    {
        double subject[100], baseline[100];
        size_t n = load(json_object_get(entry, "subject"), subject, 100);
        assert_int_equal(load(json_object_get(entry, "baseline"), baseline, 100), n);
        struct effect effect = compare(subject, baseline, n);
        assert_near(effect.ratio, json_number_value(json_object_get(entry, "ratio")));
        assert_near(effect.low, json_number_value(json_object_get(entry, "low")));
        assert_near(effect.high, json_number_value(json_object_get(entry, "high")));
        assert_near(effect.median, json_number_value(json_object_get(entry, "median")));
        assert_near(effect.p, json_number_value(json_object_get(entry, "p")));
        assert_true(effect.n == n && effect.confidence >= 0.99);
    }
    json_decref(reference);
}

static void what_both_share_in_a_round_cancels(void **state)
{
    (void)state;
    double subject[20], baseline[20];
    struct random random;
    random_seed(&random, 2);
    for (size_t i = 0; i < 20; i++) {
        baseline[i] = exp((double)random_below(&random, 20));
        subject[i] = 0.8 * baseline[i];
    }
    struct effect effect = compare(subject, baseline, 20);
    assert_near(effect.ratio, 0.8);
    assert_near(effect.low, 0.8);
    assert_near(effect.high, 0.8);
}

static void exchanging_the_subjects_gives_the_reciprocals_and_the_same_p(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 3);
    for (size_t n = 2; n < 130; n += 9) {
        double subject[130], baseline[130];
        synthetic_rounds(&random, SYNTHETIC_SKEWED, 1.1, 0.5, subject, baseline, n);
        struct effect one = compare(subject, baseline, n), other = compare(baseline, subject, n);
        assert_near(one.ratio * other.ratio, 1);
        assert_near(one.low * other.high, 1);
        assert_near(one.high * other.low, 1);
        assert_near(one.median * other.median, 1);
        assert_near(one.p, other.p);
        assert_true(one.low <= one.ratio && one.ratio <= one.high);
    }
}

/* 3/1, 6/2, 0.3/0.1 ... are one ratio, and 1/3 its opposite: ties of 12 differences, half of each
 * sign, which is as far from significant as can be. log(a) - log(b) sees 12 different ones. */
static void equal_ratios_are_ties_whatever_their_numbers(void **state)
{
    (void)state;
    double subject[12], baseline[12];
    for (size_t i = 0; i < 12; i++) {
        double small = ldexp((double)i + 1, -3);
        subject[i] = i < 6 ? 3 * small : small;
        baseline[i] = i < 6 ? small : 3 * small;
    }
    assert_true(compare(subject, baseline, 12).p == 1);
    assert_true(compare(subject, subject, 12).p == 1);
    assert_true(compare(subject, subject, 12).ratio == 1);
}

/* The interval excludes 1 exactly when the test rejects at the interval's own level. */
static void interval_and_test_never_contradict_each_other(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 4);
    unsigned rejected = 0;
    for (unsigned sample = 0; sample < 2000; sample++) {
        double subject[140], baseline[140];
        size_t n = 8 + sample % 133;
        synthetic_rounds(&random, SYNTHETIC_HEAVY, 1 + 3.0 / (double)n, 1, subject, baseline, n);
        struct effect effect = compare(subject, baseline, n);
        bool excludes = effect.low > 1 || effect.high < 1;
        /* At 101 and more rounds, both are approximate, by the same normal distribution. */
        assert_int_equal(excludes, effect.p <= 1 - effect.confidence + 1e-12);
        rejected += excludes;
    }
    assert_in_range(rejected, 20, 1900); /* else it was no test */
}

static void one_round_has_an_interval_that_is_worth_nothing(void **state)
{
    (void)state;
    struct effect effect = compare((const double[]){3}, (const double[]){2}, 1);
    assert_near(effect.ratio, 1.5);
    assert_true(effect.confidence == 0 && effect.p == 1);
}

static void what_is_no_measurement_is_refused(void **state)
{
    (void)state;
    const double good[] = {1, 2, 3};
    const double bad[] = {NAN, INFINITY, -INFINITY, 0, -0.0, -2};
    struct effect effect, untouched;
    memset(&untouched, 7, sizeof untouched);
    effect = untouched;
    for (size_t i = 0; i < COUNT(bad); i++) {
        const double values[] = {1, bad[i], 3};
        assert_int_equal(effect_compare(values, good, 3, 0.99, &effect), -EINVAL);
        assert_int_equal(effect_compare(good, values, 3, 0.99, &effect), -EINVAL);
    }
    assert_int_equal(effect_compare(good, good, 0, 0.99, &effect), -EINVAL);
    const double impossible[] = {0, 1, -0.5, 99, NAN};
    for (size_t i = 0; i < COUNT(impossible); i++)
        assert_int_equal(effect_compare(good, good, 3, impossible[i], &effect), -EINVAL);
    const double huge[] = {1e308, 1e308, 1e308}, tiny[] = {1e-308, 1e-308, 1e-308};
    assert_int_equal(effect_compare(huge, tiny, 3, 0.99, &effect), -ERANGE);
    assert_int_equal(effect_compare(tiny, huge, 3, 0.99, &effect), -ERANGE);
    assert_memory_equal(&effect, &untouched, sizeof effect);
}

/* effect.h quotes what a longer simulation found; this one, of the same seed every time, would see
 * an interval that is too narrow. Deviation of the shares: 0.0026. */
static void intervals_hold_the_truth_as_often_as_they_promise(void **state)
{
    (void)state;
    const unsigned samples = 1500;
    static const size_t counts[] = {10, 20, 50};
    for (unsigned shape = 0; shape <= SYNTHETIC_DISTURBED; shape++) {
        for (size_t c = 0; c < COUNT(counts); c++) {
            unsigned held = 0;
            struct random random;
            random_seed(&random, 5);
            for (unsigned i = 0; i < samples; i++) {
                double subject[50], baseline[50];
                synthetic_rounds(&random, shape, 0.9, 0.13, subject, baseline, counts[c]);
                struct effect effect = compare(subject, baseline, counts[c]);
                held += effect.low <= 0.9 && 0.9 <= effect.high;
            }
            double share = (double)held / samples;
            print_message("%s, n %zu: %.4f\n", synthetic_name(shape), counts[c], share);
            /* What is exact needs symmetry: A against B is skewed only if one of them is. */
            assert_true(share > (shape == SYNTHETIC_SKEWED ? 0.975 : 0.99 - 0.0077));
            assert_true(share < 0.99 + 0.0077);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_walsh_average_is_the_one_of_the_sorted_list),
        cmocka_unit_test(the_estimate_and_interval_of_the_depression_scale_are_the_published_ones),
        cmocka_unit_test(large_samples_are_exact_too),
        cmocka_unit_test(averages_of_the_largest_numbers_do_not_overflow),
        cmocka_unit_test(effects_are_those_of_numpy_and_scipy),
        cmocka_unit_test(what_both_share_in_a_round_cancels),
        cmocka_unit_test(exchanging_the_subjects_gives_the_reciprocals_and_the_same_p),
        cmocka_unit_test(equal_ratios_are_ties_whatever_their_numbers),
        cmocka_unit_test(interval_and_test_never_contradict_each_other),
        cmocka_unit_test(one_round_has_an_interval_that_is_worth_nothing),
        cmocka_unit_test(what_is_no_measurement_is_refused),
        cmocka_unit_test(intervals_hold_the_truth_as_often_as_they_promise),
    };
    return cmocka_run_group_tests_name("effect", tests, NULL, NULL);
}
