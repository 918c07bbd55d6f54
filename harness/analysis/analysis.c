#include "harness/analysis/analysis.h"

#include "harness/analysis/baseline.h"
#include "harness/analysis/looks.h"
#include "harness/analysis/samples.h"
#include "harness/analysis/verdicts.h"
#include "harness/contract/parameters.h"
#include "harness/stats/effect.h"
#include "harness/stats/statistics.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Enough to decide whether to go on, from so many rounds on. */
#define TIGHT_RESAMPLES 1000u
#define TIGHT_ROUNDS 10

#define EXCESS_BASELINE "floor:nanosleep"
/* What these names begin with. */
#define EXCESS_METRICS "lateness_"

/* Where the figures of one cell come from and go to. */
struct cell_work {
    const struct run *run;
    const struct run_cell *cell;
    const struct metric *metrics;
    struct cell_summary *summary;
    struct cell_samples samples;
    unsigned resamples;
    /* Pairs; room for every trial of the cell each. */
    double *values, *baseline_values;
};

/* ---- medians ---- */

static int summarise_figure(const struct cell_work *work, const struct metric *metric,
                            const struct samples *samples, struct median *median)
{
    struct interval interval;
    if (samples->count == 0)
        return 0;
    int r = statistics_bootstrap_median(samples->values, samples->count, ANALYSIS_CONFIDENCE,
                                        work->run->seed, work->resamples, &interval);
    if (r < 0)
        return r;
    if (!isfinite(interval.low) || !isfinite(interval.high))
        return -ERANGE;
    *median = (struct median){
        .n = samples->count,
        .median = interval.median,
        .low = interval.low,
        .high = interval.high,
        .bound = metric->generator_dependent ? samples->bound : 0,
    };
    return 0;
}

/* All rounds as one histogram: what resolves a percentile that single trials are too short for. */
static void summarise_pooled(const struct cell_work *work, size_t metric, size_t subject)
{
    struct pooled_histogram pooled;
    struct cell_summary *summary = work->summary;
    if (!trial_table_pooled(&work->cell->trials, metric, subject, &pooled))
        return;
    for (size_t p = 0; p < PERCENTILES; p++) {
        summary->pooled[metric][p * summary->subject_count + subject] = (struct pooled){
            .known = !isnan(pooled.percentiles_ns[p]),
            .value = pooled.percentiles_ns[p],
            .rounds = pooled.trials,
            .values = pooled.count,
        };
    }
}

static int summarise_histogram(const struct cell_work *work, size_t metric)
{
    struct cell_summary *summary = work->summary;
    size_t subjects = summary->subject_count;
    int r = 0;
    if (work->cell->trials.percentiles_ns[metric] == NULL)
        return 0;
    summary->percentiles[metric] = calloc(PERCENTILES * subjects + 1, sizeof(struct median));
    summary->pooled[metric] = calloc(PERCENTILES * subjects + 1, sizeof(struct pooled));
    if (summary->percentiles[metric] == NULL || summary->pooled[metric] == NULL)
        return -ENOMEM;
    for (size_t s = 0; s < subjects && r == 0; s++) {
        const struct samples *figures = work->samples.subjects[s].figures;
        for (size_t p = 0; p < PERCENTILES && r == 0; p++)
            r = summarise_figure(work, &work->metrics[metric], &figures[FIGURE_PERCENTILES + p],
                                 &summary->percentiles[metric][p * subjects + s]);
        summarise_pooled(work, metric, s);
    }
    return r;
}

/* ---- ratios and differences ---- */

static int add_paired(struct paired_list *list, const struct paired *paired)
{
    if (list->count == list->room) {
        size_t room = list->room > 0 ? 2 * list->room : 32;
        struct paired *larger = realloc(list->list, room * sizeof *larger);
        if (larger == NULL)
            return -ENOMEM;
        list->list = larger;
        list->room = room;
    }
    list->list[list->count++] = *paired;
    return 0;
}

static int add_ratio(struct cell_work *work, struct paired *paired)
{
    struct effect effect;
    int r = effect_compare(work->values, work->baseline_values, paired->n, ANALYSIS_CONFIDENCE,
                           &effect);
    /* A value that has no logarithm, or one too far out: there is no ratio then. */
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    paired->value = effect.ratio;
    paired->low = effect.low;
    paired->high = effect.high;
    paired->confidence =
        effect.confidence >= ANALYSIS_CONFIDENCE - 1e-6 ? ANALYSIS_CONFIDENCE : effect.confidence;
    return add_paired(&work->summary->ratios, paired);
}

/* Lateness adds up: what a subject adds to what the kernel does by itself is a difference. */
static int add_excess(struct cell_work *work, struct paired *paired)
{
    struct interval interval;
    if (strcmp(work->run->subjects[paired->baseline].name, EXCESS_BASELINE) != 0 ||
        strncmp(work->metrics[paired->metric].name, EXCESS_METRICS, strlen(EXCESS_METRICS)) != 0)
        return 0;
    int r = statistics_bootstrap_difference(work->values, work->baseline_values, paired->n,
                                            ANALYSIS_CONFIDENCE, work->run->seed, work->resamples,
                                            &interval);
    if (r < 0)
        return r == -EINVAL ? 0 : r;
    paired->value = interval.median;
    paired->low = interval.low;
    paired->high = interval.high;
    paired->confidence = ANALYSIS_CONFIDENCE;
    return add_paired(&work->summary->excess, paired);
}

static int compare_with(struct cell_work *work, size_t baseline, size_t metric)
{
    const struct samples *others = &work->samples.subjects[baseline].figures[FIGURE_METRIC];
    int r = 0;
    for (size_t s = 0; s < work->samples.count && r == 0; s++) {
        struct paired paired = {.metric = metric, .baseline = baseline, .subject = s};
        paired.n = samples_pair(&work->samples.subjects[s].figures[FIGURE_METRIC], others,
                                work->values, work->baseline_values);
        if (s == baseline || paired.n == 0)
            continue;
        r = add_ratio(work, &paired);
        if (r == 0)
            r = add_excess(work, &paired);
    }
    return r;
}

/* ---- one cell ---- */

static int summarise_metric(struct cell_work *work, size_t metric)
{
    struct cell_summary *summary = work->summary;
    int r = 0;
    cell_samples_collect(&work->samples, metric);
    for (size_t s = 0; s < work->samples.count && r == 0; s++)
        r = summarise_figure(work, &work->metrics[metric],
                             &work->samples.subjects[s].figures[FIGURE_METRIC],
                             &summary->medians[metric * summary->subject_count + s]);
    if (r == 0)
        r = summarise_histogram(work, metric);
    for (size_t s = 0; s < work->samples.count && r == 0; s++) {
        if (baseline_is_kept(work->run->subjects[s].name) || s == summary->baseline)
            r = compare_with(work, s, metric);
    }
    return r;
}

/* The main metric comes first: it says which subject is the baseline. */
static int add_pairs(struct cell_work *work, const char *baseline)
{
    const struct cell *cell = &work->cell->cell;
    const struct metric *main_metric = workload_main_metric(cell->workload, cell->mode);
    work->summary->baseline = SUBJECT_NONE;
    if (main_metric == NULL)
        return 0;
    size_t metric = workload_metric_index(cell->workload, main_metric);
    cell_samples_collect(&work->samples, metric);
    return verdicts_add_cell(work->summary, work->run, work->cell, &work->samples, metric,
                             baseline);
}

static int summarise_cell(struct cell_work *work, const char *baseline)
{
    const struct cell *cell = &work->cell->cell;
    struct cell_summary *summary = work->summary;
    size_t room = work->cell->trials.count + 1;
    const struct metric *metric;
    for (metric = work->metrics; metric->name != NULL; metric++)
        summary->metric_count++;
    summary->subject_count = work->run->subject_count;
    summary->medians =
        calloc(summary->metric_count * summary->subject_count + 1, sizeof(struct median));
    work->values = calloc(room, sizeof *work->values);
    work->baseline_values = calloc(room, sizeof *work->baseline_values);
    int r = cell_samples_open(&work->samples, &work->cell->trials, work->run->subject_count);
    if (summary->medians == NULL || work->values == NULL || work->baseline_values == NULL)
        r = -ENOMEM;
    if (r == 0)
        r = add_pairs(work, baseline);
    for (metric = workload_next_metric(cell->workload, cell->mode, NULL); metric != NULL && r == 0;
         metric = workload_next_metric(cell->workload, cell->mode, metric))
        r = summarise_metric(work, workload_metric_index(cell->workload, metric));
    free(work->values);
    free(work->baseline_values);
    cell_samples_free(&work->samples);
    return r;
}

/* ---- the run ---- */

static int decide(struct analysis *analysis)
{
    struct looks *looks = NULL;
    bool looked;
    int r = looks_open(&looks, analysis->run);
    if (r == 0)
        r = looks_advance(looks, run_ended_as_asked(analysis->run) ? LOOKS_END : LOOKS_NOW,
                          &looked);
    if (r == 0)
        r = verdicts_decide(analysis->cells, analysis->run, looks, analysis->minimum_effect);
    if (r == 0)
        analysis->tests = looks_tests(looks);
    looks_close(looks);
    return r;
}

int analysis_open(struct analysis *analysis, const struct run *run,
                  const struct analysis_request *request)
{
    *analysis = (struct analysis){
        .run = run,
        .minimum_effect =
            request->minimum_effect > 0 ? request->minimum_effect : run->minimum_effect,
        .baseline = request->baseline != NULL ? request->baseline : run->baseline,
        .cells = calloc(run->cell_count + 1, sizeof *analysis->cells),
    };
    int r = analysis->cells != NULL ? 0 : -ENOMEM;
    for (size_t i = 0; i < run->cell_count && r == 0; i++) {
        struct cell_work work = {
            .run = run,
            .cell = &run->cells[i],
            .metrics = run->cells[i].cell.workload->metrics,
            .summary = &analysis->cells[i],
            .resamples = request->resamples,
        };
        r = summarise_cell(&work, analysis->baseline);
    }
    return r == 0 ? decide(analysis) : r;
}

void analysis_close(struct analysis *analysis)
{
    for (size_t i = 0; analysis->cells != NULL && i < analysis->run->cell_count; i++)
        cell_summary_free(&analysis->cells[i]);
    free(analysis->cells);
    *analysis = (struct analysis){0};
}

/* ---- between rounds ---- */

static bool is_median_tight(const struct samples *samples)
{
    struct interval interval;
    return samples->count >= TIGHT_ROUNDS &&
           statistics_bootstrap_median(samples->values, samples->count, ANALYSIS_CONFIDENCE, 1,
                                       TIGHT_RESAMPLES, &interval) == 0 &&
           interval.high - interval.low <= 2 * ANALYSIS_TIGHT_SPREAD * interval.median;
}

bool analysis_medians_are_tight(const struct run *run, size_t cell)
{
    const struct run_cell *of = &run->cells[cell];
    const struct metric *metric = workload_main_metric(of->cell.workload, of->cell.mode);
    struct cell_samples samples;
    if (metric == NULL)
        return false;
    bool tight = cell_samples_open(&samples, &of->trials, run->subject_count) == 0;
    if (tight)
        cell_samples_collect(&samples, workload_metric_index(of->cell.workload, metric));
    for (size_t i = 0; tight && i < samples.count; i++) {
        if (samples.subjects[i].trial_count > 0)
            tight = is_median_tight(&samples.subjects[i].figures[FIGURE_METRIC]);
    }
    cell_samples_free(&samples);
    return tight;
}
