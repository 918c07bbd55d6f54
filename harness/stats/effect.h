/* How two subjects differ: their ratio, from values paired within rounds.
 *
 * What disturbs a whole round cancels in its ratio. Of the logarithms of the ratios, the estimate
 * is Hodges and Lehmann's (the median of all means of two rounds, walsh.h), and the interval holds
 * every ratio that the signed-rank test does not reject (wilcoxon.h), so that, ties apart, the two
 * never contradict each other. Nothing is drawn at random. It was chosen over bootstraps by how
 * often intervals of 99 % held the truth (mean width in brackets, in deviations of one log ratio;
 * tests/harness/stats/simulate_intervals 2000, 1,000 resamples; the shares are good to 0.2 %):
 *
 *     shape, rounds       this one       percentile     BCa            median's percentile
 *     normal       10     99.1 % (2.06)  95.8 % (1.62)  96.2 % (1.63)  96.2 % (1.87)
 *     normal       20     98.9 % (1.29)  98.0 % (1.16)  98.0 % (1.17)  98.4 % (1.38)
 *     normal       50     98.7 % (0.77)  98.4 % (0.73)  98.3 % (0.73)  98.6 % (0.89)
 *     normal      200     99.3 % (0.38)  99.1 % (0.37)  99.1 % (0.37)  98.9 % (0.45)
 *     heavy        10     99.0 % (1.78)  97.1 % (1.41)  96.7 % (1.42)  97.5 % (1.41)
 *     heavy        20     99.1 % (1.02)  98.3 % (0.91)  98.0 % (0.91)  98.2 % (0.93)
 *     heavy        50     99.2 % (0.56)  99.0 % (0.54)  99.0 % (0.54)  98.5 % (0.57)
 *     heavy       200     98.8 % (0.27)  98.6 % (0.26)  98.8 % (0.26)  98.7 % (0.28)
 *     skewed       10     98.0 % (1.84)  95.9 % (1.51)  95.9 % (1.51)  97.0 % (1.59)
 *     skewed       20     98.5 % (1.20)  97.9 % (1.10)  97.8 % (1.12)  98.1 % (1.13)
 *     skewed       50     98.5 % (0.70)  98.2 % (0.69)  98.5 % (0.69)  98.5 % (0.72)
 *     skewed      200     98.9 % (0.34)  98.8 % (0.34)  98.6 % (0.34)  98.9 % (0.36)
 *     disturbed    10     99.1 % (1.79)  97.8 % (1.43)  97.5 % (1.42)  98.2 % (1.33)
 *     disturbed    20     99.4 % (0.98)  98.6 % (0.88)  98.4 % (0.89)  98.5 % (0.88)
 *     disturbed    50     99.0 % (0.53)  98.4 % (0.51)  98.2 % (0.51)  99.1 % (0.56)
 *
 * "heavy" is Student's t with 3 degrees of freedom, "skewed" exponential, "disturbed" the
 * difference of two trials of which one in ten took longer by chance. Bootstraps are as good from
 * 200 rounds on, and too narrow under 50. Of skewed ratios (one subject is disturbed, the other is
 * not) all are a little narrow; this one least.
 */
#ifndef HARNESS_STATS_EFFECT_H
#define HARNESS_STATS_EFFECT_H

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
