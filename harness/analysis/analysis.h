/* Everything that is computed of a run, once, for all who show it: terminal, page, CSV, charts,
 * run.json.
 *
 * Only valid trials count. The random choices of the bootstrap come from the run's own seed, so
 * that `pollbench report` finds the same figures again. */
#ifndef HARNESS_ANALYSIS_ANALYSIS_H
#define HARNESS_ANALYSIS_ANALYSIS_H

#include "harness/record/run.h"

#include <stdbool.h>
#include <stddef.h>

#define ANALYSIS_CONFIDENCE 0.99
/* The last word of a run, and of a report. */
#define ANALYSIS_RESAMPLES 10000u
/* A median alone is settled when half its interval is within this share of it. */
#define ANALYSIS_TIGHT_SPREAD 0.02

struct analysis_request {
    /* A share; 0: the run's own. */
    double minimum_effect;
    /* A subject; NULL: the run's own, or else by the rule of baseline.h. */
    const char *baseline;
    unsigned resamples;
};

struct analysis {
    /* The caller's; it outlives the analysis. */
    const struct run *run;
    double minimum_effect;
    /* As asked for; NULL: by the rule. */
    const char *baseline;
    /* One for each of the run's cells. */
    struct cell_summary *cells;
    /* Pairs in the last look. */
    size_t tests;
};

/* 0, -ENOMEM, or -ERANGE when a value is beyond what can be averaged. Close it in any case. */
int analysis_open(struct analysis *, const struct run *, const struct analysis_request *);
void analysis_close(struct analysis *);

/* Whether more rounds would hardly change the medians of the cell's main metric. It decides where
 * there is nobody to compare with. */
bool analysis_medians_are_tight(const struct run *, size_t cell);

/* ---- what was computed of one cell; `cell` is its place in the run ---- */

/* NULL: no such figure. Percentiles are those of record/trial_table.h, by place. */
const struct median *analysis_median(const struct analysis *, size_t cell, const struct metric *,
                                     size_t subject);
const struct median *analysis_percentile(const struct analysis *, size_t cell,
                                         const struct metric *, size_t percentile, size_t subject);

/* The median over the rounds, in the histogram's unit; where single trials do not resolve it, the
 * percentile of all rounds together, and *pooled says so. false: not even they do. */
bool analysis_percentile_value(const struct analysis *, size_t cell, const struct metric *,
                               size_t percentile, size_t subject, double *value, bool *pooled);
bool analysis_pooled(const struct analysis *, size_t cell, const struct metric *, size_t percentile,
                     size_t subject, double *value);

/* Subject over the given baseline; and what its lateness has on top of the kernel's own. NULL:
 * none. */
const struct paired *analysis_ratio(const struct analysis *, size_t cell, const struct metric *,
                                    size_t baseline, size_t subject);
const struct paired *analysis_excess(const struct analysis *, size_t cell, const struct metric *,
                                     size_t subject);

/* Whether the cell has any figure at all. */
bool analysis_has_figures(const struct analysis *, size_t cell);

/* Trials with the metric, or its histogram, in which the generator was the bound, and out of how
 * many. */
unsigned analysis_bound_trials(const struct analysis *, size_t cell, const struct metric *,
                               unsigned *trials);

/* Timers that ran before their time, over all trials, also those that do not count: that is wrong
 * whatever else went wrong. SUBJECT_NONE: of all subjects. 0 where the mode has no metric "early".
 */
double analysis_early(const struct analysis *, size_t cell, size_t subject);
/* The same without an analysis. */
double early_timers(const struct run_cell *, size_t subject);

/* ---- verdicts ---- */

/* A pair as seen from one side. */
struct comparison {
    enum verdict_word word; /* of the subject */
    bool has_ratio;
    /* low and high are an interval. false: there are too few rounds for any; low is 0 then, and
     * high INFINITY. */
    bool bounded;
    /* Subject over `against`. */
    double ratio, low, high;
    size_t n;
    bool tested;
    double p_adjusted;
    /* Of INCONCLUSIVE: with so many rounds half of such pairs are decided, and 4 of 5. */
    uint64_t rounds, rounds_likely;
    /* "" without. The analysis' own. */
    const char *why;
};

/* What the cell says of `subject` against another, whichever of them is the baseline of the pair.
 * false: the two are no pair of the cell. */
bool analysis_compare(const struct analysis *, size_t cell, size_t subject, size_t against,
                      struct comparison *);

/* Whether a subject has a pair in the cell. */
bool analysis_takes_part(const struct analysis *, size_t cell, size_t subject);

struct verdict_totals {
    size_t pairs, words[VERDICT_SLOWER + 1];
    /* Of the INCONCLUSIVE: the middle of the rounds that they take. */
    uint64_t middle_rounds;
    /* Of any pair. */
    size_t most_rounds;
};
/* 0 or -ENOMEM. */
int analysis_totals(const struct analysis *, struct verdict_totals *);

#endif
