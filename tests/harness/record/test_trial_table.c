/* The trials of a cell as columns of numbers. */
#include "harness/record/trial_table.h"

#include "harness/contract/parameters.h"
#include "harness/workloads/workloads.h"
#include "tests/harness/record/made_run.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct trial_table table;
static struct trial trial;
static struct random chance;

static int set_up(void **state)
{
    (void)state;
    trial_table_open(&table, &accept_workload, workload_mode(&accept_workload, "steady"));
    random_seed(&chance, 4);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    trial_table_free(&table);
    trial_free(&trial);
    return 0;
}

static size_t metric_at(const char *name)
{
    const struct metric *metric = workload_metric(table.workload, table.mode, name);
    assert_non_null(metric);
    return workload_metric_index(table.workload, metric);
}

static void add(void)
{
    char problem[PROBLEM_BYTES];
    if (trial_table_add(&table, &trial, (uint32_t)table.count + 1, problem) < 0)
        fail_msg("%s", problem);
}

static void add_made(size_t subject, uint64_t round, unsigned attempt, bool valid)
{
    made_trial(&trial, &chance, 0, subject, round);
    trial.attempt = attempt;
    trial.valid = valid;
    snprintf(trial.why_invalid, sizeof trial.why_invalid, "%s", valid ? "" : "stolen time");
    add();
}

/* ---- columns ---- */

static void every_row_has_its_own_values_however_many_there_are(void **state)
{
    (void)state;
    enum { TRIALS = 300 };
    double rates[TRIALS], waits[TRIALS];
    for (size_t i = 0; i < TRIALS; i++) {
        made_trial(&trial, &chance, 0, i % 3, i / 3);
        trial.attempt = i % 5 == 0;
        trial.valid = i % 5 != 0;
        if (i % 5 == 0)
            snprintf(trial.why_invalid, sizeof trial.why_invalid, "reason %zu", i);
        if (i % 7 == 0)
            figures_set(&trial.outcome.usage, "involuntary", (double)i);
        figures_get(&trial.outcome.metrics, "accepts_per_s", &rates[i]);
        figures_get(&trial.outcome.counters, "waits", &waits[i]);
        add();
    }
    assert_int_equal(table.count, TRIALS);
    for (size_t i = 0; i < TRIALS; i++) {
        char why[32] = "";
        const struct trial_row *row = &table.rows[i];
        if (i % 5 == 0)
            snprintf(why, sizeof why, "reason %zu", i);
        assert_int_equal(row->subject, i % 3);
        assert_int_equal(row->round, i / 3);
        assert_int_equal(row->order, (i % 3 + i / 3) % 3);
        assert_int_equal(row->line, i + 1);
        assert_int_equal(row->attempt, i % 5 == 0);
        assert_int_equal(row->valid, i % 5 != 0);
        assert_int_equal(row->bound, i / 3 % 2 == 0);
        assert_string_equal(row->why_invalid, why);
        assert_true(row->wall_ns == 5e8);
        assert_true(i % 7 == 0 ? row->involuntary_switches == (double)i
                               : isnan(row->involuntary_switches));
        assert_true(table.metrics[metric_at("accepts_per_s")][i] == rates[i]);
        assert_true(trial_table_counter(&table, "waits")[i] == waits[i]);
    }
    assert_null(trial_table_counter(&table, "enters"));
    for (size_t i = 0; i < METRICS_MAX; i++) {
        bool there = i == metric_at("accepts_per_s") || i == metric_at("server_cpu_us_per_accept");
        assert_int_equal(table.metrics[i] != NULL, there);
        assert_int_equal(table.percentiles_ns[i] != NULL, i == metric_at("connect_latency_ns"));
    }
}

/* Columns that come late, and figures in another order. */
static void what_a_trial_does_not_have_is_not_a_number(void **state)
{
    (void)state;
    enum { TRIALS = 100 };
    size_t rate = metric_at("accepts_per_s"), cpu = metric_at("server_cpu_us_per_accept");
    for (unsigned i = 0; i < TRIALS; i++) {
        trial_reset(&trial);
        trial.valid = true;
        trial.round = i;
        if (i >= 40 && i % 2 == 0)
            figures_set(&trial.outcome.metrics, "server_cpu_us_per_accept", i);
        if (i != 70)
            figures_set(&trial.outcome.metrics, "accepts_per_s", 2 * i);
        if (i == 90)
            figures_set(&trial.outcome.counters, "late", i);
        figures_set(&trial.outcome.counters, i % 3 == 0 ? "waits" : "events", i);
        add();
    }
    for (unsigned i = 0; i < TRIALS; i++) {
        const double *waits = trial_table_counter(&table, "waits");
        const double *events = trial_table_counter(&table, "events");
        const double *late = trial_table_counter(&table, "late");
        assert_true(i == 70 ? isnan(table.metrics[rate][i]) : table.metrics[rate][i] == 2 * i);
        assert_true(i >= 40 && i % 2 == 0 ? table.metrics[cpu][i] == i
                                          : isnan(table.metrics[cpu][i]));
        assert_true(i % 3 == 0 ? waits[i] == i && isnan(events[i])
                               : isnan(waits[i]) && events[i] == i);
        assert_true(i == 90 ? late[i] == i : isnan(late[i]));
    }
}

/* Of one trial: 2 metrics, 2 counters, 6 percentiles, and what is said of it. */
static void a_trial_takes_no_more_than_its_figures(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4096; i++)
        add_made(i % 3, i / 3, 0, true);
    print_message("%zu bytes for a trial\n", table.bytes / table.count);
    assert_true(table.bytes / table.count < 150);
}

/* ---- histograms ---- */

/* In no bucket, in the first and the last, in between; and none at all. */
static void record_some(struct histogram *histogram, unsigned number)
{
    for (unsigned i = 0; i < 200; i++) {
        uint64_t value_ns = random_next(&chance) >> (20 + random_below(&chance, 40));
        if (number % 5 != 4)
            histogram_record(histogram, value_ns);
    }
    if (number % 5 == 3)
        histogram_reset(histogram);
    if (number % 5 == 3)
        histogram_record(histogram, number % 2 ? 5 : 2 * HISTOGRAM_HIGHEST_NS);
}

static void merged_histograms_are_those_that_a_merge_of_whole_ones_gives(void **state)
{
    (void)state;
    static struct histogram merged[3];
    uint64_t trials[3] = {0};
    size_t metric = metric_at("connect_latency_ns");
    for (size_t subject = 0; subject < 3; subject++)
        histogram_reset(&merged[subject]);
    for (unsigned i = 0; i < 150; i++) {
        trial_reset(&trial);
        trial.subject = i % 2;
        trial.round = i / 2;
        trial.valid = i % 11 != 0;
        struct histogram *histogram = outcome_add_histogram(&trial.outcome, "connect_latency_ns");
        record_some(histogram, i);
        add();
        for (size_t p = 0; p < PERCENTILES; p++) {
            uint64_t value_ns;
            double is = table.percentiles_ns[metric][PERCENTILES * i + p];
            bool known = histogram_percentile(histogram, percentiles[p], &value_ns);
            assert_true(known ? is == (double)value_ns : isnan(is));
        }
        if (trial.valid) {
            histogram_merge(&merged[i % 2], histogram);
            trials[i % 2]++;
        }
    }
    for (size_t subject = 0; subject < 2; subject++) {
        struct pooled_histogram pooled;
        assert_true(trial_table_pooled(&table, metric, subject, &pooled));
        assert_int_equal(pooled.trials, trials[subject]);
        assert_int_equal(pooled.count, merged[subject].count);
        assert_int_equal(pooled.sum_ns, merged[subject].sum_ns);
        for (size_t p = 0; p < PERCENTILES; p++) {
            uint64_t value_ns;
            bool known = histogram_percentile(&merged[subject], percentiles[p], &value_ns);
            assert_true(known ? pooled.percentiles_ns[p] == (double)value_ns
                              : isnan(pooled.percentiles_ns[p]));
        }
    }
    struct pooled_histogram none;
    assert_false(trial_table_pooled(&table, metric, 2, &none));
    assert_false(trial_table_pooled(&table, metric, TABLE_SUBJECTS_MAX, &none));
    assert_false(trial_table_pooled(&table, metric_at("accepts_per_s"), 0, &none));
}

static void a_percentile_of_all_has_ten_values_above_it(void **state)
{
    (void)state;
    struct pooled_histogram pooled;
    for (unsigned i = 0; i < 4; i++) {
        trial_reset(&trial);
        trial.valid = true;
        trial.round = i;
        struct histogram *histogram = outcome_add_histogram(&trial.outcome, "connect_latency_ns");
        for (unsigned value = 1; value <= 15; value++)
            histogram_record(histogram, 1000 * value);
        add();
    }
    size_t metric = metric_at("connect_latency_ns");
    assert_true(isnan(table.percentiles_ns[metric][0]));
    assert_true(trial_table_pooled(&table, metric, 0, &pooled));
    assert_true(fabs(pooled.percentiles_ns[0] / 8000 - 1) < 0.01);
    assert_true(isnan(pooled.percentiles_ns[1]));
    assert_true(pooled.percentiles_ns[5] == 15000);
}

/* ---- what is refused ---- */

static void expect_refused(const char *sentence)
{
    char problem[PROBLEM_BYTES] = "";
    size_t before = table.count;
    assert_int_equal(trial_table_add(&table, &trial, 1, problem), -EINVAL);
    assert_says(problem, sentence);
    assert_int_equal(table.count, before);
}

static void a_figure_that_is_no_metric_of_the_mode_is_named(void **state)
{
    (void)state;
    trial_reset(&trial);
    figures_set(&trial.outcome.metrics, "ns_per_fire", 1);
    expect_refused("metrics.ns_per_fire: no metric of accept in mode steady");
    trial_reset(&trial);
    figures_set(&trial.outcome.metrics, "ns_per_accept", 1); /* of another mode */
    expect_refused("metrics.ns_per_accept: no metric of accept in mode steady");
    trial_reset(&trial);
    assert_non_null(outcome_add_histogram(&trial.outcome, "service_ns"));
    expect_refused("histograms.service_ns: no metric of accept in mode steady");
}

static void more_counters_than_any_run_has_are_refused(void **state)
{
    (void)state;
    char name[16];
    for (unsigned i = 0; i <= TABLE_COUNTERS_MAX; i++) {
        trial_reset(&trial);
        snprintf(name, sizeof name, "counter%u", i);
        figures_set(&trial.outcome.counters, name, i);
        if (i < TABLE_COUNTERS_MAX)
            add();
        else
            expect_refused("counters.counter64: more than 64 different counters");
    }
    for (unsigned i = 0; i < TABLE_COUNTERS_MAX; i++) {
        snprintf(name, sizeof name, "counter%u", i);
        assert_true(trial_table_counter(&table, name)[i] == i);
    }
}

static void a_subject_beyond_the_most_is_refused(void **state)
{
    (void)state;
    add_made(TABLE_SUBJECTS_MAX - 1, 0, 0, true);
    made_trial(&trial, &chance, 0, 0, 0);
    trial.subject = TABLE_SUBJECTS_MAX;
    expect_refused("subject: a run has no more than 256");
    trial.subject = SUBJECT_NONE;
    expect_refused("subject: ");
}

/* ---- what is there twice ---- */

static void expect_twice(size_t first, size_t second)
{
    size_t one = 99, other = 99;
    assert_int_equal(trial_table_check(&table, &one, &other), -EEXIST);
    assert_int_equal(one, first);
    assert_int_equal(other, second);
}

static void expect_nothing_twice(void)
{
    size_t one, other;
    assert_int_equal(trial_table_check(&table, &one, &other), 0);
}

static void a_trial_that_is_there_twice_is_found(void **state)
{
    (void)state;
    expect_nothing_twice();
    add_made(1, 0, 0, false);
    add_made(0, 0, 0, true);
    add_made(1, 0, 1, false);
    add_made(0, 1, 0, true);
    add_made(1, 0, 2, true);
    expect_nothing_twice();
    add_made(1, 0, 1, false);
    expect_twice(2, 5);
}

static void two_valid_trials_of_a_subject_in_a_round_are_found(void **state)
{
    (void)state;
    add_made(0, 3, 0, true);
    add_made(1, 3, 0, true);
    add_made(1, 4, 0, false);
    add_made(1, 3, 1, false);
    expect_nothing_twice();
    add_made(1, 3, 2, true);
    expect_twice(1, 4);
}

int main(void)
{
#define WITH_TABLE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_TABLE(every_row_has_its_own_values_however_many_there_are),
        WITH_TABLE(what_a_trial_does_not_have_is_not_a_number),
        WITH_TABLE(a_trial_takes_no_more_than_its_figures),
        WITH_TABLE(merged_histograms_are_those_that_a_merge_of_whole_ones_gives),
        WITH_TABLE(a_percentile_of_all_has_ten_values_above_it),
        WITH_TABLE(a_figure_that_is_no_metric_of_the_mode_is_named),
        WITH_TABLE(more_counters_than_any_run_has_are_refused),
        WITH_TABLE(a_subject_beyond_the_most_is_refused),
        WITH_TABLE(a_trial_that_is_there_twice_is_found),
        WITH_TABLE(two_valid_trials_of_a_subject_in_a_round_are_found),
    };
    return cmocka_run_group_tests_name("trial_table", tests, NULL, NULL);
}
