#include "harness/summary.h"

#include "harness/measure/histogram.h"
#include "harness/measure/statistics.h"
#include "harness/parameters.h"
#include "harness/workload.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_TO_SETTLE 10

static const double percents[] = {50, 90, 99, 99.9, 99.99, 100};

/* One figure of one valid trial. */
struct sample {
    json_int_t round;
    size_t position; /* of the trial in the file: a repeated trial comes later and counts */
    double value;
    bool bound; /* the generator was the bound in this trial */
};

/* Where the figures of one cell come from and go to. */
struct cell_work {
    const json_t *trials;
    const struct workload *workload;
    const json_t *subjects; /* of the run */
    uint64_t seed;
    unsigned resamples;
    struct sample *samples, *baseline; /* room for every trial of the cell each */
    double *values, *baseline_values;
    json_t *summary, *ratios, *percentiles;
};

/* What to take from a trial: a metric, or with percent >= 0 that percentile of a histogram. */
struct figure {
    const struct metric *metric;
    double percent;
};

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static int by_round(const void *a, const void *b)
{
    const struct sample *left = a, *right = b;
    if (left->round != right->round)
        return left->round < right->round ? -1 : 1;
    return (left->position > right->position) - (left->position < right->position);
}

/* false when this trial does not have the figure. */
static bool figure_of_trial(const json_t *trial, const struct figure *figure, double *value)
{
    const char *name = figure->metric->name;
    if (figure->percent < 0) {
        const json_t *metric = json_object_get(json_object_get(trial, "metrics"), name);
        *value = json_number_value(metric);
        return json_is_number(metric);
    }
    struct histogram histogram;
    const json_t *stored = json_object_get(json_object_get(trial, "histograms"), name);
    uint64_t value_ns;
    if (stored == NULL || histogram_from_json(&histogram, stored) < 0 ||
        !histogram_percentile(&histogram, figure->percent, &value_ns))
        return false;
    *value = (double)value_ns;
    return true;
}

/* The figures of one subject's valid trials, ordered by round, one for each. A percentile that not
 * every trial resolves is none: the trials that do would be the busier ones. */
static size_t collect(const struct cell_work *work, const char *subject,
                      const struct figure *figure, struct sample *samples)
{
    size_t count = 0, i;
    const json_t *trial;
    json_array_foreach(work->trials, i, trial)
    {
        if (!json_is_true(json_object_get(trial, "valid")) ||
            strcmp(text_of(trial, "subject"), subject) != 0)
            continue;
        double value;
        if (!figure_of_trial(trial, figure, &value)) {
            if (figure->percent >= 0)
                return 0;
            continue;
        }
        const json_t *generator = json_object_get(trial, "generator");
        samples[count++] = (struct sample){
            .round = json_integer_value(json_object_get(trial, "round")),
            .position = i,
            .value = value,
            .bound = json_is_true(json_object_get(generator, "bound")),
        };
    }
    qsort(samples, count, sizeof *samples, by_round);
    size_t kept = 0;
    for (i = 0; i < count; i++) {
        if (kept > 0 && samples[kept - 1].round == samples[i].round)
            kept--;
        samples[kept++] = samples[i];
    }
    return kept;
}

static unsigned count_bound(const struct metric *metric, const struct sample *samples, size_t count)
{
    unsigned bound = 0;
    for (size_t i = 0; i < count && metric->generator_dependent; i++)
        bound += samples[i].bound;
    return bound;
}

static int append(json_t *array, json_t *entry)
{
    return entry != NULL && json_array_append_new(array, entry) == 0 ? 0 : -ENOMEM;
}

static int summarise_figure(struct cell_work *work, const char *subject,
                            const struct figure *figure)
{
    size_t count = collect(work, subject, figure, work->samples);
    if (count == 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        work->values[i] = work->samples[i].value;
    struct interval interval;
    int result = statistics_bootstrap_median(work->values, count, SUMMARY_CONFIDENCE, work->seed,
                                             work->resamples, &interval);
    if (result < 0)
        return result;
    if (!isfinite(interval.low) || !isfinite(interval.high))
        return -ERANGE;
    const struct metric *metric = figure->metric;
    json_t *entry = json_pack("{s:s, s:s, s:s, s:s, s:I, s:f, s:f, s:f, s:f, s:i}", "subject",
                              subject, "metric", metric->name, "unit", metric->unit, "better",
                              metric->lower_is_better ? "lower" : "higher", "n", (json_int_t)count,
                              "median", interval.median, "ci_low", interval.low, "ci_high",
                              interval.high, "confidence", SUMMARY_CONFIDENCE, "bound_trials",
                              (int)count_bound(metric, work->samples, count));
    if (figure->percent < 0)
        return append(work->summary, entry);
    if (json_object_set_new(entry, "percent", json_real(figure->percent)) < 0) {
        json_decref(entry);
        return -ENOMEM;
    }
    return append(work->percentiles, entry);
}

/* Keeps the rounds that both have, as pairs in work->values and work->baseline_values. */
static size_t pair_rounds(struct cell_work *work, size_t count, size_t baseline_count)
{
    size_t pairs = 0;
    for (size_t i = 0, j = 0; i < count && j < baseline_count;) {
        if (work->samples[i].round < work->baseline[j].round) {
            i++;
        } else if (work->samples[i].round > work->baseline[j].round) {
            j++;
        } else {
            work->values[pairs] = work->samples[i++].value;
            work->baseline_values[pairs++] = work->baseline[j++].value;
        }
    }
    return pairs;
}

static int compare_with(struct cell_work *work, const char *baseline, const char *subject,
                        const struct figure *figure)
{
    size_t count = collect(work, subject, figure, work->samples);
    size_t baseline_count = collect(work, baseline, figure, work->baseline);
    size_t pairs = pair_rounds(work, count, baseline_count);
    struct interval interval;
    /* -EINVAL: no round in common, or a value that has no logarithm. There is no ratio then. */
    if (pairs == 0 ||
        statistics_bootstrap_ratio(work->values, work->baseline_values, pairs, SUMMARY_CONFIDENCE,
                                   work->seed, work->resamples, &interval) < 0)
        return 0;
    if (!isfinite(interval.low) || !isfinite(interval.high))
        return 0;
    return append(work->ratios,
                  json_pack("{s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:I}", "metric",
                            figure->metric->name, "baseline", baseline, "subject", subject, "ratio",
                            interval.median, "ci_low", interval.low, "ci_high", interval.high,
                            "confidence", SUMMARY_CONFIDENCE, "n", (json_int_t)pairs));
}

static bool is_baseline(const char *subject)
{
    return strncmp(subject, "floor:", 6) == 0 || strcmp(subject, "epoll") == 0;
}

static int compare_all(struct cell_work *work, const struct figure *figure)
{
    size_t i, j;
    const json_t *baseline, *subject;
    json_array_foreach(work->subjects, i, baseline)
    {
        if (!is_baseline(text_of(baseline, "name")))
            continue;
        json_array_foreach(work->subjects, j, subject)
        {
            if (i == j)
                continue;
            int result =
                compare_with(work, text_of(baseline, "name"), text_of(subject, "name"), figure);
            if (result < 0)
                return result;
        }
    }
    return 0;
}

static int summarise_metric(struct cell_work *work, const struct metric *metric)
{
    size_t i;
    const json_t *subject;
    json_array_foreach(work->subjects, i, subject)
    {
        const char *name = text_of(subject, "name");
        int result = summarise_figure(work, name, &(struct figure){metric, -1});
        for (size_t k = 0; result == 0 && k < sizeof percents / sizeof percents[0]; k++)
            result = summarise_figure(work, name, &(struct figure){metric, percents[k]});
        if (result < 0)
            return result;
    }
    return compare_all(work, &(struct figure){metric, -1});
}

static int store(json_t *cell, struct cell_work *work)
{
    int failed = json_object_set(cell, "summary", work->summary);
    failed |= json_object_set(cell, "ratios", work->ratios);
    failed |= json_object_set(cell, "percentiles", work->percentiles);
    failed |= json_object_set_new(cell, "verdicts", json_array());
    return failed ? -ENOMEM : 0;
}

static int summarise_cell(json_t *cell, struct cell_work *work)
{
    size_t room = json_array_size(work->trials) + 1;
    work->samples = calloc(room, sizeof *work->samples);
    work->baseline = calloc(room, sizeof *work->baseline);
    work->values = calloc(room, sizeof *work->values);
    work->baseline_values = calloc(room, sizeof *work->baseline_values);
    work->summary = json_array();
    work->ratios = json_array();
    work->percentiles = json_array();

    int result = -ENOMEM;
    if (work->samples != NULL && work->baseline != NULL && work->values != NULL &&
        work->baseline_values != NULL && work->summary != NULL && work->ratios != NULL &&
        work->percentiles != NULL)
        result = 0;
    for (const struct metric *metric = work->workload->metrics; result == 0 && metric->name != NULL;
         metric++) {
        if (name_in_list(metric->modes, text_of(cell, "mode")))
            result = summarise_metric(work, metric);
    }
    if (result == 0)
        result = store(cell, work);

    json_decref(work->summary);
    json_decref(work->ratios);
    json_decref(work->percentiles);
    free(work->samples);
    free(work->baseline);
    free(work->values);
    free(work->baseline_values);
    return result;
}

int summary_compute(json_t *run, unsigned resamples)
{
    size_t i;
    json_t *cell;
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        struct cell_work work = {
            .trials = json_object_get(cell, "trials"),
            .workload = workload_find(text_of(cell, "workload")),
            .subjects = json_object_get(run, "subjects"),
            .seed = (uint64_t)json_integer_value(json_object_get(run, "seed")),
            .resamples = resamples,
        };
        int result = summarise_cell(cell, &work);
        if (result < 0)
            return result;
    }
    return 0;
}

double summary_spread(const json_t *cell, const char *main_metric)
{
    double widest = -1;
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, "summary"), i, entry)
    {
        if (strcmp(text_of(entry, "metric"), main_metric) != 0)
            continue;
        double median = json_number_value(json_object_get(entry, "median"));
        if (json_integer_value(json_object_get(entry, "n")) < ROUNDS_TO_SETTLE || !(median > 0))
            return INFINITY;
        double width = json_number_value(json_object_get(entry, "ci_high")) -
                       json_number_value(json_object_get(entry, "ci_low"));
        widest = fmax(widest, width / 2 / median);
    }
    return widest < 0 ? INFINITY : widest;
}
