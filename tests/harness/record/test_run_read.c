/* Reading run.json piece by piece: the same run from any way to write it, and no more memory than
 * the figures take. What is wrong with a file: test_run_damage.c. */
#include "harness/stats/histogram.h"
#include "harness/analysis/summary.h"
#include "harness/record/trials.h"
#include "harness/contract/workload.h"
#include "tests/harness/record/made_run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *read_written(const json_t *run, size_t flags)
{
    char problem[PROBLEM_BYTES], *text = json_dumps(run, flags);
    json_t *loaded = made_run_read(text, strlen(text), problem);
    if (loaded == NULL)
        fail_msg("%s", problem);
    free(text);
    return loaded;
}

static void trials_are_read_with_all_that_analysis_needs(void **state)
{
    (void)state;
    json_t *run = made_run(2, 4);
    json_t *bad = made_trial(run, 5);
    json_object_set_new(bad, "valid", json_false());
    json_object_set_new(bad, "why_invalid", json_string("stolen time"));
    json_object_del(json_object_get(bad, "metrics"), "accepts_per_s");
    json_t *loaded = read_written(run, 0);
    const struct trials *trials = trials_of(made_cell(loaded, 0));
    const struct trial *list = trials_list(trials);
    const double *rate = trials_metric(trials, "accepts_per_s");
    const double *waits = trials_counter(trials, "waits");
    assert_int_equal(trials_count(trials), 12);
    assert_int_equal(trials_subject_count(trials), 3);
    for (size_t i = 0; i < 12; i++) {
        json_t *trial = made_trial(run, i);
        const char *name = json_string_value(json_object_get(trial, "subject"));
        const json_t *metric = json_object_get(json_object_get(trial, "metrics"), "accepts_per_s");
        const json_t *count = json_object_get(json_object_get(trial, "counters"), "waits");
        assert_string_equal(trials_subject_name(trials, list[i].subject), name);
        assert_int_equal(list[i].round, i / 3);
        assert_int_equal(list[i].order, i % 3);
        assert_int_equal(list[i].valid, i != 5);
        assert_int_equal(list[i].bound, i / 3 % 2 == 0);
        assert_string_equal(trials_why_invalid(trials, &list[i]), i == 5 ? "stolen time" : "");
        assert_true(i == 5 ? isnan(rate[i]) : rate[i] == json_number_value(metric));
        assert_true(waits[i] == json_number_value(count));
    }
    assert_int_equal(trials_count(trials_counting(made_cell(loaded, 1))), 1);
    assert_null(trials_metric(trials, "ns_per_accept"));
    assert_null(json_object_get(made_cell(loaded, 0), "trials"));
    json_decref(loaded);
    json_decref(run);
}

static void histograms_become_percentiles_of_each_trial_and_of_all_valid_ones(void **state)
{
    (void)state;
    static struct histogram one, all;
    json_t *run = made_run(1, 5);
    json_object_set_new(made_trial(run, 5), "valid", json_false());
    json_t *loaded = read_written(run, 0);
    const struct trials *trials = trials_of(made_cell(loaded, 0));
    histogram_reset(&all);
    for (size_t i = 0; i < 15; i++) {
        json_t *stored = json_object_get(made_trial(run, i), "histograms");
        assert_int_equal(histogram_from_json(&one, json_object_get(stored, "connect_latency_ns")),
                         0);
        if (trials_list(trials)[i].subject == 1 && i != 5)
            histogram_merge(&all, &one);
        for (size_t k = 0; k < TRIALS_PERCENTS; k++) {
            uint64_t value_ns;
            double is = trials_percentile_ns(trials, "connect_latency_ns", k)[i];
            bool known = histogram_percentile(&one, trials_percents[k], &value_ns);
            assert_true(known ? is == (double)value_ns : isnan(is));
        }
    }
    const struct pooled_histogram *pooled = trials_pooled(trials, "connect_latency_ns", 1);
    uint64_t p99_ns;
    assert_true(histogram_percentile(&all, 99, &p99_ns));
    assert_int_equal(pooled->trials, 4);
    assert_int_equal(pooled->count, 1200);
    assert_int_equal(pooled->sum_ns, all.sum_ns);
    assert_true(pooled->percentiles_ns[2] == (double)p99_ns && isnan(pooled->percentiles_ns[3]));
    assert_null(trials_pooled(trials, "response_latency_ns", 1));
    json_decref(loaded);
    json_decref(run);
}

static void a_run_is_the_same_however_its_json_is_written(void **state)
{
    (void)state;
    json_t *run = made_run(3, 4), *turned = made_run_turned_round(run);
    json_t *expected = read_written(run, JSON_COMPACT);
    static const size_t flags[] = {JSON_INDENT(4), JSON_ENSURE_ASCII, JSON_INDENT(1)};
    json_t *loaded = read_written(turned, JSON_COMPACT);
    assert_true(json_equal(loaded, expected));
    json_decref(loaded);
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        loaded = read_written(i == 2 ? turned : run, flags[i]);
        assert_true(json_equal(loaded, expected));
        json_decref(loaded);
    }
    json_decref(expected);
    json_decref(turned);
    json_decref(run);
}

static void a_run_in_memory_has_the_trials_of_the_same_run_from_a_file(void **state)
{
    (void)state;
    char problem[PROBLEM_BYTES];
    json_t *run = made_run(2, 10);
    json_t *loaded = read_written(run, JSON_REAL_PRECISION(17));
    assert_int_equal(trials_pack(run, problem), 0);
    assert_int_equal(summary_compute(run, 200), 0);
    assert_int_equal(summary_compute(loaded, 200), 0);
    for (size_t i = 0; i < 2; i++) {
        json_object_del(made_cell(run, i), "trials");
        json_object_del(made_cell(run, i), "counting_trials");
    }
    assert_true(json_equal(run, loaded));
    json_decref(loaded);
    json_decref(run);
}

static void what_was_computed_before_is_not_kept_and_packed_trials_are_not_written(void **state)
{
    (void)state;
    json_t *run = made_run(1, 1), *loaded = read_written(run, 0),
           *written = trials_unpacked(loaded);
    assert_null(json_object_get(made_cell(loaded, 0), "summary"));
    char *text = json_dumps(written, 0);
    assert_non_null(text);
    assert_null(strstr(text, "block"));
    free(text);
    json_decref(written);
    json_decref(loaded);
    json_decref(run);
}

/* ---- memory ---- */

static size_t in_use, most;

static void *count_malloc(size_t bytes)
{
    size_t *memory = malloc(bytes + 16);
    if (memory == NULL)
        return NULL;
    *memory = bytes;
    in_use += bytes;
    most = in_use > most ? in_use : most;
    return (char *)memory + 16;
}

static void count_free(void *memory)
{
    if (memory == NULL)
        return;
    size_t *begin = (size_t *)((char *)memory - 16);
    in_use -= *begin;
    free(begin);
}

/* The most that jansson had at any time while a run of so many rounds was read. */
static size_t json_bytes_to_read(size_t rounds)
{
    json_t *run = made_run(4, rounds);
    char problem[PROBLEM_BYTES], *text = json_dumps(run, JSON_COMPACT);
    json_decref(run);
    in_use = most = 0;
    json_set_alloc_funcs(count_malloc, count_free);
    run = made_run_read(text, strlen(text), problem);
    assert_non_null(run);
    json_decref(run);
    assert_int_equal(in_use, 0);
    json_set_alloc_funcs(malloc, free);
    free(text);
    return most;
}

/* 2 metrics, 2 counters, 1 usage, 6 percentiles and what is said of every trial: 120 bytes. As JSON
 * a trial takes 5,000. The list of a cell is copied once when it is over, so the last cell counts
 * twice. */
static void a_trial_takes_no_more_than_its_figures(void **state)
{
    (void)state;
    size_t few = json_bytes_to_read(10), many = json_bytes_to_read(40);
    double each = (double)(many - few) / (4 * 3 * 30);
    print_message("%.0f bytes for a trial, at most %zu in all\n", each, many);
    assert_true(each < 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trials_are_read_with_all_that_analysis_needs),
        cmocka_unit_test(histograms_become_percentiles_of_each_trial_and_of_all_valid_ones),
        cmocka_unit_test(a_run_is_the_same_however_its_json_is_written),
        cmocka_unit_test(a_run_in_memory_has_the_trials_of_the_same_run_from_a_file),
        cmocka_unit_test(what_was_computed_before_is_not_kept_and_packed_trials_are_not_written),
        cmocka_unit_test(a_trial_takes_no_more_than_its_figures),
    };
    return cmocka_run_group_tests_name("run_read", tests, NULL, NULL);
}
