#include "tests/harness/analysis/made_analysis.h"

#include "harness/contract/parameters.h"
#include "harness/workloads/workloads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add_cell(struct made *made, int64_t idle)
{
    struct run_cell *cell = run_add_cell(&made->run);
    assert_non_null(cell);
    cell->cell.workload = &accept_workload;
    cell->cell.mode = workload_mode(&accept_workload, "drain");
    assert_int_equal(named_values_add_integer(&cell->cell.params, "", "queue", 100), 0);
    assert_int_equal(named_values_add_integer(&cell->cell.params, "", "idle", idle), 0);
    run_cell_open_tables(cell);
}

static size_t count_metrics(const struct workload *workload)
{
    size_t count = 0;
    while (workload->metrics[count].name != NULL)
        count++;
    return count;
}

static void open_summary(struct made *made, struct cell_summary *summary)
{
    size_t subjects = made->run.subject_count, metrics = count_metrics(&accept_workload);
    summary->subject_count = subjects;
    summary->metric_count = metrics;
    summary->baseline = 0;
    summary->medians = calloc(metrics * subjects, sizeof *summary->medians);
    summary->pair_at = calloc(subjects * subjects, sizeof *summary->pair_at);
    summary->verdict_room = subjects * subjects;
    summary->verdicts = calloc(summary->verdict_room, sizeof *summary->verdicts);
    assert_true(summary->medians != NULL && summary->pair_at != NULL && summary->verdicts != NULL);
    size_t place = workload_metric_index(&accept_workload, made->metric);
    for (size_t i = 0; i < subjects; i++)
        summary->medians[place * subjects + i] = (struct median){20, 1000, 990, 1010, 0};
}

void made_open(struct made *made, const struct made_subject *subjects, size_t subject_count,
               size_t cells)
{
    memset(made, 0, sizeof *made);
    made->metric = workload_main_metric(&accept_workload, workload_mode(&accept_workload, "drain"));
    for (size_t i = 0; i < subject_count; i++) {
        struct run_subject *subject = run_add_subject(&made->run);
        assert_non_null(subject);
        assert_int_equal(text_set(&subject->name, subjects[i].name), 0);
        subject->tier = subjects[i].tier;
        subject->available = true;
    }
    for (int64_t i = 0, idle = 0; i < (int64_t)cells; i++, idle = idle == 0 ? 1 : 10 * idle)
        add_cell(made, idle);
    made->analysis.run = &made->run;
    made->analysis.minimum_effect = 0.03;
    made->analysis.cells = calloc(cells, sizeof *made->analysis.cells);
    assert_non_null(made->analysis.cells);
    for (size_t i = 0; i < cells; i++)
        open_summary(made, &made->analysis.cells[i]);
}

void made_close(struct made *made)
{
    analysis_close(&made->analysis);
    run_free(&made->run);
}

void made_word(struct made *made, size_t cell, size_t subject, size_t against,
               enum verdict_word word, double ratio)
{
    struct cell_summary *summary = &made->analysis.cells[cell];
    size_t subjects = summary->subject_count;
    assert_true(summary->verdict_count < summary->verdict_room);
    struct verdict_pair *pair = &summary->verdicts[summary->verdict_count++];
    *pair = (struct verdict_pair){
        .metric = workload_metric_index(&accept_workload, made->metric),
        .baseline = against,
        .subject = subject,
        .compared = word != VERDICT_INVALID,
        .bounded = word != VERDICT_INVALID,
        .ratio = ratio,
        .low = ratio * 0.99,
        .high = ratio * 1.01,
        .n = 20,
        .word = word,
        .rounds = word == VERDICT_INCONCLUSIVE ? 64 : 0,
    };
    if (word == VERDICT_INVALID)
        assert_int_equal(text_set(&pair->why, "no trial is valid"), 0);
    if (word == VERDICT_INCONCLUSIVE)
        assert_int_equal(text_set(&pair->why, "the interval is wide"), 0);
    summary->pair_at[subject * subjects + against] = (uint32_t)summary->verdict_count;
    summary->pair_at[against * subjects + subject] = (uint32_t)summary->verdict_count;
}

void made_trial(struct made *made, size_t cell, size_t subject, unsigned round,
                const char *why_invalid, double involuntary_switches)
{
    char problem[PROBLEM_BYTES];
    static struct trial trial;
    trial_reset(&trial);
    trial.kind = TRIAL_MEASURED;
    trial.cell = cell;
    trial.subject = subject;
    trial.round = round;
    trial.cpu = -1;
    trial.valid = why_invalid == NULL;
    snprintf(trial.why_invalid, sizeof trial.why_invalid, "%s", trial.valid ? "" : why_invalid);
    trial.has_outcome = true;
    assert_int_equal(figures_set(&trial.outcome.usage, "wall_ns", 100e6), 0);
    assert_int_equal(figures_set(&trial.outcome.usage, "involuntary", involuntary_switches), 0);
    assert_int_equal(figures_set(&trial.outcome.metrics, made->metric->name, 1000), 0);
    assert_int_equal(trial_table_add(&made->run.cells[cell].trials, &trial, 0, problem), 0);
    trial_free(&trial);
}
