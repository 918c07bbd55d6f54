#include "tests/harness/analysis/one_cell_run.h"

#include "harness/contract/parameters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void add_subject(struct run *run, const char *name, enum backend_tier tier)
{
    struct run_subject *subject = run_add_subject(run);
    assert_non_null(subject);
    subject->tier = tier;
    subject->available = true;
    assert_int_equal(text_set(&subject->name, name), 0);
}

void run_of_one_cell(struct run *run, const struct workload *workload, const char *mode,
                     const struct named_tier *subjects, size_t count)
{
    *run = (struct run){.seed = 7, .minimum_effect = VERDICT_MINIMUM_EFFECT};
    for (size_t i = 0; i < count; i++)
        add_subject(run, subjects[i].name, subjects[i].tier);
    struct run_cell *cell = run_add_cell(run);
    assert_non_null(cell);
    cell->cell.workload = workload;
    cell->cell.mode = workload_mode(workload, mode);
    assert_non_null(cell->cell.mode);
    run_cell_open_tables(cell);
}

/* ---- trials ---- */

struct trial *new_trial(const struct run *run, const char *subject, unsigned round,
                        const char *metric, double value)
{
    static struct trial trial;
    trial_free(&trial);
    trial_reset(&trial);
    trial.subject = place_of(run, subject);
    trial.round = round;
    trial.valid = trial.has_outcome = true;
    assert_int_equal(figures_set(&trial.outcome.metrics, metric, value), 0);
    return &trial;
}

void keep_trial(struct run *run, const struct trial *trial)
{
    char problem[PROBLEM_BYTES];
    if (trial_table_add(&run->cells[0].trials, trial, 0, problem) < 0)
        fail_msg("%s", problem);
    if (trial->round >= run->rounds)
        run->rounds = trial->round + 1;
}

void add_trial(struct run *run, const char *subject, unsigned round, const char *metric,
               double value)
{
    keep_trial(run, new_trial(run, subject, round, metric, value));
}

void make_invalid(struct trial *trial, const char *why)
{
    trial->valid = false;
    snprintf(trial->why_invalid, sizeof trial->why_invalid, "%s", why);
}

/* ---- what was computed ---- */

void analyse(struct analysis *analysis, const struct run *run, unsigned resamples)
{
    analysis_close(analysis);
    assert_int_equal(
        analysis_open(analysis, run, &(struct analysis_request){.resamples = resamples}), 0);
}

size_t place_of(const struct run *run, const char *subject)
{
    size_t place = run_find_subject(run, subject);
    if (place == SUBJECT_NONE)
        fail_msg("no subject %s", subject);
    return place;
}

const struct metric *metric_of(const struct run *run, const char *name)
{
    const struct cell *cell = &run->cells[0].cell;
    const struct metric *metric = workload_metric(cell->workload, cell->mode, name);
    if (metric == NULL)
        fail_msg("no metric %s", name);
    return metric;
}

const struct median *median_of(const struct analysis *analysis, const char *subject,
                               const char *metric)
{
    const struct run *run = analysis->run;
    return analysis_median(analysis, 0, metric_of(run, metric), place_of(run, subject));
}

const struct paired *ratio_of(const struct analysis *analysis, const char *metric,
                              const char *subject, const char *baseline)
{
    const struct run *run = analysis->run;
    return analysis_ratio(analysis, 0, metric_of(run, metric), place_of(run, baseline),
                          place_of(run, subject));
}

const struct verdict_pair *pair_of(const struct analysis *analysis, const char *subject,
                                   const char *baseline)
{
    const struct cell_summary *summary = &analysis->cells[0];
    size_t one = place_of(analysis->run, subject), other = place_of(analysis->run, baseline);
    for (size_t i = 0; i < summary->verdict_count; i++) {
        const struct verdict_pair *pair = &summary->verdicts[i];
        if ((pair->subject == one && pair->baseline == other) ||
            (pair->subject == other && pair->baseline == one))
            return pair;
    }
    fail_msg("no verdict of %s against %s", subject, baseline);
    return NULL;
}

void assert_word(const struct analysis *analysis, const char *subject, const char *against,
                 enum verdict_word word)
{
    struct comparison comparison;
    assert_true(analysis_compare(analysis, 0, place_of(analysis->run, subject),
                                 place_of(analysis->run, against), &comparison));
    assert_string_equal(verdict_name(comparison.word), verdict_name(word));
}
