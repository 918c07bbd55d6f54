/* Finding what was computed: by place, never by name. */
#include "harness/analysis/analysis.h"

#include "harness/contract/parameters.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static size_t place_of(const struct analysis *analysis, size_t cell, const struct metric *metric)
{
    return workload_metric_index(analysis->run->cells[cell].cell.workload, metric);
}

const struct median *analysis_median(const struct analysis *analysis, size_t cell,
                                     const struct metric *metric, size_t subject)
{
    const struct cell_summary *summary = &analysis->cells[cell];
    const struct median *median =
        &summary->medians[place_of(analysis, cell, metric) * summary->subject_count + subject];
    return median->n > 0 ? median : NULL;
}

const struct median *analysis_percentile(const struct analysis *analysis, size_t cell,
                                         const struct metric *metric, size_t percentile,
                                         size_t subject)
{
    const struct cell_summary *summary = &analysis->cells[cell];
    const struct median *all = summary->percentiles[place_of(analysis, cell, metric)];
    const struct median *median =
        all != NULL ? &all[percentile * summary->subject_count + subject] : NULL;
    return median != NULL && median->n > 0 ? median : NULL;
}

bool analysis_pooled(const struct analysis *analysis, size_t cell, const struct metric *metric,
                     size_t percentile, size_t subject, double *value)
{
    const struct cell_summary *summary = &analysis->cells[cell];
    const struct pooled *all = summary->pooled[place_of(analysis, cell, metric)];
    if (all == NULL || !all[percentile * summary->subject_count + subject].known)
        return false;
    *value = all[percentile * summary->subject_count + subject].value;
    return true;
}

bool analysis_percentile_value(const struct analysis *analysis, size_t cell,
                               const struct metric *metric, size_t percentile, size_t subject,
                               double *value, bool *pooled)
{
    const struct median *median = analysis_percentile(analysis, cell, metric, percentile, subject);
    *pooled = median == NULL;
    if (median != NULL)
        *value = median->median;
    return median != NULL || analysis_pooled(analysis, cell, metric, percentile, subject, value);
}

static const struct paired *find_paired(const struct paired_list *list, size_t metric,
                                        size_t baseline, size_t subject)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct paired *one = &list->list[i];
        if (one->metric == metric && one->subject == subject &&
            (baseline == SUBJECT_NONE || one->baseline == baseline))
            return one;
    }
    return NULL;
}

const struct paired *analysis_ratio(const struct analysis *analysis, size_t cell,
                                    const struct metric *metric, size_t baseline, size_t subject)
{
    if (baseline == SUBJECT_NONE)
        return NULL;
    return find_paired(&analysis->cells[cell].ratios, place_of(analysis, cell, metric), baseline,
                       subject);
}

const struct paired *analysis_excess(const struct analysis *analysis, size_t cell,
                                     const struct metric *metric, size_t subject)
{
    return find_paired(&analysis->cells[cell].excess, place_of(analysis, cell, metric),
                       SUBJECT_NONE, subject);
}

bool analysis_has_figures(const struct analysis *analysis, size_t cell)
{
    const struct cell_summary *summary = &analysis->cells[cell];
    for (size_t i = 0; i < summary->metric_count * summary->subject_count; i++) {
        if (summary->medians[i].n > 0)
            return true;
    }
    return false;
}

unsigned analysis_bound_trials(const struct analysis *analysis, size_t cell,
                               const struct metric *metric, unsigned *trials)
{
    const struct cell_summary *summary = &analysis->cells[cell];
    unsigned bound = 0;
    *trials = 0;
    for (size_t s = 0; s < summary->subject_count; s++) {
        const struct median *figures[] = {analysis_median(analysis, cell, metric, s),
                                          analysis_percentile(analysis, cell, metric, 0, s)};
        for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
            if (figures[i] == NULL)
                continue;
            bound += figures[i]->bound;
            *trials += (unsigned)figures[i]->n;
        }
    }
    return bound;
}

double early_timers(const struct run_cell *cell, size_t subject)
{
    const struct workload *workload = cell->cell.workload;
    const struct metric *early = workload_metric(workload, cell->cell.mode, "early");
    const double *values =
        early != NULL ? cell->trials.metrics[workload_metric_index(workload, early)] : NULL;
    double sum = 0;
    for (size_t i = 0; values != NULL && i < cell->trials.count; i++) {
        bool counts = subject == SUBJECT_NONE || cell->trials.rows[i].subject == subject;
        if (counts && !isnan(values[i]))
            sum += values[i];
    }
    return sum;
}

double analysis_early(const struct analysis *analysis, size_t cell, size_t subject)
{
    return early_timers(&analysis->run->cells[cell], subject);
}

/* ---- verdicts ---- */

static enum verdict_word other_side(enum verdict_word word)
{
    return word == VERDICT_FASTER ? VERDICT_SLOWER : word == VERDICT_SLOWER ? VERDICT_FASTER : word;
}

static const struct verdict_pair *pair_of(const struct analysis *analysis, size_t cell, size_t one,
                                          size_t other)
{
    const struct cell_summary *summary = &analysis->cells[cell];
    if (one == SUBJECT_NONE || other == SUBJECT_NONE || summary->pair_at == NULL)
        return NULL;
    uint32_t place = summary->pair_at[one * summary->subject_count + other];
    return place > 0 ? &summary->verdicts[place - 1] : NULL;
}

bool analysis_compare(const struct analysis *analysis, size_t cell, size_t subject, size_t against,
                      struct comparison *comparison)
{
    const struct verdict_pair *pair = pair_of(analysis, cell, subject, against);
    if (pair == NULL)
        return false;
    *comparison = (struct comparison){
        .word = pair->word,
        .has_ratio = pair->compared && pair->ratio > 0,
        .bounded = pair->compared && pair->bounded,
        .ratio = pair->ratio,
        .low = pair->low,
        .high = pair->high,
        .n = pair->n,
        .tested = pair->tested,
        .p_adjusted = pair->p_adjusted,
        .rounds = pair->rounds,
        .rounds_likely = pair->rounds_likely,
        .why = pair->why,
    };
    if (pair->subject == subject)
        return true;
    comparison->word = other_side(pair->word);
    if (!comparison->has_ratio)
        return true;
    comparison->ratio = 1 / pair->ratio;
    comparison->low = pair->bounded ? 1 / pair->high : 0;
    comparison->high = pair->bounded ? 1 / pair->low : INFINITY;
    return true;
}

bool analysis_takes_part(const struct analysis *analysis, size_t cell, size_t subject)
{
    const struct cell_summary *summary = &analysis->cells[cell];
    for (size_t other = 0; summary->pair_at != NULL && other < summary->subject_count; other++) {
        if (summary->pair_at[subject * summary->subject_count + other] > 0)
            return true;
    }
    return false;
}

static int by_value(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

int analysis_totals(const struct analysis *analysis, struct verdict_totals *totals)
{
    size_t pairs = 0, open = 0;
    *totals = (struct verdict_totals){0};
    for (size_t i = 0; i < analysis->run->cell_count; i++)
        pairs += analysis->cells[i].verdict_count;
    uint64_t *rounds = calloc(pairs + 1, sizeof *rounds);
    if (rounds == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < analysis->run->cell_count; i++) {
        for (size_t k = 0; k < analysis->cells[i].verdict_count; k++) {
            const struct verdict_pair *pair = &analysis->cells[i].verdicts[k];
            totals->words[pair->word]++;
            totals->most_rounds = pair->n > totals->most_rounds ? pair->n : totals->most_rounds;
            if (pair->word == VERDICT_INCONCLUSIVE)
                rounds[open++] = pair->rounds;
        }
    }
    totals->pairs = pairs;
    qsort(rounds, open, sizeof *rounds, by_value);
    totals->middle_rounds = open > 0 ? rounds[open / 2] : 0;
    free(rounds);
    return 0;
}
