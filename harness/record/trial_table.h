/* The trials of one cell as the analysis reads them: a row for each trial, and a column of numbers
 * for each figure. What a result file has beyond that (samples, usage, the generator's report) is
 * in trials.jsonl alone. */
#ifndef HARNESS_RECORD_TRIAL_TABLE_H
#define HARNESS_RECORD_TRIAL_TABLE_H

#include "harness/contract/workload.h"
#include "harness/record/trial.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The percentiles that are kept of a histogram: 50, 90, 99, 99.9, 99.99, 100. */
enum { PERCENTILES = 6 };
extern const double percentiles[PERCENTILES];

/* Far more than any run has: what exceeds them is no run, and may not take all memory. */
enum { TABLE_COUNTERS_MAX = 64, TABLE_SUBJECTS_MAX = 256 };

struct trial_row {
    uint32_t round, order, subject;
    /* Of trials.jsonl, from 1; 0: not from a file. */
    uint32_t line;
    uint8_t attempt;
    bool valid;
    /* The generator was the bound. */
    bool bound;
    /* "" when it is valid. The table's. */
    const char *why_invalid;
    /* Of the subject's process in the measured region; NAN: not known. */
    double wall_ns, involuntary_switches;
};

struct counter_column {
    char name[FIGURE_NAME_BYTES];
    /* A value for each row; NAN: that trial has none. */
    double *values;
};

/* All valid trials of one subject together, one histogram. */
struct pooled_histogram {
    /* That have one; 0: none. */
    uint64_t trials;
    /* Values in all of them, and their sum, which stops at INT64_MAX. */
    uint64_t count, sum_ns;
    /* NAN: fewer than 10 values above it. */
    double percentiles_ns[PERCENTILES];
};

struct merged_histogram;

/* All zeros is an empty one, but for `workload`. */
struct trial_table {
    const struct workload *workload;
    const char *mode;
    struct trial_row *rows;
    size_t count, capacity;
    /* By the metric's place in workload->metrics: a value for each row; NULL: no trial has that
     * metric. */
    double *metrics[METRICS_MAX];
    /* The same of a histogram's percentiles: that of row i is at [PERCENTILES * i + percentile]. */
    double *percentiles_ns[METRICS_MAX];
    struct counter_column counters[TABLE_COUNTERS_MAX];
    size_t counter_count;
    /* By metric and subject. Internal. */
    struct merged_histogram **merged[METRICS_MAX];
    /* Trials are alike: which metric the k-th figure, and the k-th histogram, of the last one was.
     * Internal. */
    uint8_t metric_order[METRICS_MAX], histogram_order[METRICS_MAX];
    /* What it takes, about. */
    size_t bytes;
};

void trial_table_open(struct trial_table *, const struct workload *, const char *mode);
void trial_table_free(struct trial_table *);

/* Adds a row for the trial. 0; -ENOMEM; or -EINVAL with the rest of a sentence that begins with its
 * place, when a name is no metric of the mode or there are too many: "metrics.foo: no metric of
 * accept in mode drain". */
int trial_table_add(struct trial_table *, const struct trial *, uint32_t line, char *problem);

/* Over all rows that are valid. false: no valid trial of the subject has that histogram. */
bool trial_table_pooled(const struct trial_table *, size_t metric, size_t subject,
                        struct pooled_histogram *);

/* NULL: no trial has that counter. */
const double *trial_table_counter(const struct trial_table *, const char *name);

/* 0; -ENOMEM; or -EEXIST when a trial is in it twice, or a subject has two valid trials in one
 * round, which would make intervals narrower than what was measured does. *first and *second are
 * the rows then. */
int trial_table_check(const struct trial_table *, size_t *first, size_t *second);

#endif
