#include "harness/stats/random.h"
#include "harness/stats/statistics.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* ---- random numbers ---- */

/* The sequence that Vigna's own xoshiro256starstar.c yields from the state 1, 2, 3, 4; as tested in
 * rand_xoshiro, the Rust project's implementation. */
static void the_generator_yields_its_published_sequence(void **state)
{
    (void)state;
    static const uint64_t published[] = {
        UINT64_C(11520),
        UINT64_C(0),
        UINT64_C(1509978240),
        UINT64_C(1215971899390074240),
        UINT64_C(1216172134540287360),
        UINT64_C(607988272756665600),
        UINT64_C(16172922978634559625),
        UINT64_C(8476171486693032832),
        UINT64_C(10595114339597558777),
        UINT64_C(2904607092377533576),
    };
    struct random random = {{1, 2, 3, 4}};
    for (size_t i = 0; i < COUNT(published); i++)
        assert_int_equal(random_next(&random), published[i]);
}

/* splitmix64 from 1234567: Rosetta Code, "Pseudo-random numbers/Splitmix64". */
static void a_seed_becomes_the_published_state(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 1234567);
    assert_int_equal(random.state[0], UINT64_C(6457827717110365317));
    assert_int_equal(random.state[1], UINT64_C(3203168211198807973));
    assert_int_equal(random.state[2], UINT64_C(9817491932198370423));
    assert_int_equal(random.state[3], UINT64_C(4593380528125082431));
}

/* 3 * 2^30 does not divide 2^32: without drawing again, every third result of the range would come
 * twice as often as the others, which shows in the remainders by 3. */
static void a_bounded_number_favours_no_part_of_its_range(void **state)
{
    (void)state;
    enum { DRAWS = 300000 };
    const uint32_t bound = UINT32_C(3) << 30;
    unsigned remainders[3] = {0};
    struct random random;
    random_seed(&random, 4);
    for (unsigned i = 0; i < DRAWS; i++) {
        uint32_t value = random_below(&random, bound);
        assert_true(value < bound);
        remainders[value % 3]++;
    }
    /* Standard deviation of each: sqrt(300000 * 1/3 * 2/3) = 258. Biased, one would be at 150,000.
     */
    for (unsigned i = 0; i < 3; i++)
        assert_in_range(remainders[i], DRAWS / 3 - 1300, DRAWS / 3 + 1300);
}

static void a_bound_of_one_leaves_only_zero(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 5);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(random_below(&random, 1), 0);
}

static void every_order_of_a_shuffle_is_equally_likely(void **state)
{
    (void)state;
    enum { SHUFFLES = 60000, ORDERS = 6 };
    unsigned seen[3 * 3 * 3] = {0};
    struct random random;
    random_seed(&random, 6);
    for (unsigned i = 0; i < SHUFFLES; i++) {
        size_t entries[] = {0, 1, 2};
        random_shuffle(&random, entries, 3);
        seen[entries[0] * 9 + entries[1] * 3 + entries[2]]++;
    }
    unsigned orders = 0;
    for (size_t i = 0; i < COUNT(seen); i++) {
        if (seen[i] == 0)
            continue;
        orders++; /* 10,000 each, standard deviation 91 */
        assert_in_range(seen[i], SHUFFLES / ORDERS - 460, SHUFFLES / ORDERS + 460);
    }
    assert_int_equal(orders, ORDERS);
}

static void a_shuffle_of_none_or_one_does_nothing(void **state)
{
    (void)state;
    struct random random, untouched;
    random_seed(&random, 7);
    untouched = random;
    size_t entry = 42;
    random_shuffle(&random, &entry, 1);
    random_shuffle(&random, NULL, 0);
    assert_int_equal(entry, 42);
    assert_memory_equal(&random, &untouched, sizeof(random));
}

/* ---- published samples ---- */

/* Survival in days of the treated mice: Efron and Tibshirani, "An Introduction to the Bootstrap"
 * (1993), table 2.1. */
static const double mice[] = {94, 197, 16, 38, 99, 141, 23};

/* Additional hours of sleep by the second drug over the first: Student, "The probable error of a
 * mean", Biometrika 6 (1908). An even number of values. */
static const double sleep[] = {1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4};

static void the_median_is_the_middle_value_or_the_mean_of_two(void **state)
{
    (void)state;
    assert_true(statistics_median(mice, COUNT(mice)) == 94);
    assert_true(statistics_median(sleep, COUNT(sleep)) == 1.3);
    assert_true(statistics_median((const double[]){4, 1, 3, 2}, 4) == 2.5);
    assert_true(statistics_median((const double[]){7}, 1) == 7);
    assert_true(statistics_median((const double[]){1e308, 1.5e308}, 2) == 1.25e308);
    assert_true(statistics_median((const double[]){-INFINITY, 1, INFINITY}, 3) == 1);
}

static void the_median_of_nothing_or_with_a_nan_is_nan(void **state)
{
    (void)state;
    assert_true(isnan(statistics_median(NULL, 0)));
    assert_true(isnan(statistics_median((const double[]){1, NAN, 2}, 3)));
}

static void the_median_leaves_the_values_in_their_order(void **state)
{
    (void)state;
    double values[] = {3, 1, 2};
    struct interval interval;
    assert_true(statistics_median(values, 3) == 2);
    assert_int_equal(statistics_bootstrap_median(values, 3, 0.9, 1, 100, &interval), 0);
    assert_memory_equal(values, ((const double[]){3, 1, 2}), sizeof(values));
}

/* ---- intervals ---- */

/* The bootstrap distribution of a median is known exactly: of n values in order, the resampled
 * median is at most the k-th with the probability that a Binomial(n, k/n) is at least (n + 1) / 2
 * (odd n; even n by the joint distribution of the two middle values). The ends below are its
 * quantiles, computed with SciPy 1.10.1 (scipy.stats.binom);
 * scipy.stats.bootstrap(method="percentile", n_resamples=200000) gives the same. The distribution
 * itself was checked by its standard deviation for the mice, 37.83, the ideal bootstrap estimate
 * that Efron and Tibshirani print. Each quantile lies at least 3 standard deviations of 100,000
 * resamples from the next jump of the distribution. */
static const struct {
    const double *values;
    size_t n;
    double confidence, median, low, high;
} references[] = {
    {mice, COUNT(mice), 0.80, 94, 23, 141},     {mice, COUNT(mice), 0.95, 94, 23, 141},
    {mice, COUNT(mice), 0.99, 94, 16, 197},     {sleep, COUNT(sleep), 0.80, 1.3, 1.1, 1.6},
    {sleep, COUNT(sleep), 0.90, 1.3, 1.0, 1.8}, {sleep, COUNT(sleep), 0.95, 1.3, 1.0, 1.9},
    {sleep, COUNT(sleep), 0.99, 1.3, 0.8, 2.4},
};

static void the_interval_of_a_median_is_that_of_the_exact_bootstrap(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(references); i++) {
        struct interval interval;
        assert_int_equal(statistics_bootstrap_median(references[i].values, references[i].n,
                                                     references[i].confidence, 1, 100000,
                                                     &interval),
                         0);
        assert_true(fabs(interval.median - references[i].median) < 1e-12);
        assert_true(fabs(interval.low - references[i].low) < 1e-12);
        assert_true(fabs(interval.high - references[i].high) < 1e-12);
    }
}

static double uniform(struct random *random)
{
    return ((double)(random_next(random) >> 11) + 0.5) / (double)(UINT64_C(1) << 53);
}

/* The share of samples of n exponential values whose interval holds the true median, ln 2. */
static double coverage(size_t n, double confidence, unsigned samples)
{
    unsigned held = 0;
    double values[64];
    struct random random;
    random_seed(&random, 9);
    for (unsigned sample = 0; sample < samples; sample++) {
        for (size_t i = 0; i < n; i++)
            values[i] = -log(uniform(&random));
        struct interval interval;
        assert_int_equal(
            statistics_bootstrap_median(values, n, confidence, sample, 1000, &interval), 0);
        held += interval.low <= 0.6931471805599453 && 0.6931471805599453 <= interval.high;
    }
    return (double)held / samples;
}

/* The ends of the exact interval are order statistics, and how often two of those enclose the true
 * median is a binomial probability, whatever the distribution: SciPy 1.10.1, scipy.stats.binom. */
static void the_interval_holds_the_true_median_as_often_as_it_can_be_proved_to(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double confidence, exact;
    } cases[] = {{11, 0.95, 0.9345703125}, {13, 0.99, 0.9775390625}};
    const unsigned samples = 2000;
    for (size_t i = 0; i < COUNT(cases); i++) {
        double exact = cases[i].exact, seen = coverage(cases[i].n, cases[i].confidence, samples);
        double deviation = sqrt(exact * (1 - exact) / samples);
        print_message("n %zu, confidence %.2f: %.4f of samples, exactly %.4f\n", cases[i].n,
                      cases[i].confidence, seen, exact);
        assert_true(fabs(seen - exact) < 3.5 * deviation);
    }
}

static void the_same_seed_gives_the_same_interval_and_another_another(void **state)
{
    (void)state;
    double values[40];
    struct random random;
    random_seed(&random, 10);
    for (size_t i = 0; i < COUNT(values); i++)
        values[i] = uniform(&random);
    struct interval first, again, another;
    assert_int_equal(statistics_bootstrap_median(values, 40, 0.99, 1, 500, &first), 0);
    assert_int_equal(statistics_bootstrap_median(values, 40, 0.99, 1, 500, &again), 0);
    assert_int_equal(statistics_bootstrap_median(values, 40, 0.99, 2, 500, &another), 0);
    assert_memory_equal(&first, &again, sizeof(first));
    assert_memory_not_equal(&first, &another, sizeof(first));
}

static void one_value_is_its_own_interval(void **state)
{
    (void)state;
    struct interval interval;
    assert_int_equal(statistics_bootstrap_median((const double[]){3}, 1, 0.99, 1, 100, &interval),
                     0);
    assert_true(interval.median == 3 && interval.low == 3 && interval.high == 3);
}

/* Decimals of which 0.005 and 0.995 parts do not add up to the whole again. */
static void an_interval_of_equal_values_is_the_value(void **state)
{
    (void)state;
    static const double numbers[] = {10521.973, 13601.721, 0.1, 3};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        double values[12];
        for (size_t k = 0; k < COUNT(values); k++)
            values[k] = numbers[i];
        struct interval interval;
        assert_int_equal(statistics_bootstrap_median(values, 12, 0.99, 1, 1000, &interval), 0);
        assert_true(interval.low == numbers[i] && interval.high == numbers[i]);
    }
}

static void what_is_no_sample_is_refused(void **state)
{
    (void)state;
    struct interval out;
    const double good[] = {1, 2, 3}, nan[] = {1, NAN, 3}, infinite[] = {1, INFINITY, 3};
    assert_int_equal(statistics_bootstrap_median(good, 0, 0.99, 1, 100, &out), -EINVAL);
    assert_int_equal(statistics_bootstrap_median(nan, 3, 0.99, 1, 100, &out), -EINVAL);
    assert_int_equal(statistics_bootstrap_median(infinite, 3, 0.99, 1, 100, &out), -EINVAL);
    assert_int_equal(statistics_bootstrap_median(good, 3, 0.99, 1, 0, &out), -EINVAL);
    const double impossible[] = {0, 1, -0.5, 99, NAN};
    for (size_t i = 0; i < COUNT(impossible); i++)
        assert_int_equal(statistics_bootstrap_median(good, 3, impossible[i], 1, 100, &out),
                         -EINVAL);
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Resamples drawn, sorted and cut one by one, as the definition has it: what is drawn is that of
 * the generator, so the interval is the same, not nearly so. */
static struct interval defined_interval(const double *sorted, size_t n, unsigned resamples)
{
    double medians[16], resample[16];
    struct random random;
    random_seed(&random, 5);
    for (unsigned i = 0; i < resamples; i++) {
        for (size_t k = 0; k < n; k++)
            resample[k] = sorted[random_below(&random, (uint32_t)n)];
        medians[i] = statistics_median(resample, n);
    }
    qsort(medians, resamples, sizeof medians[0], by_size);
    double low = 0.25 * (resamples - 1), high = 0.75 * (resamples - 1);
    size_t l = (size_t)low, h = (size_t)high;
    double after_low = medians[l + 1 < resamples ? l + 1 : l];
    double after_high = medians[h + 1 < resamples ? h + 1 : h];
    return (struct interval){
        .low = medians[l] + (after_low - medians[l]) * (low - (double)l),
        .high = medians[h] + (after_high - medians[h]) * (high - (double)h),
    };
}

static void the_interval_is_that_of_the_resamples_one_by_one(void **state)
{
    (void)state;
    static const double sorted[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
    for (size_t n = 1; n <= COUNT(sorted); n++) {
        for (unsigned resamples = 1; resamples <= 16; resamples++) {
            struct interval out, defined = defined_interval(sorted, n, resamples);
            assert_int_equal(statistics_bootstrap_median(sorted, n, 0.5, 5, resamples, &out), 0);
            assert_true(fabs(out.low - defined.low) < 1e-9);
            assert_true(fabs(out.high - defined.high) < 1e-9);
        }
    }
}

/* The draws of a sample size are kept for the next sample of it; which were asked for before must
 * not matter, nor that there are more sizes than are kept. */
static void an_interval_does_not_depend_on_what_was_computed_before(void **state)
{
    (void)state;
    double values[40];
    struct interval first[40], again;
    for (int i = 0; i < 40; i++)
        values[i] = (i * 17) % 40;
    for (size_t n = 1; n <= 40; n++)
        assert_int_equal(statistics_bootstrap_median(values, n, 0.9, 3, 200, &first[n - 1]), 0);
    for (size_t n = 40; n >= 1; n--) {
        assert_int_equal(statistics_bootstrap_median(values, n, 0.9, 4, 200, &again), 0);
        assert_int_equal(statistics_bootstrap_median(values, n, 0.9, 3, 100, &again), 0);
        assert_int_equal(statistics_bootstrap_median(values, n, 0.9, 3, 200, &again), 0);
        assert_memory_equal(&again, &first[n - 1], sizeof again);
    }
}

static void a_difference_is_taken_within_rounds_and_may_be_negative(void **state)
{
    (void)state;
    static const double values[] = {10, 200, 3000, 40000, 500000};
    static const double baseline[] = {13, 203, 3003, 40003, 500003};
    struct interval out;
    assert_int_equal(statistics_bootstrap_difference(values, baseline, 5, 0.99, 1, 500, &out), 0);
    assert_true(out.median == -3 && out.low == -3 && out.high == -3);
    assert_int_equal(statistics_bootstrap_difference(baseline, values, 5, 0.99, 1, 500, &out), 0);
    assert_true(out.median == 3);
    static const double infinite[] = {1, INFINITY};
    assert_int_equal(statistics_bootstrap_difference(values, infinite, 2, 0.99, 1, 500, &out),
                     -EINVAL);
    assert_int_equal(statistics_bootstrap_difference(values, baseline, 0, 0.99, 1, 500, &out),
                     -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_generator_yields_its_published_sequence),
        cmocka_unit_test(a_seed_becomes_the_published_state),
        cmocka_unit_test(a_bounded_number_favours_no_part_of_its_range),
        cmocka_unit_test(a_bound_of_one_leaves_only_zero),
        cmocka_unit_test(every_order_of_a_shuffle_is_equally_likely),
        cmocka_unit_test(a_shuffle_of_none_or_one_does_nothing),
        cmocka_unit_test(the_median_is_the_middle_value_or_the_mean_of_two),
        cmocka_unit_test(the_median_of_nothing_or_with_a_nan_is_nan),
        cmocka_unit_test(the_median_leaves_the_values_in_their_order),
        cmocka_unit_test(the_interval_of_a_median_is_that_of_the_exact_bootstrap),
        cmocka_unit_test(the_interval_holds_the_true_median_as_often_as_it_can_be_proved_to),
        cmocka_unit_test(the_same_seed_gives_the_same_interval_and_another_another),
        cmocka_unit_test(one_value_is_its_own_interval),
        cmocka_unit_test(an_interval_of_equal_values_is_the_value),
        cmocka_unit_test(what_is_no_sample_is_refused),
        cmocka_unit_test(the_interval_is_that_of_the_resamples_one_by_one),
        cmocka_unit_test(an_interval_does_not_depend_on_what_was_computed_before),
        cmocka_unit_test(a_difference_is_taken_within_rounds_and_may_be_negative),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
