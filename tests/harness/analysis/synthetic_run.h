/* Whole runs of made-up trials with a truth that is known. */
#ifndef TESTS_HARNESS_ANALYSIS_SYNTHETIC_RUN_H
#define TESTS_HARNESS_ANALYSIS_SYNTHETIC_RUN_H

#include "harness/analysis/analysis.h"
#include "tests/harness/stats/synthetic.h"

struct synthetic_plan {
    unsigned cells, subjects, rounds;
    enum synthetic_shape shape;
    /* Of the log ratio of two subjects within a round. */
    double deviation;
    /* Of the last subject to all others, which are alike. */
    double ratio;
};

/* accept drain, subjects "s0", "s1", ... in tier readiness, a cell for each value of idle. Free the
 * run with run_free(). false: no memory. */
bool synthetic_run(struct run *, struct random *, const struct synthetic_plan *);

/* How many pairs of the run are FASTER or SLOWER; with a subject, of those in which it takes part;
 * SUBJECT_NONE: of all. */
unsigned synthetic_named(const struct analysis *, size_t subject);

#endif
