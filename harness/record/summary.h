/* What is computed of a cell's trials: plain numbers in tables by metric and subject, so that
 * whoever shows one finds it by its place. analysis/ fills it, record/ writes it.
 *
 * A metric is meant by its place in workload->metrics, a subject by its place in the run's list. */
#ifndef HARNESS_RECORD_SUMMARY_H
#define HARNESS_RECORD_SUMMARY_H

#include "harness/record/trial_table.h"
#include "harness/stats/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUBJECT_NONE SIZE_MAX

/* Over the rounds, with its bootstrap interval. */
struct median {
    /* Rounds; 0: there is no such figure. */
    size_t n;
    double median, low, high;
    /* Trials among them whose bound was the generator; 0 where the metric does not depend on it. */
    unsigned bound;
};

/* A percentile of all rounds together. */
struct pooled {
    bool known;
    double value;
    /* Rounds with a histogram, and values in all of them. */
    uint64_t rounds, values;
};

/* Subject over baseline, or (excess) subject minus baseline, paired within rounds. */
struct paired {
    size_t metric, baseline, subject;
    double value, low, high, confidence;
    size_t n;
};

struct paired_list {
    struct paired *list;
    size_t count, room;
};

/* One pair of subjects on the main metric: every pair once. */
struct verdict_pair {
    size_t metric, baseline, subject;
    /* ratio, low, high, p and confidence are there. */
    bool compared;
    /* low and high are an interval. false: there are too few rounds for any; low is 0 then, and
     * high INFINITY. */
    bool bounded;
    double ratio, low, high, confidence, p;
    /* It is one of the tests that p was adjusted for. */
    bool tested;
    double p_adjusted;
    size_t n;
    enum verdict_word word;
    /* A sentence; "" without. */
    char *why;
    uint64_t rounds, rounds_likely;
};

struct cell_summary {
    size_t subject_count, metric_count;
    /* [metric * subject_count + subject]. */
    struct median *medians;
    /* By metric; NULL: it has no histogram. [percentile * subject_count + subject]. */
    struct median *percentiles[METRICS_MAX];
    struct pooled *pooled[METRICS_MAX];
    struct paired_list ratios, excess;
    /* The subject that comparisons are shown against; SUBJECT_NONE: nothing is compared. */
    size_t baseline;
    /* That verdicts were given with, as a share. */
    double minimum_effect;
    struct verdict_pair *verdicts;
    size_t verdict_count, verdict_room;
    /* [one * subject_count + other]: place in verdicts, from 1; 0: the two are no pair. */
    uint32_t *pair_at;
    /* The baseline's twins against the baseline: `subject` and `baseline` are the same place. It is
     * none of `verdicts`, and nobody is shown it as a subject. */
    bool has_twin;
    struct verdict_pair twin;
};

/* All zeros is an empty one. */
void cell_summary_free(struct cell_summary *);

#endif
