/* The figures of a cell's valid trials, by subject and round. */
#ifndef HARNESS_ANALYSIS_SAMPLES_H
#define HARNESS_ANALYSIS_SAMPLES_H

#include "harness/record/trial_table.h"

#include <stddef.h>
#include <stdint.h>

/* A metric itself, and the percentiles of its histogram. */
enum { FIGURE_METRIC, FIGURE_PERCENTILES, FIGURES = FIGURE_PERCENTILES + PERCENTILES };

/* One figure of one subject, one value for each round that has it, by rising round. */
struct samples {
    size_t count;
    /* Trials among them whose bound was the generator. */
    unsigned bound;
    uint32_t *rounds;
    double *values;
};

/* One subject in one cell. */
struct subject_samples {
    /* The valid trial of each round, by rising round: places in the table's rows. */
    size_t *trials;
    size_t trial_count;
    /* Of the metric that was collected last. */
    struct samples figures[FIGURES];
};

struct cell_samples {
    const struct trial_table *table;
    /* By the subject's place in the run. */
    struct subject_samples *subjects;
    size_t count;
};

/* Sorts the valid trials of a cell by subject and round; subjects from 0 to `subject_count` - 1. 0
 * or -ENOMEM; free it in any case. The table outlives it. */
int cell_samples_open(struct cell_samples *, const struct trial_table *, size_t subject_count);
void cell_samples_free(struct cell_samples *);

/* Collects one metric of every subject, by its place in workload->metrics. A percentile that not
 * every trial resolves has no samples: the trials that do would be the busier ones. Together the
 * rounds may still resolve it. */
void cell_samples_collect(struct cell_samples *, size_t metric);

/* The values of the rounds that both have: entry i of both is of one round. Room for as many as the
 * smaller of the two has. Returns how many. */
size_t samples_pair(const struct samples *, const struct samples *other, double *values,
                    double *other_values);

/* In more than this share of either subject's trials the generator was the bound, and the metric
 * depends on it: nothing is said of the pair. That share of wrong values moves the estimate by 0.09
 * deviations of a log ratio at most, as it would Hodges and Lehmann's (whose influence function is
 * bounded by sqrt(pi)), 1.2 % when they scatter by 13 %: less than half the usual minimum effect.
 */
#define VERDICT_BOUND_SHARE 0.05

/* Whether so many trials, of `count`, in which the generator was the bound leave nothing to judge
 * by. */
bool verdicts_are_bound(const struct metric *, unsigned bound, size_t count);

#endif
