/* Runs of one cell, trial by trial. */
#ifndef TESTS_HARNESS_ANALYSIS_ONE_CELL_RUN_H
#define TESTS_HARNESS_ANALYSIS_ONE_CELL_RUN_H

#include "harness/analysis/analysis.h"
#include "harness/record/run.h"
#include "harness/record/trial.h"

struct named_tier {
    const char *name;
    enum backend_tier tier;
};

/* Without trials. Free the run with run_free(). */
void run_of_one_cell(struct run *, const struct workload *, const char *mode,
                     const struct named_tier *subjects, size_t count);
void add_subject(struct run *, const char *name, enum backend_tier);

/* A valid trial of one metric. */
void add_trial(struct run *, const char *subject, unsigned round, const char *metric, double value);
/* The same, not yet in the run: it can be changed until keep_trial(), and there is one at a time.
 */
struct trial *new_trial(const struct run *, const char *subject, unsigned round, const char *metric,
                        double value);
void keep_trial(struct run *, const struct trial *);
void make_invalid(struct trial *, const char *why);

/* Closes it first, if it is open. */
void analyse(struct analysis *, const struct run *, unsigned resamples);

/* Of the one cell; fails when there is none of that name. */
size_t place_of(const struct run *, const char *subject);
const struct metric *metric_of(const struct run *, const char *name);

/* What the cell has; NULL: no such figure. */
const struct median *median_of(const struct analysis *, const char *subject, const char *metric);
const struct paired *ratio_of(const struct analysis *, const char *metric, const char *subject,
                              const char *baseline);
/* As the pair is stored, whichever of the two is its baseline; fails when there is none. */
const struct verdict_pair *pair_of(const struct analysis *, const char *subject,
                                   const char *baseline);
/* Fails unless the subject has that word against the other. */
void assert_word(const struct analysis *, const char *subject, const char *against,
                 enum verdict_word);

#endif
