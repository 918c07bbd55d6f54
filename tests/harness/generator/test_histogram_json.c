/* What a histogram is in a file, and what is refused as one. */
#include "harness/generator/report_json.h"

#include "harness/stats/random.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct histogram histogram, other;

static int start_empty(void **state)
{
    (void)state;
    histogram_reset(&histogram);
    histogram_reset(&other);
    return 0;
}

static void record_from_100_up(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        histogram_record(&histogram, 100 + i % 28); /* exact: buckets are 1 ns wide there */
}

static void json_gives_back_the_same_histogram(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 3);
    for (unsigned i = 0; i < 10000; i++)
        histogram_record(&histogram, (random_next(&random) >> random_below(&random, 64)) %
                                         (4 * HISTOGRAM_HIGHEST_NS));
    assert_true(histogram.under > 0 && histogram.over > 0);

    json_t *json = histogram_to_json(&histogram);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    json = json_loads(text, 0, NULL);
    free(text);
    assert_int_equal(histogram_from_json(&other, json), 0);
    assert_memory_equal(&histogram, &other, sizeof other);
    json_decref(json);
}

static void an_empty_histogram_survives_json(void **state)
{
    (void)state;
    json_t *json = histogram_to_json(&histogram);
    record_from_100_up(3);
    assert_int_equal(histogram_from_json(&histogram, json), 0);
    assert_memory_equal(&histogram, &other, sizeof other);
    json_decref(json);
}

static void a_sum_that_stopped_survives_json(void **state)
{
    (void)state;
    histogram_record(&histogram, INT64_MAX - 1);
    histogram_record(&histogram, 100);
    histogram_record(&histogram, UINT64_MAX);
    assert_int_equal(histogram.sum_ns, INT64_MAX);
    json_t *json = histogram_to_json(&histogram);
    assert_non_null(json);
    assert_int_equal(histogram_from_json(&other, json), 0);
    assert_int_equal(other.sum_ns, INT64_MAX);
    assert_int_equal(other.maximum_ns, INT64_MAX); /* what JSON can carry */
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
    int r = histogram_from_json(&histogram, json);
    json_decref(json);
    return r;
}

static void expect_refused(const char *const *cases, size_t count, int expected)
{
    for (size_t i = 0; i < count; i++) {
        record_from_100_up(1);
        int r = result_of(cases[i]);
        if (r != expected)
            fail_msg("%d instead of %d: %s", r, expected, cases[i]);
        assert_memory_equal(&histogram, &other, sizeof other); /* left empty */
    }
}
#define REFUSED(cases, expected) expect_refused(cases, sizeof(cases) / sizeof((cases)[0]), expected)

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
        WHOLE("4", "402", "100", "101", "0", "0", "\"36:2,1;42:1\""), /* above the maximum */
        WHOLE("4", "402", "100", "101", "0", "0", "\"30:1;36:2,1\""), /* below the minimum */
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
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
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
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        histogram_reset(&histogram);
        for (size_t k = 0; k < 3; k++)
            histogram_record(&histogram, cases[i].values_ns[k]);
        json_t *json = histogram_to_json(&histogram);
        assert_string_equal(json_string_value(json_object_get(json, "buckets")), cases[i].expected);
        assert_int_equal(histogram_from_json(&other, json), 0);
        assert_memory_equal(&histogram, &other, sizeof other);
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
    assert_memory_equal(&histogram, &other, sizeof other);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(json_gives_back_the_same_histogram, start_empty),
        cmocka_unit_test_setup(an_empty_histogram_survives_json, start_empty),
        cmocka_unit_test_setup(a_sum_that_stopped_survives_json, start_empty),
        cmocka_unit_test_setup(json_that_is_malformed_or_at_odds_with_itself_is_refused,
                               start_empty),
        cmocka_unit_test_setup(a_histogram_that_cannot_be_merged_is_refused_as_one, start_empty),
        cmocka_unit_test_setup(buckets_that_are_not_written_as_runs_are_refused_as_such,
                               start_empty),
        cmocka_unit_test_setup(neighbouring_buckets_share_a_run_and_short_gaps_are_zeros,
                               start_empty),
        cmocka_unit_test_setup(a_histogram_of_every_bucket_survives_json, start_empty),
    };
    return cmocka_run_group_tests_name("histogram, JSON", tests, NULL, NULL);
}
