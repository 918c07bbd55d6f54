#include "harness/measure/histogram.h"

#include "harness/measure/random.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEMANDED_ERROR 0.008 /* the issue asks for 0.01 */

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
    json_t *json = histogram_to_json(&histogram);
    assert_non_null(json);
    assert_int_equal(histogram_from_json(&other, json), 0);
    json_decref(json);
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

static void json_gives_back_the_same_histogram(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 3);
    for (unsigned i = 0; i < 10000; i++)
        histogram_record(&histogram, value_over_the_range(&random) / 2 * (1 + i % 3));
    assert_true(histogram.under > 0 && histogram.over > 0);

    json_t *json = histogram_to_json(&histogram);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    json = json_loads(text, 0, NULL);
    free(text);
    assert_int_equal(histogram_from_json(&other, json), 0);
    assert_memory_equal(&histogram, &other, sizeof(other));
    json_decref(json);
}

static void an_empty_histogram_survives_json(void **state)
{
    (void)state;
    json_t *json = histogram_to_json(&histogram);
    record_from_100_up(3);
    assert_int_equal(histogram_from_json(&histogram, json), 0);
    assert_memory_equal(&histogram, &other, sizeof(other));
    json_decref(json);
}

#define WHOLE(count, sum, min, max, under, over, buckets)                                          \
    "{\"unit\":\"ns\",\"layout\":\"log-linear-64\",\"count\":" count ",\"sum\":" sum               \
    ",\"min\":" min ",\"max\":" max ",\"under\":" under ",\"over\":" over ",\"buckets\":" buckets  \
    "}"
#define COUNTED(buckets) WHOLE("3", "301", "100", "101", "0", "0", buckets)
#define OF_UNIT(unit, layout)                                                                      \
    "{\"unit\":\"" unit "\",\"layout\":\"" layout "\",\"count\":0,\"sum\":0,\"min\":0,\"max\":0,"  \
    "\"under\":0,\"over\":0,\"buckets\":\"\"}"

static int result_of(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(json);
    int result = histogram_from_json(&histogram, json);
    json_decref(json);
    return result;
}

static void expect_refused(const char *const *cases, size_t count, int error)
{
    for (size_t i = 0; i < count; i++) {
        record_from_100_up(1);
        int result = result_of(cases[i]);
        if (result != error)
            fail_msg("%d instead of %d: %s", result, error, cases[i]);
        assert_memory_equal(&histogram, &other, sizeof(other)); /* left empty */
    }
}
#define REFUSED(cases, error) expect_refused(cases, sizeof(cases) / sizeof(*(cases)), error)

/* Bucket 36 is 100 ns, bucket 37 is 101 ns. */
static void json_that_is_malformed_or_at_odds_with_itself_is_refused(void **state)
{
    (void)state;
    assert_int_equal(result_of(COUNTED("\"36:2,1\"")), 0);
    static const char *const refused[] = {
        "null",
        "[]",
        "{}",
        COUNTED("\"36:2,1\",\"more\":1"),
        COUNTED("[[36,2],[37,1]]"), /* no text */
        "{\"unit\":\"ns\",\"layout\":\"log-linear-64\",\"sum\":0,\"min\":0,\"max\":0,"
        "\"under\":0,\"over\":0,\"buckets\":\"\"}",
        WHOLE("\"3\"", "301", "100", "101", "0", "0", "\"36:2,1\""), /* text */
        WHOLE("3.0", "301", "100", "101", "0", "0", "\"36:2,1\""),   /* not whole */
        WHOLE("-3", "301", "100", "101", "0", "0", "\"36:2,1\""),
        WHOLE("3", "-1", "100", "101", "0", "0", "\"36:2,1\""),
        WHOLE("2", "301", "100", "101", "-1", "0", "\"36:2,1\""),
        WHOLE("4", "301", "100", "101", "0", "0", "\"36:2,1\""), /* counts differ */
        WHOLE("3", "301", "101", "100", "0", "0", "\"36:2,1\""), /* extremes exchanged */
        WHOLE("3", "310", "100", "110", "0", "0", "\"36:2,1\""), /* nothing at the maximum */
        WHOLE("3", "301", "90", "101", "0", "0", "\"36:2,1\""),  /* nothing at the minimum */
        WHOLE("4", "391", "100", "101", "1", "0", "\"36:2,1\""), /* under, but no such minimum */
        WHOLE("4", "402", "100", "101", "0", "1", "\"36:2,1\""), /* over, but no such maximum */
        WHOLE("4", "407", "100", "101", "0", "0", "\"36:2,1;42:1\""), /* above the maximum */
        WHOLE("4", "394", "100", "101", "0", "0", "\"30:1;36:2,1\""), /* below the minimum */
        WHOLE("3", "299", "100", "101", "0", "0", "\"36:2,1\""),      /* sum too small */
        WHOLE("3", "304", "100", "101", "0", "0", "\"36:2,1\""),      /* sum too large */
        WHOLE("0", "0", "0", "101", "0", "0", "\"\""),                /* empty, with a maximum */
    };
    REFUSED(refused, -EINVAL);
    assert_int_equal(histogram_from_json(&histogram, NULL), -EINVAL);
}

static void a_histogram_that_cannot_be_merged_is_refused_as_one(void **state)
{
    (void)state;
    static const char *const refused[] = {OF_UNIT("us", "log-linear-64"),
                                          OF_UNIT("ns", "log-linear-32")};
    assert_int_equal(result_of(OF_UNIT("ns", "log-linear-64")), 0);
    REFUSED(refused, -ENOTSUP);
}

static void buckets_that_are_not_written_as_runs_are_refused_as_such(void **state)
{
    (void)state;
    static const char *const accepted[] = {
        COUNTED("\"36:2;37:1\""),
        COUNTED("\"36:2,1,0\""),
        COUNTED("\"0:0;36:2,1;1949:0\""),
        COUNTED("\"036:02,1\""),
    };
    for (size_t i = 0; i < sizeof(accepted) / sizeof(*accepted); i++) {
        if (result_of(accepted[i]) != 0)
            fail_msg("refused: %s", accepted[i]);
    }
    histogram_reset(&histogram);
    static const char *const refused[] = {
        COUNTED("\"36\""),
        COUNTED("\"36:\""),
        COUNTED("\"36:2,\""),
        COUNTED("\"36:2,1;\""),
        COUNTED("\";36:2,1\""),
        COUNTED("\"36:2,1 \""),
        COUNTED("\" 36:2,1\""),
        COUNTED("\"36:2,-1\""),
        COUNTED("\"36:2,+1\""),
        COUNTED("\"36:2.1\""),
        COUNTED("\"-1:2,1\""),
        COUNTED("\"36:2:1\""),
        COUNTED("\"37:1;36:2\""), /* not ascending */
        COUNTED("\"36:2;36:1\""), /* twice */
        COUNTED("\"36:2,1;37:0\""),
        COUNTED("\"36:2,1;1950:1\""), /* no such bucket */
        COUNTED("\"36:2,1;1949:0,0\""),
        COUNTED("\"36:2,1;18446744073709551652:0\""), /* 36, when it wraps */
        /* counts that wrap into the right total */
        COUNTED("\"36:9223372036854775807,9223372036854775807,5\""),
        COUNTED("\"36:2,18446744073709551617\""),
    };
    REFUSED(refused, -EILSEQ);
}

static void neighbouring_buckets_share_a_run_and_short_gaps_are_zeros(void **state)
{
    (void)state;
    static const struct {
        uint64_t values_ns[3];
        const char *expected;
    } cases[] = {
        {{100, 100, 101}, "36:2,1"},
        {{100, 101, 102}, "36:1,1,1"},
        {{100, 100, 102}, "36:2,0,1"},
        {{100, 103, 103}, "36:1,0,0,2"},
        {{100, 104, 104}, "36:1;40:2"},
        {{100, 104, HISTOGRAM_HIGHEST_NS}, "36:1;40:1;1949:1"},
        {{1, 2, 3}, ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        histogram_reset(&histogram);
        for (size_t k = 0; k < 3; k++)
            histogram_record(&histogram, cases[i].values_ns[k]);
        json_t *json = histogram_to_json(&histogram);
        assert_string_equal(json_string_value(json_object_get(json, "buckets")), cases[i].expected);
        assert_int_equal(histogram_from_json(&other, json), 0);
        assert_memory_equal(&histogram, &other, sizeof(other));
        json_decref(json);
    }
}

/* The longest text there can be: every bucket, and counts of as many digits as add up. */
static void a_histogram_of_every_bucket_survives_json(void **state)
{
    (void)state;
    for (unsigned bucket = histogram_bucket(HISTOGRAM_LOWEST_NS); bucket < HISTOGRAM_BUCKETS;
         bucket++)
        histogram_record(&histogram, histogram_bucket_low_ns(bucket));
    for (unsigned times = 0; times < 50; times++) {
        static struct histogram copy;
        copy = histogram;
        histogram_merge(&histogram, &copy);
    }
    assert_true(histogram.sum_ns == INT64_MAX && histogram.count > INT64_MAX / 8);
    json_t *json = histogram_to_json(&histogram);
    assert_int_equal(histogram_from_json(&other, json), 0);
    assert_memory_equal(&histogram, &other, sizeof(other));
    json_decref(json);
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
        cmocka_unit_test_setup(json_gives_back_the_same_histogram, start_empty),
        cmocka_unit_test_setup(an_empty_histogram_survives_json, start_empty),
        cmocka_unit_test_setup(json_that_is_malformed_or_at_odds_with_itself_is_refused,
                               start_empty),
        cmocka_unit_test_setup(a_histogram_that_cannot_be_merged_is_refused_as_one, start_empty),
        cmocka_unit_test_setup(buckets_that_are_not_written_as_runs_are_refused_as_such,
                               start_empty),
        cmocka_unit_test_setup(neighbouring_buckets_share_a_run_and_short_gaps_are_zeros,
                               start_empty),
        cmocka_unit_test_setup(a_histogram_of_every_bucket_survives_json, start_empty),
    };
    return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
