/* From a run to run.json. */
#include "harness/record/run_json.h"

#include "backends/registry.h"
#include "harness/record/calibration_file.h"
#include "harness/record/json_set.h"
#include "harness/record/manifest_json.h"

/* ---- what was computed ---- */

/* Whose figures are being written. */
struct writing {
    const struct run *run;
    const struct run_cell *cell;
    const struct cell_summary *summary;
};

static const struct metric *metric_at(const struct writing *writing, size_t metric)
{
    return &writing->cell->cell.workload->metrics[metric];
}

static json_t *subject_text(const struct writing *writing, size_t subject)
{
    return subject != SUBJECT_NONE ? json_text(writing->run->subjects[subject].name) : json_null();
}

/* Of a median over the rounds; `percent` below 0: of the metric itself. */
static json_t *median_to_json(const struct writing *writing, size_t metric, size_t subject,
                              const struct median *median, double percent)
{
    const struct metric *what = metric_at(writing, metric);
    json_t *entry = json_object();
    int r = 0;
    json_set(&r, entry, "subject", subject_text(writing, subject));
    json_set(&r, entry, "metric", json_text(what->name));
    json_set(&r, entry, "unit", json_text(what->unit));
    json_set(&r, entry, "better", json_text(what->lower_is_better ? "lower" : "higher"));
    json_set(&r, entry, "n", json_count(median->n));
    json_set(&r, entry, "median", json_figure(median->median));
    json_set(&r, entry, "ci_low", json_figure(median->low));
    json_set(&r, entry, "ci_high", json_figure(median->high));
    json_set(&r, entry, "confidence", json_figure(VERDICT_CONFIDENCE));
    json_set(&r, entry, "bound_trials", json_count(median->bound));
    if (percent >= 0)
        json_set(&r, entry, "percent", json_figure(percent));
    return json_finish(r, entry);
}

static json_t *pooled_to_json(const struct writing *writing, size_t metric, size_t subject,
                              const struct pooled *pooled, double percent)
{
    const struct metric *what = metric_at(writing, metric);
    json_t *entry = json_object();
    int r = 0;
    json_set(&r, entry, "subject", subject_text(writing, subject));
    json_set(&r, entry, "metric", json_text(what->name));
    json_set(&r, entry, "unit", json_text(what->unit));
    json_set(&r, entry, "percent", json_figure(percent));
    json_set(&r, entry, "value", json_figure(pooled->value));
    json_set(&r, entry, "n", json_count(pooled->rounds));
    json_set(&r, entry, "samples", json_count(pooled->values));
    return json_finish(r, entry);
}

static json_t *medians_to_json(const struct writing *writing)
{
    const struct cell_summary *summary = writing->summary;
    json_t *list = json_array();
    int r = 0;
    for (size_t m = 0; m < summary->metric_count; m++) {
        for (size_t s = 0; s < summary->subject_count; s++) {
            const struct median *median = &summary->medians[m * summary->subject_count + s];
            if (median->n > 0)
                json_push(&r, list, median_to_json(writing, m, s, median, -1));
        }
    }
    return json_finish(r, list);
}

/* Every percentile of every subject, over the rounds or (pooled) of all of them together. */
static json_t *percentiles_to_json(const struct writing *writing, bool pooled)
{
    const struct cell_summary *summary = writing->summary;
    json_t *list = json_array();
    int r = 0;
    for (size_t m = 0; m < summary->metric_count; m++) {
        for (size_t s = 0; summary->percentiles[m] != NULL && s < summary->subject_count; s++) {
            for (size_t p = 0; p < PERCENTILES; p++) {
                size_t at = p * summary->subject_count + s;
                if (pooled && summary->pooled[m][at].known)
                    json_push(
                        &r, list,
                        pooled_to_json(writing, m, s, &summary->pooled[m][at], percentiles[p]));
                else if (!pooled && summary->percentiles[m][at].n > 0)
                    json_push(&r, list,
                              median_to_json(writing, m, s, &summary->percentiles[m][at],
                                             percentiles[p]));
            }
        }
    }
    return json_finish(r, list);
}

/* Ratios, or (with a unit) differences. */
static json_t *paired_to_json(const struct writing *writing, const struct paired_list *paired,
                              const char *value_name, bool has_unit)
{
    json_t *list = json_array();
    int r = 0;
    for (size_t i = 0; i < paired->count; i++) {
        const struct paired *one = &paired->list[i];
        json_t *entry = json_object();
        json_set(&r, entry, "metric", json_text(metric_at(writing, one->metric)->name));
        json_set(&r, entry, "baseline", subject_text(writing, one->baseline));
        json_set(&r, entry, "subject", subject_text(writing, one->subject));
        if (has_unit)
            json_set(&r, entry, "unit", json_text(metric_at(writing, one->metric)->unit));
        json_set(&r, entry, value_name, json_figure(one->value));
        json_set(&r, entry, "ci_low", json_figure(one->low));
        json_set(&r, entry, "ci_high", json_figure(one->high));
        json_set(&r, entry, "confidence", json_figure(one->confidence));
        json_set(&r, entry, "n", json_count(one->n));
        json_push(&r, list, entry);
    }
    return json_finish(r, list);
}

static json_t *figure_or_null(bool known, double value)
{
    return known ? json_figure(value) : json_null();
}

static json_t *verdict_to_json(const struct writing *writing, const struct verdict_pair *pair,
                               double minimum_effect)
{
    json_t *entry = json_object();
    int r = 0;
    json_set(&r, entry, "metric", json_text(metric_at(writing, pair->metric)->name));
    json_set(&r, entry, "baseline", subject_text(writing, pair->baseline));
    json_set(&r, entry, "subject", subject_text(writing, pair->subject));
    json_set(&r, entry, "ratio", figure_or_null(pair->compared, pair->ratio));
    json_set(&r, entry, "ci_low", figure_or_null(pair->compared && pair->bounded, pair->low));
    json_set(&r, entry, "ci_high", figure_or_null(pair->compared && pair->bounded, pair->high));
    json_set(&r, entry, "confidence", figure_or_null(pair->compared, pair->confidence));
    json_set(&r, entry, "n", json_count(pair->n));
    json_set(&r, entry, "p", figure_or_null(pair->compared, pair->p));
    json_set(&r, entry, "p_adjusted", figure_or_null(pair->tested, pair->p_adjusted));
    json_set(&r, entry, "minimum_effect", json_figure(minimum_effect));
    json_set(&r, entry, "verdict", json_text(verdict_name(pair->word)));
    json_set(&r, entry, "why", json_text(*pair->why != '\0' ? pair->why : NULL));
    json_set(&r, entry, "rounds", json_count(pair->rounds));
    json_set(&r, entry, "rounds_likely", json_count(pair->rounds_likely));
    return json_finish(r, entry);
}

static json_t *verdicts_to_json(const struct writing *writing)
{
    const struct cell_summary *summary = writing->summary;
    json_t *list = json_array();
    int r = 0;
    for (size_t i = 0; i < summary->verdict_count; i++)
        json_push(&r, list,
                  verdict_to_json(writing, &summary->verdicts[i], summary->minimum_effect));
    return json_finish(r, list);
}

/* Of a pair whose two sides are one subject there is no baseline to name. */
static json_t *twin_to_json(const struct writing *writing)
{
    const struct verdict_pair *twin = &writing->summary->twin;
    json_t *entry = json_object();
    int r = 0;
    json_set(&r, entry, "metric", json_text(metric_at(writing, twin->metric)->name));
    json_set(&r, entry, "subject", subject_text(writing, twin->subject));
    json_set(&r, entry, "n", json_count(twin->n));
    json_set(&r, entry, "ratio", figure_or_null(twin->compared, twin->ratio));
    json_set(&r, entry, "ci_low", figure_or_null(twin->bounded, twin->low));
    json_set(&r, entry, "ci_high", figure_or_null(twin->bounded, twin->high));
    json_set(&r, entry, "p_adjusted", figure_or_null(twin->tested, twin->p_adjusted));
    json_set(&r, entry, "verdict", json_text(verdict_name(twin->word)));
    return json_finish(r, entry);
}

static void set_summary(int *r, json_t *cell, const struct writing *writing)
{
    const struct cell_summary *summary = writing->summary;
    json_set(r, cell, "baseline", subject_text(writing, summary->baseline));
    json_set(r, cell, "summary", medians_to_json(writing));
    json_set(r, cell, "ratios", paired_to_json(writing, &summary->ratios, "ratio", false));
    json_set(r, cell, "percentiles", percentiles_to_json(writing, false));
    json_set(r, cell, "pooled", percentiles_to_json(writing, true));
    json_set(r, cell, "excess", paired_to_json(writing, &summary->excess, "excess", true));
    json_set(r, cell, "verdicts", verdicts_to_json(writing));
    if (summary->has_twin)
        json_set(r, cell, "twin", twin_to_json(writing));
}

/* ---- the run ---- */

static json_t *subject_to_json(const struct run_subject *subject)
{
    json_t *entry = json_object();
    int r = 0;
    json_set(&r, entry, "name", json_text(subject->name));
    json_set(&r, entry, "tier", json_text(backend_tier_name(subject->tier)));
    json_set(&r, entry, "available", json_boolean(subject->available));
    json_set(&r, entry, "reason", json_text(subject->available ? NULL : subject->reason));
    json_set(&r, entry, "asked", json_parts(subject->asked != NULL ? subject->asked : ""));
    json_set(&r, entry, "granted", json_parts(subject->granted != NULL ? subject->granted : ""));
    json_set(&r, entry, "opt_in", json_boolean(subject->opt_in));
    json_set(&r, entry, "summary", json_text(subject->summary != NULL ? subject->summary : ""));
    return json_finish(r, entry);
}

static json_t *headroom_to_json(const struct headroom *headroom)
{
    json_t *entry = json_object();
    int r = 0;
    json_set(&r, entry, "against", json_text(headroom->against));
    json_set(&r, entry, METRIC_OFFERED, json_figure(headroom->offered_per_s));
    json_set(&r, entry, "factor", json_figure(headroom->factor));
    json_set(&r, entry, "proved", json_boolean(headroom->proved));
    json_set(&r, entry, "why_not", json_text(headroom->proved ? NULL : headroom->why_not));
    return json_finish(r, entry);
}

static json_t *skipped_to_json(const struct run *run, const struct run_cell *cell)
{
    json_t *list = json_array();
    int r = 0;
    for (size_t i = 0; i < cell->skipped_count; i++) {
        const struct skipped_subject *skipped = &cell->skipped_subjects[i];
        json_t *entry = json_object();
        json_set(&r, entry, "subject", json_text(run->subjects[skipped->subject].name));
        json_set(&r, entry, "reason", json_text(skipped->reason));
        json_push(&r, list, entry);
    }
    return json_finish(r, list);
}

static json_t *cell_to_json(const struct run *run, const struct run_cell *cell,
                            const struct cell_summary *summary)
{
    const struct writing writing = {.run = run, .cell = cell, .summary = summary};
    json_t *entry = json_object();
    int r = 0;
    json_set(&r, entry, "workload", json_text(cell->cell.workload->name));
    json_set(&r, entry, "mode", json_text(cell->cell.mode));
    json_set(&r, entry, "params", params_to_json(&cell->cell.params));
    json_set(&r, entry, "skipped", json_text(cell->skipped));
    json_set(&r, entry, "skipped_subjects", skipped_to_json(run, cell));
    if (cell->headroom.known)
        json_set(&r, entry, "headroom", headroom_to_json(&cell->headroom));
    if (summary != NULL)
        set_summary(&r, entry, &writing);
    return json_finish(r, entry);
}

static json_t *command_to_json(const struct run *run)
{
    json_t *list = json_array();
    int r = 0;
    for (size_t i = 0; i < run->command_count; i++)
        json_push(&r, list, json_text(run->command[i]));
    return json_finish(r, list);
}

static json_t *subjects_to_json(const struct run *run)
{
    json_t *list = json_array();
    int r = 0;
    for (size_t i = 0; i < run->subject_count; i++)
        json_push(&r, list, subject_to_json(&run->subjects[i]));
    return json_finish(r, list);
}

static json_t *cells_to_json(const struct run *run, const struct cell_summary *summaries)
{
    json_t *list = json_array();
    int r = 0;
    for (size_t i = 0; i < run->cell_count; i++)
        json_push(&r, list,
                  cell_to_json(run, &run->cells[i], summaries != NULL ? &summaries[i] : NULL));
    return json_finish(r, list);
}

static json_t *placement_to_json(const struct run *run)
{
    json_t *entry = json_object();
    int r = 0;
    json_set(&r, entry, "subject_cpu", json_integer(run->subject_cpu));
    json_set(&r, entry, "generator_cpu", json_integer(run->generator_cpu));
    json_set(&r, entry, "one_core", json_boolean(run->one_core));
    return json_finish(r, entry);
}

json_t *run_to_json(const struct run *run, const struct cell_summary *summaries)
{
    json_t *object = json_object();
    int r = 0;
    json_set(&r, object, "schema", json_integer(RUN_SCHEMA));
    json_set(&r, object, "id", json_text(run->id));
    json_set(&r, object, "command", command_to_json(run));
    json_set(&r, object, "seed", json_count(run->seed));
    if (run->profile != NULL)
        json_set(&r, object, "profile", json_text(run->profile));
    json_set(&r, object, "minimum_effect", json_figure(run->minimum_effect));
    json_set(&r, object, "baseline", json_text(run->baseline));
    json_set(&r, object, "manifest", manifest_to_json(&run->manifest));
    json_set(&r, object, "calibration", calibration_record_to_json(&run->calibration));
    if (run->probe.count > 0)
        json_set(&r, object, "probe", params_to_json(&run->probe));
    json_set(&r, object, "subjects", subjects_to_json(run));
    json_set(&r, object, "cells", cells_to_json(run, summaries));
    json_set(&r, object, "placement", placement_to_json(run));
    json_set(&r, object, "why_not_counted", json_text(run->why_not_counted));
    if (run->ended != NULL) {
        json_set(&r, object, "rounds", json_count(run->rounds));
        json_set(&r, object, "ended", json_text(run->ended));
        if (run->elapsed_s > 0)
            json_set(&r, object, "elapsed_s", json_figure(run->elapsed_s));
    }
    return json_finish(r, object);
}
