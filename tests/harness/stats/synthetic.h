/* Made-up log ratios with a truth that is known, for tests of methods that are to find it. */
#ifndef TESTS_HARNESS_STATS_SYNTHETIC_H
#define TESTS_HARNESS_STATS_SYNTHETIC_H

#include "harness/stats/random.h"

#include <stddef.h>

enum synthetic_shape {
    SYNTHETIC_NORMAL,
    SYNTHETIC_HEAVY,     /* Student's t with 3 degrees of freedom */
    SYNTHETIC_SKEWED,    /* exponential */
    SYNTHETIC_DISTURBED, /* difference of two trials, normal, of which one in ten was disturbed and
                            took longer, by an exponential amount */
};

const char *synthetic_name(enum synthetic_shape);

/* One value. Its standard deviation is 1, its pseudomedian (what the Hodges-Lehmann estimate
 * converges to) is 0. */
double synthetic_draw(struct random *, enum synthetic_shape);

/* n rounds of two subjects whose true ratio is `ratio`; `deviation` is of the log ratio. Rounds
 * themselves differ by far more, which has to cancel. */
void synthetic_rounds(struct random *, enum synthetic_shape, double ratio, double deviation,
                      double *subject, double *baseline, size_t n);

#endif
