#include "harness/stats/histogram.h"

#include "harness/stats/random.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEMANDED_ERROR 0.008 /* histogram.h promises 0.01 */

static struct histogram histogram, other;

static int start_empty(void **state)
{
    (void)state;
    histogram_reset(&histogram);
    histogram_reset(&other);
    return 0;
}

static double relative_error(uint64_t reported_ns, uint64_t exact_ns)
{
    return fabs((double)reported_ns - (double)exact_ns) / (double)exact_ns;
}

/* Within a bucket the error is largest at an end of it, so the ends of all prove it for every
 * value. */
static void every_value_in_range_is_known_within_the_demanded_error(void **state)
{
    (void)state;
    uint64_t low_ns = HISTOGRAM_LOWEST_NS;
    double worst = 0;
    while (low_ns <= HISTOGRAM_HIGHEST_NS) {
        unsigned bucket = histogram_bucket(low_ns);
        assert_in_range(bucket, 0, HISTOGRAM_BUCKETS - 1);
        assert_int_equal(histogram_bucket_low_ns(bucket), low_ns);
        uint64_t high_ns = histogram_bucket_low_ns(bucket + 1) - 1;
        assert_int_equal(histogram_bucket(high_ns), bucket);
        uint64_t middle_ns = histogram_bucket_middle_ns(bucket);
        worst = fmax(worst, relative_error(middle_ns, low_ns));
        worst = fmax(worst, relative_error(middle_ns, high_ns));
        low_ns = high_ns + 1;
    }
    assert_int_equal(histogram_bucket(HISTOGRAM_HIGHEST_NS), HISTOGRAM_BUCKETS - 1);
    print_message("largest relative error: %.4f %%\n", worst * 100);
    assert_true(worst < DEMANDED_ERROR);
    assert_true(worst > 0.005); /* else this loop has not looked where the error is */
}

/* Evenly spread over the logarithm of the range, ends included. */
static uint64_t value_over_the_range(struct random *random)
{
    double share = (double)(random_next(random) >> 11) / (double)(UINT64_C(1) << 53);
    return (uint64_t)(100.0 * pow(1e9, share));
}

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void percentiles_agree_with_those_of_the_sorted_values(void **state)
{
    (void)state;
    enum { VALUES = 200000 };
    uint64_t *values = calloc(VALUES, sizeof(*values));
    assert_non_null(values);
    struct random random;
    random_seed(&random, 1);
    for (size_t i = 0; i < VALUES; i++) {
        values[i] = value_over_the_range(&random);
        histogram_record(&histogram, values[i]);
    }
    qsort(values, VALUES, sizeof(*values), compare);
    for (unsigned tenths = 1; tenths < 1000; tenths++) {
        uint64_t reported_ns, exact_ns = values[tenths * (VALUES / 1000) - 1];
        assert_true(histogram_percentile(&histogram, tenths / 10.0, &reported_ns));
        assert_true(relative_error(reported_ns, exact_ns) < DEMANDED_ERROR);
    }
    uint64_t extreme_ns;
    assert_true(histogram_percentile(&histogram, 100.0, &extreme_ns));
    assert_int_equal(extreme_ns, values[VALUES - 1]);
    assert_true(histogram_percentile(&histogram, 0.0, &extreme_ns));
    assert_int_equal(extreme_ns, values[0]);
    free(values);
}

static void record_from_100_up(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        histogram_record(&histogram, 100 + i % 28); /* exact: buckets are 1 ns wide there */
}

static void a_percentile_needs_ten_values_above_it(void **state)
{
    (void)state;
    uint64_t value_ns;
    record_from_100_up(19);
    assert_false(histogram_percentile(&histogram, 50.0, &value_ns)); /* the 10th: 9 above */
    record_from_100_up(1);
    assert_true(histogram_percentile(&histogram, 50.0, &value_ns)); /* the 10th: 10 above */
    assert_false(histogram_percentile(&histogram, 50.1, &value_ns));
    assert_true(histogram_percentile(&histogram, 100.0, &value_ns));
}

static void a_percentile_that_is_no_binary_fraction_finds_its_own_value(void **state)
{
    (void)state;
    static const struct {
        double percent;
        unsigned count, rank;
    } cases[] = {
        {99.9, 330000, 329670}, /* in double precision 99.9 * 330000 / 100 is above 329670 */
        {99.9, 10000, 9990},    {99.99, 100000, 99990}, {55.0, 100, 55},
        {29.0, 100, 29},        {28.999, 100, 29},      {29.001, 100, 30},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        histogram_reset(&histogram);
        for (unsigned value = 1; value <= cases[i].count; value++)
            histogram_record(&histogram, value <= cases[i].rank ? 100 : 120);
        uint64_t value_ns;
        assert_true(histogram_percentile(&histogram, cases[i].percent, &value_ns));
        assert_int_equal(value_ns, 100);

        histogram_reset(&histogram);
        for (unsigned value = 1; value <= cases[i].count; value++)
            histogram_record(&histogram, value < cases[i].rank ? 100 : 120);
        assert_true(histogram_percentile(&histogram, cases[i].percent, &value_ns));
        assert_int_equal(value_ns, 120);
    }
}

static void an_empty_histogram_has_no_percentile(void **state)
{
    (void)state;
    uint64_t value_ns;
    assert_false(histogram_percentile(&histogram, 0.0, &value_ns));
    assert_false(histogram_percentile(&histogram, 50.0, &value_ns));
    assert_false(histogram_percentile(&histogram, 100.0, &value_ns));
}

static void a_percent_that_is_none_is_refused(void **state)
{
    (void)state;
    uint64_t value_ns;
    record_from_100_up(100);
    assert_false(histogram_percentile(&histogram, -0.1, &value_ns));
    assert_false(histogram_percentile(&histogram, 100.1, &value_ns));
    assert_false(histogram_percentile(&histogram, NAN, &value_ns));
}

static void values_out_of_range_are_counted_and_kept_in_the_extremes(void **state)
{
    (void)state;
    histogram_record(&histogram, 0);
    histogram_record(&histogram, HISTOGRAM_LOWEST_NS - 1);
    histogram_record(&histogram, HISTOGRAM_LOWEST_NS);
    histogram_record(&histogram, HISTOGRAM_HIGHEST_NS);
    histogram_record(&histogram, HISTOGRAM_HIGHEST_NS + 1);
    assert_int_equal(histogram.count, 5);
    assert_int_equal(histogram.under, 2);
    assert_int_equal(histogram.over, 1);
    assert_int_equal(histogram.minimum_ns, 0);
    assert_int_equal(histogram.maximum_ns, HISTOGRAM_HIGHEST_NS + 1);
    assert_int_equal(histogram.sum_ns, 199 + 2 * HISTOGRAM_HIGHEST_NS + 1);
}

static void a_percentile_out_of_range_is_refused_and_those_in_range_still_stand(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 30; i++) {
        histogram_record(&histogram, 50);
        histogram_record(&histogram, 110);
        histogram_record(&histogram, HISTOGRAM_HIGHEST_NS * 2);
    }
    uint64_t value_ns;
    assert_false(histogram_percentile(&histogram, 20.0, &value_ns));
    assert_true(histogram_percentile(&histogram, 50.0, &value_ns));
    assert_int_equal(value_ns, 110);
    assert_false(histogram_percentile(&histogram, 80.0, &value_ns));
}

/* 1000..1007 ns share a bucket, whose middle is 1003. */
static void no_percentile_lies_outside_the_extremes(void **state)
{
    (void)state;
    uint64_t value_ns;
    for (unsigned i = 0; i < 30; i++) {
        histogram_record(&histogram, 1000);
        histogram_record(&other, 1007);
    }
    assert_true(histogram_percentile(&histogram, 50.0, &value_ns));
    assert_int_equal(value_ns, 1000);
    assert_true(histogram_percentile(&other, 50.0, &value_ns));
    assert_int_equal(value_ns, 1007);
}

static void the_sum_stops_at_what_json_can_carry(void **state)
{
    (void)state;
    histogram_record(&histogram, INT64_MAX - 1);
    assert_int_equal(histogram.sum_ns, INT64_MAX - 1);
    histogram_record(&histogram, 100);
    assert_int_equal(histogram.sum_ns, INT64_MAX);
    histogram_record(&histogram, UINT64_MAX);
    assert_int_equal(histogram.sum_ns, INT64_MAX);
    histogram_merge(&other, &histogram);
    histogram_merge(&other, &histogram);
    assert_int_equal(other.sum_ns, INT64_MAX);
}

static void merging_is_the_same_as_recording_everything_in_one(void **state)
{
    (void)state;
    static struct histogram whole;
    histogram_reset(&whole);
    struct random random;
    random_seed(&random, 2);
    for (unsigned i = 0; i < 10000; i++) {
        uint64_t value_ns = random_next(&random) >> (random_below(&random, 64));
        value_ns %= 4 * HISTOGRAM_HIGHEST_NS;
        histogram_record(&whole, value_ns);
        histogram_record(i % 3 == 0 ? &histogram : &other, value_ns);
    }
    histogram_merge(&histogram, &other);
    assert_memory_equal(&histogram, &whole, sizeof(whole));
    histogram_reset(&other);
    histogram_merge(&histogram, &other);
    assert_memory_equal(&histogram, &whole, sizeof(whole));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_value_in_range_is_known_within_the_demanded_error,
                               start_empty),
        cmocka_unit_test_setup(percentiles_agree_with_those_of_the_sorted_values, start_empty),
        cmocka_unit_test_setup(a_percentile_needs_ten_values_above_it, start_empty),
        cmocka_unit_test_setup(a_percentile_that_is_no_binary_fraction_finds_its_own_value,
                               start_empty),
        cmocka_unit_test_setup(an_empty_histogram_has_no_percentile, start_empty),
        cmocka_unit_test_setup(a_percent_that_is_none_is_refused, start_empty),
        cmocka_unit_test_setup(values_out_of_range_are_counted_and_kept_in_the_extremes,
                               start_empty),
        cmocka_unit_test_setup(a_percentile_out_of_range_is_refused_and_those_in_range_still_stand,
                               start_empty),
        cmocka_unit_test_setup(no_percentile_lies_outside_the_extremes, start_empty),
        cmocka_unit_test_setup(the_sum_stops_at_what_json_can_carry, start_empty),
        cmocka_unit_test_setup(merging_is_the_same_as_recording_everything_in_one, start_empty),
    };
    return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
