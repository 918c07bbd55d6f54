/* What summary_compute() makes of trials, against answers that can be worked out by hand; and what
 * run_shape_check() says of a run that is not one. */
#include "harness/measure/histogram.h"
#include "harness/run_shape.h"
#include "harness/summary.h"
#include "harness/workload.h"

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
    static const char *const names[] = {"select", "epoll", "floor:epoll"};
    json_t *subjects = json_array();
    for (size_t i = 0; i < 3; i++)
        json_array_append_new(subjects, json_pack("{s:s, s:s, s:b, s:n, s:[], s:[]}", "name",
                                                  names[i], "tier", "readiness", "available", 1,
                                                  "reason", "asked", "granted"));
    return json_pack(
        "{s:i, s:s, s:[s], s:i, s:{s:s, s:s, s:i, s:n}, s:o, s:[{s:s, s:s, s:{}, s:[]}]}", "schema",
        1, "id", "test", "command", "pollbench", "seed", 7, "manifest", "kernel", "Linux", "cpu",
        "some", "cpus", 2, "virtualization", "subjects", subjects, "cells", "workload", "accept",
        "mode", mode, "params", "trials");
}

static json_t *cell_of(json_t *run)
{
    return json_array_get(json_object_get(run, "cells"), 0);
}

/* Adds a valid trial. It can be changed afterwards. */
static json_t *add(json_t *run, const char *subject, int round, const char *metric, double value)
{
    json_t *trial = json_pack("{s:s, s:i, s:{s:f}, s:{}, s:{}, s:{s:b}, s:b, s:n}", "subject",
                              subject, "round", round, "metrics", metric, value, "histograms",
                              "counters", "generator", "bound", 0, "valid", 1, "why_invalid");
    assert_non_null(trial);
    json_array_append_new(json_object_get(cell_of(run), "trials"), trial);
    return trial;
}

static void add_rounds(json_t *run, const char *subject, const double *values, int count)
{
    for (int i = 0; i < count; i++)
        add(run, subject, i, "ns_per_accept", values[i]);
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
    json_array_foreach(json_object_get(cell_of(run), list), i, entry)
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
        add(run, "select", i, "ns_per_accept", select[i]);
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
    add(run, "epoll", 0, "ns_per_accept", 100);
    add(run, "epoll", 2, "ns_per_accept", 100);
    add(run, "epoll", 3, "ns_per_accept", 100);
    add(run, "select", 1, "ns_per_accept", 900);
    add(run, "select", 2, "ns_per_accept", 300);
    add(run, "select", 3, "ns_per_accept", 300);
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
    assert_int_equal(json_array_size(json_object_get(cell_of(run), "ratios")), 4);
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
        json_t *disturbed = add(run, "epoll", round, "ns_per_accept", 1e6);
        json_object_set_new(disturbed, "valid", json_false());
        json_object_set_new(disturbed, "why_invalid", json_string("stolen time"));
        add(run, "epoll", round, "ns_per_accept", 10);
    }
    summarise(run);
    const json_t *entry = median_of(run, "epoll", "ns_per_accept");
    assert_true(number_of(entry, "n") == 3);
    assert_true(number_of(entry, "ci_high") == 10);
    assert_int_equal(json_array_size(json_object_get(cell_of(run), "trials")), 6);
    json_decref(run);
}

static void a_subject_without_a_valid_trial_is_not_in_the_summary(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    json_t *trial = add(run, "select", 0, "ns_per_accept", 1);
    json_object_set_new(trial, "valid", json_false());
    summarise(run);
    assert_int_equal(json_array_size(json_object_get(cell_of(run), "summary")), 0);
    json_decref(run);
}

static void bound_trials_are_counted_for_metrics_that_depend_on_the_generator(void **state)
{
    (void)state;
    json_t *run = new_run("steady");
    for (int round = 0; round < 5; round++) {
        json_t *trial = add(run, "epoll", round, "accepts_per_s", 30000);
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
        add_latencies(add(run, "epoll", round, "server_cpu_us_per_accept", 4), 2000);
        add_latencies(add(run, "select", round, "server_cpu_us_per_accept", 4),
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
        add_latencies(add(run, "epoll", round, "server_cpu_us_per_accept", 4), 15);
    json_t *invalid = add(run, "epoll", 4, "server_cpu_us_per_accept", 4);
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

/* The run of new_run(), of another workload and subjects. */
static json_t *new_timer_run(const char *mode, const char *const *names, size_t count)
{
    json_t *run = new_run(mode), *subjects = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(subjects, json_pack("{s:s, s:s, s:b, s:n}", "name", names[i], "tier",
                                                  "none", "available", 1, "reason"));
    json_object_set_new(run, "subjects", subjects);
    json_object_set_new(cell_of(run), "workload", json_string("timer"));
    return run;
}

static void excess_is_the_difference_to_the_kernels_own_sleep(void **state)
{
    (void)state;
    static const char *const names[] = {"epoll", "floor:nanosleep", "floor:timerfd"};
    json_t *run = new_timer_run("accuracy", names, 3);
    for (int round = 0; round < 5; round++) {
        json_t *trial = add(run, "epoll", round, "lateness_p50_ns", 1000 * round * round + 700);
        json_object_set_new(json_object_get(trial, "metrics"), "cpu_us_per_timer", json_real(9));
        trial = add(run, "floor:nanosleep", round, "lateness_p50_ns", 1000 * round * round + 900);
        json_object_set_new(json_object_get(trial, "metrics"), "cpu_us_per_timer", json_real(5));
    }
    add(run, "epoll", 5, "lateness_p50_ns", 1e9); /* no baseline in this round */
    summarise(run);
    assert_int_equal(json_array_size(json_object_get(cell_of(run), "excess")), 1);
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
    static const char *const names[] = {"io_uring", "peer:libuv"};
    json_t *run = new_timer_run("scale", names, 2);
    for (int round = 0; round < 3; round++) {
        add(run, "io_uring", round, "ns_per_cancel", 10);
        add(run, "peer:libuv", round, "ns_per_cancel", 40);
    }
    summarise(run);
    const json_t *entry = find(run, "ratios", "io_uring", "ns_per_cancel", "peer:libuv", -1);
    assert_non_null(entry);
    assert_true(fabs(number_of(entry, "ratio") - 0.25) < 1e-9);
    assert_int_equal(json_array_size(json_object_get(cell_of(run), "ratios")), 1);
    json_decref(run);
}

static void of_two_valid_trials_in_a_round_the_last_counts(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    add(run, "epoll", 1, "ns_per_accept", 5);
    add(run, "select", 1, "ns_per_accept", 7);
    add(run, "epoll", 0, "ns_per_accept", 3);
    add(run, "epoll", 1, "ns_per_accept", 9);
    summarise(run);
    const json_t *entry = median_of(run, "epoll", "ns_per_accept");
    assert_true(number_of(entry, "n") == 2 && number_of(entry, "median") == 6);
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

/* A stands still, B goes up and down by `swing`, as a share, around A times `ratio`. */
static json_t *run_of_swing(int rounds, double ratio, double swing)
{
    json_t *run = new_run("drain");
    for (int i = 0; i < rounds; i++) {
        add(run, "epoll", i, "ns_per_accept", 100);
        add(run, "select", i, "ns_per_accept", 100 * ratio * (1 + (i % 2 ? swing : -swing)));
    }
    return run;
}

static bool is_settled(json_t *run)
{
    bool settled = summary_is_settled(run);
    json_decref(run);
    return settled;
}

static void a_run_is_settled_when_every_pair_is_tight(void **state)
{
    (void)state;
    assert_true(is_settled(run_of_swing(10, 1, 0.01)));
    assert_false(is_settled(run_of_swing(9, 1, 0.01)));
    assert_false(is_settled(run_of_swing(10, 1, 0.03)));
    json_t *run = run_of_swing(10, 1, 0.03);
    json_object_set_new(run, "minimum_effect", json_real(0.10));
    assert_true(is_settled(run));
}

/* Who is ahead must not matter: that would be stopping at a winner. */
static void a_large_difference_settles_no_run(void **state)
{
    (void)state;
    assert_false(is_settled(run_of_swing(10, 5, 0.03)));
    assert_true(is_settled(run_of_swing(10, 5, 0.01)));
}

/* 66 pairs take 14 rounds before any of them could be named. */
static void a_run_with_many_pairs_goes_on_until_one_could_be_named(void **state)
{
    (void)state;
    for (int rounds = 10; rounds <= 14; rounds++) {
        json_t *run = new_run("drain");
        for (int s = 0; s < 12; s++) {
            char name[20];
            snprintf(name, sizeof(name), "subject%d", s);
            json_array_append_new(json_object_get(run, "subjects"),
                                  json_pack("{s:s, s:s}", "name", name, "tier", "readiness"));
            for (int i = 0; i < rounds; i++)
                add(run, name, i, "ns_per_accept", 100 + s);
        }
        assert_int_equal(is_settled(run), rounds == 14);
    }
}

static void a_single_subject_is_settled_by_its_median(void **state)
{
    (void)state;
    for (int swing = 1; swing <= 5; swing += 4) {
        json_t *run = new_run("drain");
        for (int i = 0; i < 10; i++)
            add(run, "epoll", i, "ns_per_accept", 100 + (i % 2 ? swing : -swing));
        assert_int_equal(is_settled(run), swing == 1);
    }
}

static void expect_problem(json_t *run, const char *field)
{
    char problem[PROBLEM_BYTES] = "";
    assert_int_equal(run_shape_check(run, problem), -EINVAL);
    if (strncmp(problem, field, strlen(field)) != 0)
        fail_msg("\"%s\" does not name %s", problem, field);
    json_decref(run);
}

static void a_wrong_field_is_named(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    json_object_set_new(run, "schema", json_integer(2));
    expect_problem(run, "schema: ");

    run = new_run("drain");
    json_object_del(run, "cells");
    expect_problem(run, "cells: ");

    run = new_run("drain");
    json_object_set_new(json_object_get(run, "manifest"), "cpus", json_string("two"));
    expect_problem(run, "manifest.cpus: ");

    run = new_run("drain");
    json_object_set_new(add(run, "epoll", 0, "ns_per_accept", 1), "round", json_integer(-1));
    expect_problem(run, "cells[0].trials[0].round: ");

    run = new_run("drain");
    add(run, "kqueue", 0, "ns_per_accept", 1);
    expect_problem(run, "cells[0].trials[0].subject: ");

    run = new_run("drain");
    add(run, "epoll", 0, "ns_per_accept", 1);
    add(run, "epoll", 1, "connect_latency_ns", 1); /* a metric of the other mode */
    expect_problem(run, "cells[0].trials[1].metrics.connect_latency_ns: ");

    run = new_run("steady");
    json_t *trial = add(run, "epoll", 0, "accepts_per_s", 1);
    json_object_set_new(json_object_get(trial, "histograms"), "connect_latency_ns", json_object());
    expect_problem(run, "cells[0].trials[0].histograms.connect_latency_ns: ");

    expect_problem(new_run("sideways"), "cells[0].mode: ");

    run = new_run("drain");
    json_object_set_new(cell_of(run), "workload", json_string("acceptance"));
    expect_problem(run, "cells[0].workload: ");
    expect_problem(json_array(), "the file: ");
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
        cmocka_unit_test(of_two_valid_trials_in_a_round_the_last_counts),
        cmocka_unit_test(the_same_trials_and_seed_give_the_same_summary),
        cmocka_unit_test(a_run_is_settled_when_every_pair_is_tight),
        cmocka_unit_test(a_large_difference_settles_no_run),
        cmocka_unit_test(a_run_with_many_pairs_goes_on_until_one_could_be_named),
        cmocka_unit_test(a_single_subject_is_settled_by_its_median),
        cmocka_unit_test(a_wrong_field_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
