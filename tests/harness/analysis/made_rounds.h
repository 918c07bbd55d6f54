/* Made-up rounds whose truth is known. Noise falls on the turns of a round, and who has which turn
 * is drawn, as in a run. */
#ifndef TESTS_HARNESS_ANALYSIS_MADE_ROUNDS_H
#define TESTS_HARNESS_ANALYSIS_MADE_ROUNDS_H

#include "tests/harness/analysis/played_run.h"

enum made_shape {
    MADE_NORMAL,
    MADE_HEAVY,     /* Student's t with 3 degrees of freedom */
    MADE_SKEWED,    /* of each trial: exponential, so that pairs are not symmetric together */
    MADE_DISTURBED, /* one trial of ten takes longer */
    MADE_DRIFTING,  /* each turn is like the one before it: 0.9 of it, and something new */
    MADE_BURSTS,    /* how noisy a round is depends on how noisy the one before it was */
    MADE_SHAPES,
};
const char *made_shape_name(enum made_shape);

struct made_rounds {
    enum made_shape shape;
    double deviation; /* of the log ratio of two subjects */
    double log_ratio; /* of the last subject of each cell to all others */
    const size_t *subjects;
    struct random random;
    /* Of the turn before. */
    double level, burst;
};

/* Before each run. */
void made_rounds_begin(struct made_rounds *);
/* A played_values; the source is a struct made_rounds. */
void made_rounds_values(void *source, size_t cell, size_t round, double *values);

#endif
