#include "harness/analysis/summary.h"

#include "harness/stats/statistics.h"
#include "harness/stats/verdict.h"
#include "harness/contract/parameters.h"
#include "harness/analysis/pairs.h"
#include "harness/analysis/samples.h"
#include "harness/analysis/verdicts.h"
#include "harness/contract/workload.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TIGHT_RESAMPLES 1000u /* enough to decide whether to go on */

#define EXCESS_BASELINE "floor:nanosleep"
#define EXCESS_METRICS "lateness_" /* what these names begin with */

/* Where the figures of one cell come from and go to. */
struct cell_work {
    struct cell_samples samples;
    uint64_t seed;
    unsigned resamples;
    double *values, *baseline_values; /* pairs; room for every trial of the cell each */
    json_t *summary, *ratios, *percentiles, *pooled, *excess;
};

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static int append(json_t *array, json_t *entry)
{
    return entry != NULL && json_array_append_new(array, entry) == 0 ? 0 : -ENOMEM;
}

/* The median of one figure; nothing when there are no samples. `percent` below 0: the metric
 * itself. */
static int summarise_figure(struct cell_work *work, const char *subject,
                            const struct metric *metric, const struct samples *samples,
                            double percent)
{
    struct interval interval;
    if (samples->count == 0)
        return 0;
    int result = statistics_bootstrap_median(samples->values, samples->count, SUMMARY_CONFIDENCE,
                                             work->seed, work->resamples, &interval);
    if (result < 0)
        return result;
    if (!isfinite(interval.low) || !isfinite(interval.high))
        return -ERANGE;
    json_t *entry = json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:f, s:f, s:f, s:f, s:i}", "subject", subject, "metric",
        metric->name, "unit", metric->unit, "better", metric->lower_is_better ? "lower" : "higher",
        "n", (json_int_t)samples->count, "median", interval.median, "ci_low", interval.low,
        "ci_high", interval.high, "confidence", SUMMARY_CONFIDENCE, "bound_trials",
        metric->generator_dependent ? (int)samples->bound : 0);
    if (percent < 0)
        return append(work->summary, entry);
    if (json_object_set_new(entry, "percent", json_real(percent)) < 0) {
        json_decref(entry);
        return -ENOMEM;
    }
    return append(work->percentiles, entry);
}

/* All rounds as one histogram: what resolves a percentile that single trials are too short for. */
static int summarise_pooled(struct cell_work *work, const struct subject_samples *subject,
                            const struct metric *metric, size_t figure)
{
    if (!subject->pooled[figure].known)
        return 0;
    return append(work->pooled,
                  json_pack("{s:s, s:s, s:s, s:f, s:f, s:I, s:I}", "subject", subject->name,
                            "metric", metric->name, "unit", metric->unit, "percent",
                            summary_percents[figure], "value", subject->pooled[figure].value, "n",
                            (json_int_t)subject->pooled_rounds, "samples",
                            (json_int_t)subject->pooled_values));
}

static int add_ratio(struct cell_work *work, const char *baseline, const char *subject,
                     const struct metric *metric, size_t pairs)
{
    struct effect effect;
    int result =
        effect_compare(work->values, work->baseline_values, pairs, SUMMARY_CONFIDENCE, &effect);
    /* A value that has no logarithm, or one too far out: there is no ratio then. */
    if (result < 0)
        return result == -ENOMEM ? result : 0;
    return append(work->ratios,
                  json_pack("{s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:I}", "metric", metric->name,
                            "baseline", baseline, "subject", subject, "ratio", effect.ratio,
                            "ci_low", effect.low, "ci_high", effect.high, "confidence",
                            pair_confidence(&effect), "n", (json_int_t)pairs));
}

/* Lateness adds up: what a subject adds to what the kernel does by itself is a difference. */
static int add_excess(struct cell_work *work, const char *baseline, const char *subject,
                      const struct metric *metric, size_t pairs)
{
    struct interval interval;
    if (strcmp(baseline, EXCESS_BASELINE) != 0 ||
        strncmp(metric->name, EXCESS_METRICS, strlen(EXCESS_METRICS)) != 0)
        return 0;
    int result =
        statistics_bootstrap_difference(work->values, work->baseline_values, pairs,
                                        SUMMARY_CONFIDENCE, work->seed, work->resamples, &interval);
    if (result < 0)
        return result == -EINVAL ? 0 : result;
    return append(work->excess, json_pack("{s:s, s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:I}", "metric",
                                          metric->name, "baseline", baseline, "subject", subject,
                                          "unit", metric->unit, "excess", interval.median, "ci_low",
                                          interval.low, "ci_high", interval.high, "confidence",
                                          SUMMARY_CONFIDENCE, "n", (json_int_t)pairs));
}

static int compare_with(struct cell_work *work, const struct subject_samples *baseline,
                        const struct metric *metric)
{
    int result = 0;
    for (size_t i = 0; i < work->samples.count && result == 0; i++) {
        const struct subject_samples *subject = &work->samples.subjects[i];
        size_t pairs =
            pair_rounds(&subject->figures[FIGURE_METRIC], &baseline->figures[FIGURE_METRIC],
                        work->values, work->baseline_values);
        if (subject == baseline || pairs == 0)
            continue;
        result = add_ratio(work, baseline->name, subject->name, metric, pairs);
        if (result == 0)
            result = add_excess(work, baseline->name, subject->name, metric, pairs);
    }
    return result;
}

static int summarise_metric(struct cell_work *work, const struct metric *metric)
{
    int result = 0;
    cell_samples_collect(&work->samples, metric);
    for (size_t i = 0; i < work->samples.count && result == 0; i++) {
        const struct subject_samples *subject = &work->samples.subjects[i];
        for (size_t k = 0; result == 0 && k < FIGURES; k++)
            result = summarise_figure(work, subject->name, metric, &subject->figures[k],
                                      summary_percents[k]);
        for (size_t k = FIGURE_PERCENTILES; result == 0 && k < FIGURES; k++)
            result = summarise_pooled(work, subject, metric, k);
    }
    for (size_t i = 0; i < work->samples.count && result == 0; i++) {
        if (baseline_rank(work->samples.subjects[i].name) < BASELINE_NEVER)
            result = compare_with(work, &work->samples.subjects[i], metric);
    }
    return result;
}

static int store(json_t *cell, struct cell_work *work)
{
    int failed = json_object_set(cell, "summary", work->summary);
    failed |= json_object_set(cell, "ratios", work->ratios);
    failed |= json_object_set(cell, "percentiles", work->percentiles);
    failed |= json_object_set(cell, "pooled", work->pooled);
    failed |= json_object_set(cell, "excess", work->excess);
    return failed ? -ENOMEM : 0;
}

static void cell_work_free(struct cell_work *work)
{
    json_decref(work->summary);
    json_decref(work->ratios);
    json_decref(work->percentiles);
    json_decref(work->pooled);
    json_decref(work->excess);
    free(work->values);
    free(work->baseline_values);
    cell_samples_free(&work->samples);
}

static int cell_work_open(struct cell_work *work, const json_t *cell)
{
    size_t room = trials_count(trials_of(cell)) + 1;
    work->values = calloc(room, sizeof *work->values);
    work->baseline_values = calloc(room, sizeof *work->baseline_values);
    work->summary = json_array();
    work->ratios = json_array();
    work->percentiles = json_array();
    work->pooled = json_array();
    work->excess = json_array();
    int result = cell_samples_open(&work->samples, cell);
    bool failed = work->values == NULL || work->baseline_values == NULL || work->summary == NULL ||
                  work->ratios == NULL || work->percentiles == NULL || work->pooled == NULL ||
                  work->excess == NULL;
    return failed ? -ENOMEM : result;
}

static int summarise_cell(json_t *cell, struct cell_work *work, struct verdicts *verdicts)
{
    const struct workload *workload = workload_find(text_of(cell, "workload"));
    int result = cell_work_open(work, cell);
    for (const struct metric *metric = workload->metrics; result == 0 && metric->name != NULL;
         metric++) {
        if (!name_in_list(metric->modes, text_of(cell, "mode")))
            continue;
        result = summarise_metric(work, metric);
        if (result == 0 && metric->main)
            result = verdicts_add_cell(verdicts, cell, &work->samples, metric);
    }
    if (result == 0)
        result = store(cell, work);
    cell_work_free(work);
    return result;
}

int summary_compute(json_t *run, unsigned resamples)
{
    char problem[PROBLEM_BYTES];
    struct verdicts verdicts;
    size_t i;
    json_t *cell;
    int result = trials_pack(run, problem);
    if (result < 0)
        return result;
    verdicts_open(&verdicts, run);
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        struct cell_work work = {
            .seed = (uint64_t)json_integer_value(json_object_get(run, "seed")),
            .resamples = resamples,
        };
        if (result == 0)
            result = summarise_cell(cell, &work, &verdicts);
    }
    if (result == 0)
        result = verdicts_write(&verdicts);
    verdicts_close(&verdicts);
    return result;
}

/* ---- between rounds ---- */

/* With nothing to compare it with, a subject's median has to do. */
static bool is_median_tight(const struct samples *samples)
{
    struct interval interval;
    return samples->count >= VERDICT_ROUNDS &&
           statistics_bootstrap_median(samples->values, samples->count, SUMMARY_CONFIDENCE, 1,
                                       TIGHT_RESAMPLES, &interval) == 0 &&
           interval.high - interval.low <= 2 * SUMMARY_TIGHT_SPREAD * interval.median;
}

static bool are_medians_tight(const struct cell_samples *samples)
{
    bool tight = true;
    for (size_t i = 0; i < samples->count; i++) {
        const struct subject_samples *subject = &samples->subjects[i];
        if (subject->trial_count > 0)
            tight &= is_median_tight(&subject->figures[FIGURE_METRIC]);
    }
    return tight;
}

/* Adds the cell's pairs to `verdicts`. false: it has none, and its medians are not tight. */
static bool look_at_cell(struct verdicts *verdicts, json_t *cell)
{
    const struct metric *metric =
        workload_main_metric(workload_find(text_of(cell, "workload")), text_of(cell, "mode"));
    struct cell_samples samples;
    size_t before = verdicts->count;
    bool settled = cell_samples_open(&samples, cell) == 0 && metric != NULL;
    if (settled) {
        cell_samples_collect(&samples, metric);
        settled = verdicts_add_cell(verdicts, cell, &samples, metric) == 0 &&
                  (verdicts->count > before || are_medians_tight(&samples));
    }
    cell_samples_free(&samples);
    return settled;
}

bool summary_is_settled(json_t *run)
{
    char problem[PROBLEM_BYTES];
    struct verdicts verdicts;
    bool settled = trials_pack(run, problem) == 0;
    size_t i;
    json_t *cell;
    verdicts_open(&verdicts, run);
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        if (settled && trials_count(trials_of(cell)) > 0)
            settled = look_at_cell(&verdicts, cell);
    }
    settled = settled && verdicts_are_tight(&verdicts);
    verdicts_close(&verdicts);
    return settled;
}
