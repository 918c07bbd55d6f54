/* The figures of a cell's valid trials, by subject and round. Internal to summary*.c. */
#ifndef HARNESS_ANALYSIS_SAMPLES_H
#define HARNESS_ANALYSIS_SAMPLES_H

#include "harness/record/trials.h"
#include "harness/contract/workload.h"

/* A metric itself, and those percentiles of its histogram. */
enum { FIGURE_METRIC, FIGURE_PERCENTILES, FIGURES = FIGURE_PERCENTILES + TRIALS_PERCENTS };
extern const double summary_percents[FIGURES]; /* entry FIGURE_METRIC means nothing */

/* One figure of one subject, one value for each round that has it, by rising round. */
struct samples {
    size_t count;
    unsigned bound; /* trials among them whose bound was the generator */
    json_int_t *rounds;
    double *values;
};

/* A percentile of all rounds together. */
struct pooled {
    bool known;
    double value;
};

/* One subject in one cell. */
struct subject_samples {
    const char *name;
    size_t *trials; /* the valid one of each round, by rising round; places in trials_list() */
    size_t trial_count;
    struct samples figures[FIGURES]; /* of the metric that was collected last */
    struct pooled pooled[FIGURES];
    size_t pooled_rounds;   /* with a histogram */
    uint64_t pooled_values; /* in all of them */
};

struct cell_samples {
    const struct trials *trials; /* the cell's */
    struct subject_samples *subjects;
    size_t count;
};

/* Sorts the valid trials of a cell (trials_of) by subject, in the order of the run's list, and
 * round. 0 or -ENOMEM; free it in any case. Names stay the cell's. */
int cell_samples_open(struct cell_samples *, const json_t *cell);
void cell_samples_free(struct cell_samples *);

/* Collects one metric of every subject. A percentile that not every trial resolves has no samples:
 * the trials that do would be the busier ones. Together the rounds may still resolve it. */
void cell_samples_collect(struct cell_samples *, const struct metric *);

#endif
