/* What summary_compute() makes of trials, against answers that can be worked out by hand. */
#include "harness/stats/histogram.h"
#include "harness/record/run_shape.h"
#include "harness/analysis/summary.h"
#include "harness/contract/workload.h"
#include "tests/harness/analysis/one_cell_run.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define RESAMPLES 500

static json_t *new_run(const char *mode)
{
    static const char *const subjects[][2] = {
        {"select", "readiness"}, {"epoll", "readiness"}, {"floor:epoll", "readiness"}};
    return run_of_one_cell("accept", mode, subjects, 3);
}

static void add_rounds(json_t *run, const char *subject, const double *values, int count)
{
    for (int i = 0; i < count; i++)
        add_trial(run, subject, i, "ns_per_accept", values[i]);
}

static void summarise(json_t *run)
{
    char problem[PROBLEM_BYTES] = "";
    if (run_shape_check(run, problem) < 0)
        fail_msg("%s", problem);
    assert_int_equal(summary_compute(run, RESAMPLES), 0);
}

static const char *text_of(const json_t *entry, const char *name)
{
    return json_string_value(json_object_get(entry, name));
}

static double number_of(const json_t *entry, const char *name)
{
    assert_true(json_is_number(json_object_get(entry, name)));
    return json_number_value(json_object_get(entry, name));
}

/* NULL when there is none. baseline and percent: where they matter, else NULL and -1. */
static const json_t *find(json_t *run, const char *list, const char *subject, const char *metric,
                          const char *baseline, double percent)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(only_cell(run), list), i, entry)
    {
        if (strcmp(text_of(entry, "subject"), subject) == 0 &&
            strcmp(text_of(entry, "metric"), metric) == 0 &&
            (baseline == NULL || strcmp(text_of(entry, "baseline"), baseline) == 0) &&
            (percent < 0 || number_of(entry, "percent") == percent))
            return entry;
    }
    return NULL;
}

static const json_t *median_of(json_t *run, const char *subject, const char *metric)
{
    return find(run, "summary", subject, metric, NULL, -1);
}

static const json_t *ratio_of(json_t *run, const char *subject, const char *baseline)
{
    return find(run, "ratios", subject, "ns_per_accept", baseline, -1);
}

static void the_median_has_its_unit_its_direction_and_an_interval_of_seen_values(void **state)
{
    (void)state;
    static const double values[] = {5, 1, 9, 3, 7, 2, 8, 4, 6, 10, 11};
    json_t *run = new_run("drain");
    add_rounds(run, "epoll", values, 11);
    summarise(run);
    const json_t *entry = median_of(run, "epoll", "ns_per_accept");
    assert_non_null(entry);
    assert_true(number_of(entry, "median") == 6);
    assert_true(number_of(entry, "n") == 11);
    assert_true(number_of(entry, "ci_low") >= 1 && number_of(entry, "ci_low") < 6);
    assert_true(number_of(entry, "ci_high") > 6 && number_of(entry, "ci_high") <= 11);
    assert_true(number_of(entry, "confidence") == 0.99);
    assert_string_equal(text_of(entry, "unit"), "ns");
    assert_string_equal(text_of(entry, "better"), "lower");
    json_decref(run);
}

static void ratios_are_paired_within_rounds(void **state)
{
    (void)state;
    /* The machine is slower by the round, yet select takes twice as long in each of them. */
    static const double epoll[] = {100, 200, 400, 800, 1600},
                        select[] = {200, 400, 800, 1600, 3200};
    json_t *run = new_run("drain");
    add_rounds(run, "epoll", epoll, 5);
    for (int i = 4; i >= 0; i--) /* the order in the file does not matter */
        add_trial(run, "select", i, "ns_per_accept", select[i]);
    summarise(run);
    const json_t *ratio = ratio_of(run, "select", "epoll");
    assert_non_null(ratio);
    assert_true(fabs(number_of(ratio, "ratio") - 2) < 1e-9);
    assert_true(fabs(number_of(ratio, "ci_low") - 2) < 1e-9);
    assert_true(fabs(number_of(ratio, "ci_high") - 2) < 1e-9);
    json_decref(run);
}

static void only_rounds_that_both_have_make_a_ratio(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    add_trial(run, "epoll", 0, "ns_per_accept", 100);
    add_trial(run, "epoll", 2, "ns_per_accept", 100);
    add_trial(run, "epoll", 3, "ns_per_accept", 100);
    add_trial(run, "select", 1, "ns_per_accept", 900);
    add_trial(run, "select", 2, "ns_per_accept", 300);
    add_trial(run, "select", 3, "ns_per_accept", 300);
    summarise(run);
    const json_t *ratio = ratio_of(run, "select", "epoll");
    assert_non_null(ratio);
    assert_true(number_of(ratio, "n") == 2);
    assert_true(fabs(number_of(ratio, "ratio") - 3) < 1e-9);
    json_decref(run);
}

static void baselines_are_every_floor_and_epoll(void **state)
{
    (void)state;
    static const double values[] = {1, 2, 3};
    json_t *run = new_run("drain");
    add_rounds(run, "epoll", values, 3);
    add_rounds(run, "select", values, 3);
    add_rounds(run, "floor:epoll", values, 3);
    summarise(run);
    assert_int_equal(json_array_size(json_object_get(only_cell(run), "ratios")), 4);
    assert_non_null(ratio_of(run, "select", "epoll"));
    assert_non_null(ratio_of(run, "floor:epoll", "epoll"));
    assert_non_null(ratio_of(run, "select", "floor:epoll"));
    assert_non_null(ratio_of(run, "epoll", "floor:epoll"));
    json_decref(run);
}

static void a_value_without_a_logarithm_makes_no_ratio(void **state)
{
    (void)state;
    static const double good[] = {1, 2, 3}, zero[] = {1, 0, 3};
    json_t *run = new_run("drain");
    add_rounds(run, "epoll", good, 3);
    add_rounds(run, "select", zero, 3);
    summarise(run);
    assert_null(ratio_of(run, "select", "epoll"));
    assert_non_null(median_of(run, "select", "ns_per_accept"));
    json_decref(run);
}

static void an_invalid_trial_stays_in_the_file_and_counts_for_nothing(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    for (int round = 0; round < 3; round++) {
        json_t *disturbed = add_trial(run, "epoll", round, "ns_per_accept", 1e6);
        json_object_set_new(disturbed, "valid", json_false());
        json_object_set_new(disturbed, "why_invalid", json_string("stolen time"));
        add_trial(run, "epoll", round, "ns_per_accept", 10);
    }
    summarise(run);
    const json_t *entry = median_of(run, "epoll", "ns_per_accept");
    assert_true(number_of(entry, "n") == 3);
    assert_true(number_of(entry, "ci_high") == 10);
    assert_int_equal(json_array_size(json_object_get(only_cell(run), "trials")), 6);
    json_decref(run);
}

static void a_subject_without_a_valid_trial_is_not_in_the_summary(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    json_t *trial = add_trial(run, "select", 0, "ns_per_accept", 1);
    json_object_set_new(trial, "valid", json_false());
    summarise(run);
    assert_int_equal(json_array_size(json_object_get(only_cell(run), "summary")), 0);
    json_decref(run);
}

static void bound_trials_are_counted_for_metrics_that_depend_on_the_generator(void **state)
{
    (void)state;
    json_t *run = new_run("steady");
    for (int round = 0; round < 5; round++) {
        json_t *trial = add_trial(run, "epoll", round, "accepts_per_s", 30000);
        json_object_set_new(json_object_get(trial, "metrics"), "server_cpu_us_per_accept",
                            json_real(4));
        json_object_set_new(json_object_get(trial, "generator"), "bound", json_boolean(round < 3));
    }
    summarise(run);
    assert_true(number_of(median_of(run, "epoll", "accepts_per_s"), "bound_trials") == 3);
    assert_true(number_of(median_of(run, "epoll", "server_cpu_us_per_accept"), "bound_trials") ==
                0);
    assert_string_equal(text_of(median_of(run, "epoll", "accepts_per_s"), "better"), "higher");
    json_decref(run);
}

static void add_latencies(json_t *trial, unsigned count)
{
    static struct histogram histogram;
    histogram_reset(&histogram);
    for (unsigned i = 1; i <= count; i++)
        histogram_record(&histogram, i * 1000);
    json_object_set_new(json_object_get(trial, "histograms"), "connect_latency_ns",
                        histogram_to_json(&histogram));
}

static void a_percentile_is_given_when_every_trial_resolves_it(void **state)
{
    (void)state;
    json_t *run = new_run("steady");
    for (int round = 0; round < 4; round++) {
        add_latencies(add_trial(run, "epoll", round, "server_cpu_us_per_accept", 4), 2000);
        add_latencies(add_trial(run, "select", round, "server_cpu_us_per_accept", 4),
                      round == 2 ? 500 : 2000);
    }
    summarise(run);
    const json_t *entry = find(run, "percentiles", "epoll", "connect_latency_ns", NULL, 99);
    assert_non_null(entry);
    assert_true(fabs(number_of(entry, "median") / 1980e3 - 1) < 0.01);
    assert_null(find(run, "percentiles", "epoll", "connect_latency_ns", NULL, 99.9));
    assert_null(find(run, "percentiles", "select", "connect_latency_ns", NULL, 99));
    assert_non_null(find(run, "percentiles", "select", "connect_latency_ns", NULL, 90));
    entry = find(run, "percentiles", "epoll", "connect_latency_ns", NULL, 100);
    assert_true(number_of(entry, "median") == 2000e3);
    json_decref(run);
}

/* 15 values a trial resolve no percentile at all, 60 of four trials a median and p75. */
static void percentiles_of_all_rounds_together_have_ten_samples_above_them(void **state)
{
    (void)state;
    json_t *run = new_run("steady");
    for (int round = 0; round < 4; round++)
        add_latencies(add_trial(run, "epoll", round, "server_cpu_us_per_accept", 4), 15);
    json_t *invalid = add_trial(run, "epoll", 4, "server_cpu_us_per_accept", 4);
    add_latencies(invalid, 10000);
    json_object_set_new(invalid, "valid", json_false());
    json_object_set_new(invalid, "why_invalid", json_string("stolen time"));
    summarise(run);
    assert_null(find(run, "percentiles", "epoll", "connect_latency_ns", NULL, 50));
    const json_t *entry = find(run, "pooled", "epoll", "connect_latency_ns", NULL, 50);
    assert_non_null(entry);
    assert_true(fabs(number_of(entry, "value") / 8000 - 1) < 0.01);
    assert_true(number_of(entry, "n") == 4 && number_of(entry, "samples") == 60);
    assert_null(find(run, "pooled", "epoll", "connect_latency_ns", NULL, 90));
    assert_true(number_of(find(run, "pooled", "epoll", "connect_latency_ns", NULL, 100), "value") ==
                15000);
    json_decref(run);
}

static void excess_is_the_difference_to_the_kernels_own_sleep(void **state)
{
    (void)state;
    static const char *const subjects[][2] = {
        {"epoll", "readiness"}, {"floor:nanosleep", "none"}, {"floor:timerfd", "none"}};
    json_t *run = run_of_one_cell("timer", "accuracy", subjects, 3);
    for (int round = 0; round < 5; round++) {
        json_t *trial =
            add_trial(run, "epoll", round, "lateness_p50_ns", 1000 * round * round + 700);
        json_object_set_new(json_object_get(trial, "metrics"), "cpu_us_per_timer", json_real(9));
        trial =
            add_trial(run, "floor:nanosleep", round, "lateness_p50_ns", 1000 * round * round + 900);
        json_object_set_new(json_object_get(trial, "metrics"), "cpu_us_per_timer", json_real(5));
    }
    add_trial(run, "epoll", 5, "lateness_p50_ns", 1e9); /* no baseline in this round */
    summarise(run);
    assert_int_equal(json_array_size(json_object_get(only_cell(run), "excess")), 1);
    const json_t *entry = find(run, "excess", "epoll", "lateness_p50_ns", "floor:nanosleep", -1);
    assert_non_null(entry);
    assert_true(number_of(entry, "excess") == -200 && number_of(entry, "ci_high") == -200);
    assert_true(number_of(entry, "n") == 5);
    assert_string_equal(text_of(entry, "unit"), "ns");
    json_decref(run);
}

static void libuv_is_a_baseline_where_it_runs(void **state)
{
    (void)state;
    static const char *const subjects[][2] = {{"io_uring", "completion"}, {"peer:libuv", "none"}};
    json_t *run = run_of_one_cell("timer", "scale", subjects, 2);
    for (int round = 0; round < 3; round++) {
        add_trial(run, "io_uring", round, "ns_per_cancel", 10);
        add_trial(run, "peer:libuv", round, "ns_per_cancel", 40);
    }
    summarise(run);
    const json_t *entry = find(run, "ratios", "io_uring", "ns_per_cancel", "peer:libuv", -1);
    assert_non_null(entry);
    assert_true(fabs(number_of(entry, "ratio") - 0.25) < 1e-9);
    assert_int_equal(json_array_size(json_object_get(only_cell(run), "ratios")), 1);
    json_decref(run);
}

static void the_same_trials_and_seed_give_the_same_summary(void **state)
{
    (void)state;
    static const double values[] = {5, 1, 9, 3, 7, 2, 8, 4, 6, 10, 12};
    json_t *run = new_run("drain");
    add_rounds(run, "epoll", values, 11);
    add_rounds(run, "select", values, 11);
    summarise(run);
    json_t *first = json_deep_copy(run);
    summarise(run);
    assert_true(json_equal(first, run));
    json_decref(first);
    json_decref(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_median_has_its_unit_its_direction_and_an_interval_of_seen_values),
        cmocka_unit_test(ratios_are_paired_within_rounds),
        cmocka_unit_test(only_rounds_that_both_have_make_a_ratio),
        cmocka_unit_test(baselines_are_every_floor_and_epoll),
        cmocka_unit_test(a_value_without_a_logarithm_makes_no_ratio),
        cmocka_unit_test(an_invalid_trial_stays_in_the_file_and_counts_for_nothing),
        cmocka_unit_test(a_subject_without_a_valid_trial_is_not_in_the_summary),
        cmocka_unit_test(bound_trials_are_counted_for_metrics_that_depend_on_the_generator),
        cmocka_unit_test(a_percentile_is_given_when_every_trial_resolves_it),
        cmocka_unit_test(percentiles_of_all_rounds_together_have_ten_samples_above_them),
        cmocka_unit_test(excess_is_the_difference_to_the_kernels_own_sleep),
        cmocka_unit_test(libuv_is_a_baseline_where_it_runs),
        cmocka_unit_test(the_same_trials_and_seed_give_the_same_summary),
    };
    return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
