/* Medians, percentiles, ratios and differences, against answers that can be worked out by hand.
 * Verdicts: test_analysis_verdicts.c. */
#include "harness/contract/parameters.h"
#include "harness/record/run_json.h"
#include "harness/workloads/workloads.h"
#include "tests/harness/analysis/one_cell_run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define RESAMPLES 500
#define NS "ns_per_accept"

static struct run run;
static struct analysis analysis;

static void start(const char *mode)
{
    static const struct named_tier subjects[] = {
        {"select", TIER_READINESS}, {"epoll", TIER_READINESS}, {"floor:epoll", TIER_READINESS}};
    run_of_one_cell(&run, &accept_workload, mode, subjects, 3);
}

static int tear_down(void **state)
{
    (void)state;
    analysis_close(&analysis);
    run_free(&run);
    return 0;
}

static void add_rounds(const char *subject, const double *values, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        add_trial(&run, subject, i, NS, values[i]);
}

static void finish(void)
{
    analyse(&analysis, &run, RESAMPLES);
}

static size_t count_medians(void)
{
    const struct cell_summary *summary = &analysis.cells[0];
    size_t count = 0;
    for (size_t i = 0; i < summary->metric_count * summary->subject_count; i++)
        count += summary->medians[i].n > 0;
    return count;
}

/* ---- medians ---- */

static void the_median_has_an_interval_of_seen_values(void **state)
{
    (void)state;
    static const double values[] = {5, 1, 9, 3, 7, 2, 8, 4, 6, 10, 11};
    start("drain");
    add_rounds("epoll", values, 11);
    finish();
    const struct median *median = median_of(&analysis, "epoll", NS);
    assert_non_null(median);
    assert_true(median->median == 6 && median->n == 11);
    assert_true(median->low >= 1 && median->low < 6);
    assert_true(median->high > 6 && median->high <= 11);
    assert_int_equal(count_medians(), 1);
    assert_true(analysis_has_figures(&analysis, 0));
}

/* The same numbers under their names. */
static void what_is_written_of_a_median_has_its_unit_and_its_direction(void **state)
{
    (void)state;
    static const double values[] = {5, 1, 9};
    const char *unit, *better, *subject;
    double median, confidence;
    int n;
    start("drain");
    add_rounds("epoll", values, 3);
    finish();
    json_t *json = run_to_json(&run, analysis.cells);
    json_t *cell = json_array_get(json_object_get(json, "cells"), 0);
    assert_int_equal(json_unpack(json_array_get(json_object_get(cell, "summary"), 0),
                                 "{s:s, s:s, s:s, s:F, s:F, s:i}", "unit", &unit, "better", &better,
                                 "subject", &subject, "median", &median, "confidence", &confidence,
                                 "n", &n),
                     0);
    assert_string_equal(unit, "ns");
    assert_string_equal(better, "lower");
    assert_string_equal(subject, "epoll");
    assert_true(median == 5 && confidence == 0.99 && n == 3);
    json_decref(json);
}

static void an_invalid_trial_stays_in_the_table_and_counts_for_nothing(void **state)
{
    (void)state;
    start("drain");
    for (unsigned round = 0; round < 3; round++) {
        struct trial *disturbed = new_trial(&run, "epoll", round, NS, 1e6);
        make_invalid(disturbed, "stolen time");
        keep_trial(&run, disturbed);
        add_trial(&run, "epoll", round, NS, 10);
    }
    finish();
    const struct median *median = median_of(&analysis, "epoll", NS);
    assert_true(median->n == 3 && median->high == 10);
    assert_int_equal(run.cells[0].trials.count, 6);
}

static void a_subject_without_a_valid_trial_has_no_median(void **state)
{
    (void)state;
    start("drain");
    struct trial *trial = new_trial(&run, "select", 0, NS, 1);
    make_invalid(trial, "stolen time");
    keep_trial(&run, trial);
    finish();
    assert_int_equal(count_medians(), 0);
    assert_null(median_of(&analysis, "select", NS));
    assert_false(analysis_has_figures(&analysis, 0));
}

static void bound_trials_are_counted_for_metrics_that_depend_on_the_generator(void **state)
{
    (void)state;
    unsigned trials;
    start("steady");
    for (unsigned round = 0; round < 5; round++) {
        struct trial *trial = new_trial(&run, "epoll", round, "accepts_per_s", 30000);
        assert_int_equal(figures_set(&trial->outcome.metrics, "server_cpu_us_per_accept", 4), 0);
        trial->outcome.has_generator = true;
        trial->outcome.generator.bound = round < 3;
        keep_trial(&run, trial);
    }
    finish();
    assert_int_equal(median_of(&analysis, "epoll", "accepts_per_s")->bound, 3);
    assert_int_equal(median_of(&analysis, "epoll", "server_cpu_us_per_accept")->bound, 0);
    assert_int_equal(analysis_bound_trials(&analysis, 0, metric_of(&run, "accepts_per_s"), &trials),
                     3);
    assert_int_equal(trials, 5);
    assert_false(metric_of(&run, "accepts_per_s")->lower_is_better);
}

/* ---- ratios ---- */

static void ratios_are_paired_within_rounds(void **state)
{
    (void)state;
    /* The machine is slower by the round, yet select takes twice as long in each of them. */
    static const double epoll[] = {100, 200, 400, 800, 1600},
                        select[] = {200, 400, 800, 1600, 3200};
    start("drain");
    add_rounds("epoll", epoll, 5);
    for (unsigned i = 5; i-- > 0;) /* the order in the file does not matter */
        add_trial(&run, "select", i, NS, select[i]);
    finish();
    const struct paired *ratio = ratio_of(&analysis, NS, "select", "epoll");
    assert_non_null(ratio);
    assert_true(fabs(ratio->value - 2) < 1e-9);
    assert_true(fabs(ratio->low - 2) < 1e-9 && fabs(ratio->high - 2) < 1e-9);
}

static void only_rounds_that_both_have_make_a_ratio(void **state)
{
    (void)state;
    start("drain");
    add_trial(&run, "epoll", 0, NS, 100);
    add_trial(&run, "epoll", 2, NS, 100);
    add_trial(&run, "epoll", 3, NS, 100);
    add_trial(&run, "select", 1, NS, 900);
    add_trial(&run, "select", 2, NS, 300);
    add_trial(&run, "select", 3, NS, 300);
    finish();
    const struct paired *ratio = ratio_of(&analysis, NS, "select", "epoll");
    assert_non_null(ratio);
    assert_true(ratio->n == 2 && fabs(ratio->value - 3) < 1e-9);
}

static void ratios_are_kept_to_every_floor_and_to_epoll(void **state)
{
    (void)state;
    static const double values[] = {1, 2, 3};
    start("drain");
    add_rounds("epoll", values, 3);
    add_rounds("select", values, 3);
    add_rounds("floor:epoll", values, 3);
    finish();
    assert_int_equal(analysis.cells[0].ratios.count, 4);
    assert_non_null(ratio_of(&analysis, NS, "select", "epoll"));
    assert_non_null(ratio_of(&analysis, NS, "floor:epoll", "epoll"));
    assert_non_null(ratio_of(&analysis, NS, "select", "floor:epoll"));
    assert_non_null(ratio_of(&analysis, NS, "epoll", "floor:epoll"));
}

static void ratios_are_kept_to_libuv_and_to_the_baseline_of_the_cell(void **state)
{
    (void)state;
    static const struct named_tier subjects[] = {{"io_uring", TIER_COMPLETION},
                                                 {"peer:libuv", TIER_NONE}};
    run_of_one_cell(&run, &timer_workload, "scale", subjects, 2);
    for (unsigned round = 0; round < 3; round++) {
        add_trial(&run, "io_uring", round, "ns_per_cancel", 10);
        add_trial(&run, "peer:libuv", round, "ns_per_cancel", 40);
    }
    finish();
    const struct paired *ratio = ratio_of(&analysis, "ns_per_cancel", "io_uring", "peer:libuv");
    assert_non_null(ratio);
    assert_true(fabs(ratio->value - 0.25) < 1e-9);
    ratio = ratio_of(&analysis, "ns_per_cancel", "peer:libuv", "io_uring");
    assert_non_null(ratio);
    assert_true(fabs(ratio->value - 4) < 1e-9);
    assert_int_equal(analysis.cells[0].ratios.count, 2);
}

static void a_value_without_a_logarithm_makes_no_ratio(void **state)
{
    (void)state;
    static const double good[] = {1, 2, 3}, zero[] = {1, 0, 3};
    start("drain");
    add_rounds("epoll", good, 3);
    add_rounds("select", zero, 3);
    finish();
    assert_null(ratio_of(&analysis, NS, "select", "epoll"));
    assert_non_null(median_of(&analysis, "select", NS));
}

static void excess_is_the_difference_to_the_kernels_own_sleep(void **state)
{
    (void)state;
    static const struct named_tier subjects[] = {
        {"epoll", TIER_READINESS}, {"floor:nanosleep", TIER_NONE}, {"floor:timerfd", TIER_NONE}};
    static const char *const late = "lateness_p50_ns";
    run_of_one_cell(&run, &timer_workload, "accuracy", subjects, 3);
    for (unsigned round = 0; round < 5; round++) {
        double drift = 1000 * round * round;
        struct trial *trial = new_trial(&run, "epoll", round, late, drift + 700);
        assert_int_equal(figures_set(&trial->outcome.metrics, "cpu_us_per_timer", 9), 0);
        keep_trial(&run, trial);
        trial = new_trial(&run, "floor:nanosleep", round, late, drift + 900);
        assert_int_equal(figures_set(&trial->outcome.metrics, "cpu_us_per_timer", 5), 0);
        keep_trial(&run, trial);
    }
    add_trial(&run, "epoll", 5, late, 1e9); /* no baseline in this round */
    finish();
    assert_int_equal(analysis.cells[0].excess.count, 1);
    const struct paired *excess =
        analysis_excess(&analysis, 0, metric_of(&run, late), place_of(&run, "epoll"));
    assert_non_null(excess);
    assert_true(excess->value == -200 && excess->high == -200 && excess->n == 5);
    assert_int_equal(excess->baseline, place_of(&run, "floor:nanosleep"));
    assert_true(excess->confidence == 0.99);
}

/* ---- percentiles ---- */

static void keep_with_latencies(struct trial *trial, unsigned count)
{
    struct histogram *histogram = outcome_add_histogram(&trial->outcome, "connect_latency_ns");
    assert_non_null(histogram);
    for (unsigned i = 1; i <= count; i++)
        histogram_record(histogram, i * 1000);
    keep_trial(&run, trial);
}

enum { P50, P90, P99, P99_9, P100 = 5 };

static const struct median *percentile_of(const char *subject, size_t percentile)
{
    return analysis_percentile(&analysis, 0, metric_of(&run, "connect_latency_ns"), percentile,
                               place_of(&run, subject));
}

static void a_percentile_is_given_when_every_trial_resolves_it(void **state)
{
    (void)state;
    static const char *const cpu = "server_cpu_us_per_accept";
    start("steady");
    for (unsigned round = 0; round < 4; round++) {
        keep_with_latencies(new_trial(&run, "epoll", round, cpu, 4), 2000);
        keep_with_latencies(new_trial(&run, "select", round, cpu, 4), round == 2 ? 500 : 2000);
    }
    finish();
    assert_non_null(percentile_of("epoll", P99));
    assert_true(fabs(percentile_of("epoll", P99)->median / 1980e3 - 1) < 0.01);
    assert_null(percentile_of("epoll", P99_9));
    assert_null(percentile_of("select", P99));
    assert_non_null(percentile_of("select", P90));
    assert_true(percentile_of("epoll", P100)->median == 2000e3);
}

/* 15 values a trial resolve no percentile at all, 60 of four trials a median and p75. */
static void percentiles_of_all_rounds_together_have_ten_samples_above_them(void **state)
{
    (void)state;
    static const char *const cpu = "server_cpu_us_per_accept";
    bool is_pooled;
    double value;
    start("steady");
    const struct metric *latency = metric_of(&run, "connect_latency_ns");
    for (unsigned round = 0; round < 4; round++)
        keep_with_latencies(new_trial(&run, "epoll", round, cpu, 4), 15);
    struct trial *invalid = new_trial(&run, "epoll", 4, cpu, 4);
    make_invalid(invalid, "stolen time");
    keep_with_latencies(invalid, 10000);
    finish();
    size_t epoll = place_of(&run, "epoll");
    assert_null(percentile_of("epoll", P50));
    assert_true(analysis_pooled(&analysis, 0, latency, P50, epoll, &value));
    assert_true(fabs(value / 8000 - 1) < 0.01);
    assert_true(analysis_percentile_value(&analysis, 0, latency, P50, epoll, &value, &is_pooled));
    assert_true(is_pooled);
    const struct pooled *pooled =
        &analysis.cells[0].pooled[workload_metric_index(&accept_workload, latency)][epoll];
    assert_true(pooled->rounds == 4 && pooled->values == 60);
    assert_false(analysis_pooled(&analysis, 0, latency, P90, epoll, &value));
    assert_true(analysis_pooled(&analysis, 0, latency, P100, epoll, &value) && value == 15000);
}

/* ---- again ---- */

static void the_same_trials_and_seed_give_the_same_figures(void **state)
{
    (void)state;
    static const double values[] = {5, 1, 9, 3, 7, 2, 8, 4, 6, 10, 12};
    start("drain");
    add_rounds("epoll", values, 11);
    add_rounds("select", values, 11);
    finish();
    json_t *first = run_to_json(&run, analysis.cells);
    finish();
    json_t *second = run_to_json(&run, analysis.cells);
    assert_non_null(first);
    assert_true(json_equal(first, second));
    json_decref(first);
    json_decref(second);
}

static void timers_before_their_time_are_counted_in_all_trials(void **state)
{
    (void)state;
    static const struct named_tier subjects[] = {{"epoll", TIER_READINESS},
                                                 {"select", TIER_READINESS}};
    run_of_one_cell(&run, &timer_workload, "accuracy", subjects, 2);
    add_trial(&run, "epoll", 0, "early", 0);
    add_trial(&run, "epoll", 1, "early", 2);
    struct trial *trial = new_trial(&run, "select", 0, "early", 5);
    make_invalid(trial, "stolen time");
    keep_trial(&run, trial);
    finish();
    assert_true(analysis_early(&analysis, 0, place_of(&run, "epoll")) == 2);
    assert_true(analysis_early(&analysis, 0, SUBJECT_NONE) == 7);
}

int main(void)
{
#define CLOSED(test) cmocka_unit_test_teardown(test, tear_down)
    const struct CMUnitTest tests[] = {
        CLOSED(the_median_has_an_interval_of_seen_values),
        CLOSED(what_is_written_of_a_median_has_its_unit_and_its_direction),
        CLOSED(an_invalid_trial_stays_in_the_table_and_counts_for_nothing),
        CLOSED(a_subject_without_a_valid_trial_has_no_median),
        CLOSED(bound_trials_are_counted_for_metrics_that_depend_on_the_generator),
        CLOSED(ratios_are_paired_within_rounds),
        CLOSED(only_rounds_that_both_have_make_a_ratio),
        CLOSED(ratios_are_kept_to_every_floor_and_to_epoll),
        CLOSED(ratios_are_kept_to_libuv_and_to_the_baseline_of_the_cell),
        CLOSED(a_value_without_a_logarithm_makes_no_ratio),
        CLOSED(excess_is_the_difference_to_the_kernels_own_sleep),
        CLOSED(a_percentile_is_given_when_every_trial_resolves_it),
        CLOSED(percentiles_of_all_rounds_together_have_ten_samples_above_them),
        CLOSED(the_same_trials_and_seed_give_the_same_figures),
        CLOSED(timers_before_their_time_are_counted_in_all_trials),
    };
    return cmocka_run_group_tests_name("analysis", tests, NULL, NULL);
}
