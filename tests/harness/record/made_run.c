#include "tests/harness/record/made_run.h"

#include "backends/registry.h"
#include "harness/contract/parameters.h"
#include "harness/record/run_json.h"
#include "harness/workloads/workloads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add_subject(struct run *run, const char *name)
{
    struct run_subject *subject = run_add_subject(run);
    assert_non_null(subject);
    subject->tier = TIER_READINESS;
    subject->available = true;
    assert_int_equal(text_set(&subject->name, name) | text_set(&subject->asked, "EPOLL_PWAIT2") |
                         text_set(&subject->granted, "") | text_set(&subject->summary, "some"),
                     0);
}

static void add_manifest(struct named_values *manifest)
{
    int r = named_values_add_text(manifest, "", "kernel", "Linux \"6");
    r |= named_values_add_text(manifest, "", "cpu", "some [");
    r |= named_values_add_integer(manifest, "", "cpus", 2);
    r |= named_values_add_nothing(manifest, "", "virtualization");
    r |= named_values_add_integer(manifest, "sysctl", "net.core.somaxconn", 4096);
    r |= named_values_add_text(manifest, "libraries", "libc", "glibc 2.36");
    assert_int_equal(r, 0);
}

void made_run_open(struct run *run, size_t cells)
{
    *run = (struct run){.seed = 7, .minimum_effect = 0.03, .subject_cpu = 1, .generator_cpu = -1};
    run->command = calloc(1, sizeof *run->command);
    assert_non_null(run->command);
    run->command_count = 1;
    assert_int_equal(text_set(&run->id, "20260101-000000-0000") |
                         text_set(&run->command[0], "pollbench \u00fc") |
                         text_set(&run->profile, "quick"),
                     0);
    add_manifest(&run->manifest);
    add_subject(run, "select");
    add_subject(run, "epoll");
    add_subject(run, "floor:epoll");
    for (size_t i = 0; i < cells; i++) {
        struct run_cell *cell = run_add_cell(run);
        assert_non_null(cell);
        cell->cell.workload = &accept_workload;
        cell->cell.mode = workload_mode(&accept_workload, "steady");
        assert_int_equal(named_values_add_integer(&cell->cell.params, "", "conns", (int64_t)i), 0);
        run_cell_open_tables(cell);
    }
}

void made_trial(struct trial *trial, struct random *random, size_t cell, size_t subject,
                uint64_t round)
{
    struct outcome *outcome = &trial->outcome;
    trial_reset(trial);
    trial->cell = cell;
    trial->subject = subject;
    trial->round = round;
    trial->order = (subject + round) % MADE_SUBJECTS;
    trial->start_ns = 1000000000 * round + subject;
    trial->valid = trial->has_outcome = true;
    int r = figures_set(&outcome->metrics, "accepts_per_s", 1000 + random_below(random, 100));
    r |= figures_set(&outcome->metrics, "server_cpu_us_per_accept",
                     (1 + random_below(random, 100)) / 7.0);
    r |= figures_set(&outcome->counters, "waits", random_below(random, 1000));
    r |= figures_set(&outcome->counters, "operations", 100);
    r |= figures_set(&outcome->usage, "wall_ns", 5e8);
    assert_int_equal(r, 0);
    struct histogram *latency = outcome_add_histogram(outcome, "connect_latency_ns");
    assert_non_null(latency);
    for (unsigned i = 0; i < 300; i++)
        histogram_record(latency, 20000 + random_below(random, 60000));
    outcome->has_generator = true;
    outcome->generator = (struct generator_report){
        .cpu_utilisation = 0.25, .late_p99_ns = 1000, .connections = 300, .bound = round % 2 == 0};
    if (outcome->generator.bound)
        snprintf(outcome->generator.why_bound, sizeof outcome->generator.why_bound, "it was busy");
}

static void add_histogram(struct outcome *outcome, const char *name, uint64_t from_ns)
{
    struct histogram *histogram = outcome_add_histogram(outcome, name);
    assert_non_null(histogram);
    for (unsigned i = 0; i < 40; i++)
        histogram_record(histogram, from_ns << i % 4);
}

static void fill_generator(struct generator_report *report)
{
    *report = (struct generator_report){
        .cpu_utilisation = 0.375,
        .late_p99_ns = 12345,
        .bound = true,
        .pinned = true,
        .connections = 4000,
        .source_addresses = 3,
        .errors = {{"ECONNRESET", 7}, {"other", 1}},
        .error_count = 2,
        .has_plan = true,
        .late_share = 0.0625,
        .cpu_wait = 0.5,
        .plan = {.window_s = 1.5,
                 .seed = INT64_MAX,
                 .arrivals = 100,
                 .answered = 90,
                 .unanswered = 4,
                 .failed = 3,
                 .not_sent = 3,
                 .limited = 2},
    };
    snprintf(report->why_bound, sizeof report->why_bound, "it used %s", "38 % of its CPU");
}

void made_whole_trial(struct trial *trial)
{
    struct outcome *outcome = &trial->outcome;
    trial_reset(trial);
    trial->kind = TRIAL_COUNTING;
    trial->cell = 1;
    trial->subject = MADE_FLOOR;
    trial->round = 99999;
    trial->order = 2;
    trial->attempt = 1;
    trial->start_ns = 123456789012345678;
    trial->elapsed_ns = 987654321012345678;
    trial->cpu = 5;
    trial->has_outcome = true;
    snprintf(trial->why_invalid, sizeof trial->why_invalid, "%s",
             "\"stolen\" time: \u00fc\\\n7.5 %");
    int r = figures_set(&outcome->metrics, "accepts_per_s", 30000.25);
    r |= figures_set(&outcome->metrics, "server_cpu_us_per_accept", 1e-7);
    r |= figures_set(&outcome->counters, "waits", 9007199254740992.0);
    r |= figures_set(&outcome->counters, "operations", 0);
    r |= figures_set(&outcome->usage, "wall_ns", 5e8);
    assert_int_equal(r, 0);
    snprintf(outcome->sampled_metric, sizeof outcome->sampled_metric, "accepts_per_s");
    outcome->samples[0] = 29000.5;
    outcome->samples[1] = 31000;
    outcome->sample_count = 2;
    add_histogram(outcome, "connect_latency_ns", 1000);
    add_histogram(outcome, "response_latency_ns", 50);
    outcome->has_generator = true;
    fill_generator(&outcome->generator);
    outcome->granted = BACKEND_PPOLL | BACKEND_SINGLE_ISSUER;
    snprintf(outcome->syscalls_unavailable, sizeof outcome->syscalls_unavailable,
             "perf_event_paranoid is 3");
}

void made_run_fill(struct run *run, uint64_t rounds)
{
    struct trial trial = {0};
    struct random random;
    char problem[PROBLEM_BYTES];
    random_seed(&random, 4);
    for (uint64_t round = 0; round < rounds; round++) {
        for (size_t cell = 0; cell < run->cell_count; cell++) {
            for (size_t subject = 0; subject < MADE_SUBJECTS; subject++) {
                made_trial(&trial, &random, cell, subject, round);
                assert_int_equal(trial_table_add(&run->cells[cell].trials, &trial, 0, problem), 0);
            }
        }
    }
    trial_free(&trial);
}

/* ---- comparing ---- */

/* What is not there is not there in both. */
static void assert_same_column(const double *left, const double *right, size_t count)
{
    assert_int_equal(left == NULL, right == NULL);
    for (size_t i = 0; left != NULL && i < count; i++) {
        if (left[i] != right[i] && (left[i] == left[i] || right[i] == right[i]))
            fail_msg("value %zu: %.17g and %.17g", i, left[i], right[i]);
    }
}

static void assert_same_row(const struct trial_row *left, const struct trial_row *right)
{
    assert_int_equal(left->round, right->round);
    assert_int_equal(left->order, right->order);
    assert_int_equal(left->subject, right->subject);
    assert_int_equal(left->attempt, right->attempt);
    assert_int_equal(left->valid, right->valid);
    assert_int_equal(left->bound, right->bound);
    assert_string_equal(left->why_invalid, right->why_invalid);
    assert_same_column(&left->wall_ns, &right->wall_ns, 1);
    assert_same_column(&left->involuntary_switches, &right->involuntary_switches, 1);
}

static void assert_same_pooled(const struct trial_table *left, const struct trial_table *right,
                               size_t metric, size_t subject)
{
    struct pooled_histogram one = {0}, other = {0};
    assert_int_equal(trial_table_pooled(left, metric, subject, &one),
                     trial_table_pooled(right, metric, subject, &other));
    assert_int_equal(one.trials, other.trials);
    assert_int_equal(one.count, other.count);
    assert_int_equal(one.sum_ns, other.sum_ns);
    assert_same_column(one.percentiles_ns, other.percentiles_ns, PERCENTILES);
}

void assert_same_table(const struct trial_table *left, const struct trial_table *right)
{
    assert_int_equal(left->count, right->count);
    for (size_t i = 0; i < left->count; i++)
        assert_same_row(&left->rows[i], &right->rows[i]);
    for (size_t i = 0; i < METRICS_MAX; i++) {
        assert_same_column(left->metrics[i], right->metrics[i], left->count);
        assert_same_column(left->percentiles_ns[i], right->percentiles_ns[i],
                           PERCENTILES * left->count);
        for (size_t subject = 0; subject < MADE_SUBJECTS; subject++)
            assert_same_pooled(left, right, i, subject);
    }
    assert_int_equal(left->counter_count, right->counter_count);
    for (size_t i = 0; i < left->counter_count; i++)
        assert_same_column(left->counters[i].values,
                           trial_table_counter(right, left->counters[i].name), left->count);
}

void assert_same_run(const struct run *left, const struct run *right)
{
    json_t *one = run_to_json(left, NULL), *other = run_to_json(right, NULL);
    assert_non_null(one);
    if (!json_equal(one, other))
        fail_msg("%s\n%s", json_dumps(one, JSON_COMPACT), json_dumps(other, JSON_COMPACT));
    json_decref(one);
    json_decref(other);
    for (size_t i = 0; i < left->cell_count; i++) {
        assert_same_table(&left->cells[i].trials, &right->cells[i].trials);
        assert_same_table(&left->cells[i].counting, &right->cells[i].counting);
        assert_same_table(&left->cells[i].twins, &right->cells[i].twins);
    }
}

void assert_says(const char *sentence, const char *words)
{
    if (strstr(sentence, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", sentence, words);
}
