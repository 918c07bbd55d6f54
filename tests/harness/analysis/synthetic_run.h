/* Whole runs of made-up trials with a truth that is known, as summary_compute() takes them. */
#ifndef TESTS_HARNESS_ANALYSIS_SYNTHETIC_RUN_H
#define TESTS_HARNESS_ANALYSIS_SYNTHETIC_RUN_H

#include "tests/harness/stats/synthetic.h"

#include <jansson.h>
#include <stdbool.h>

struct synthetic_plan {
    unsigned cells, subjects, rounds;
    enum synthetic_shape shape;
    double deviation; /* of the log ratio of two subjects within a round */
    double ratio;     /* of the last subject to all others, which are alike */
};

/* accept drain, subjects "s0", "s1", ... in tier readiness, a cell for each value of idle. The
 * caller's reference. */
json_t *synthetic_run(struct random *, const struct synthetic_plan *);

/* How many verdicts of the run have the word; with a subject, those in which it takes part. */
unsigned synthetic_words(const json_t *run, const char *word, const char *subject);

#endif
