/* How two subjects differ: their ratio, from values paired within rounds.
 *
 * What disturbs a whole round cancels in its ratio. Of the logarithms of the ratios, the estimate
 * is Hodges and Lehmann's (the median of all means of two rounds, walsh.h), and the interval holds
 * every ratio that the signed-rank test does not reject (wilcoxon.h).
 */
#ifndef HARNESS_MEASURE_EFFECT_H
#define HARNESS_MEASURE_EFFECT_H

#include <stddef.h>

struct effect {
    size_t n;          /* rounds */
    double ratio;      /* subject over baseline; Hodges-Lehmann */
    double low, high;  /* its interval */
    double confidence; /* of the interval: at least what was asked for, given enough rounds (8 for
                          99 %), and what so few rounds give otherwise */
    double median;     /* of the ratios */
    double p;          /* two-sided, of the signed-rank test: is the ratio 1? */
};

/* Entry i of both is of round i. Exchanging the two gives the reciprocals and the same p, to the
 * last digit but one. -EINVAL: n < 1 or above UINT32_MAX, a value that is not finite or not above
 * zero, confidence not within (0, 1). -ERANGE: the ratio is beyond what a double holds. -ENOMEM.
 * *effect is written on success only. */
int effect_compare(const double *subject, const double *baseline, size_t n, double confidence,
                   struct effect *effect);

#endif
