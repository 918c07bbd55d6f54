/* Medians and their bootstrap intervals: how far a figure may be trusted.
 *
 * Rounds are resampled with replacement, and the interval runs between the percentiles of the
 * resampled medians (Efron's percentile bootstrap; quantiles by linear interpolation, type 7 of
 * Hyndman and Fan). It assumes nothing of the distribution but that rounds are independent.
 *
 * Its ends are sample values, so it cannot be wider than the sample: of n values, the whole range
 * holds the true median in 1 - 2^(1-n) of all cases. That is 93.75 % for 5 and 99.8 % for 10, hence
 * the rule of at least 10 rounds for an interval of 99 %. It is a little too narrow even then:
 * asked for 99 %, it holds the true median in 96.5 % to 99.2 % of all cases, depending on n (exact,
 * by the binomial distribution, for odd n from 11 to 101; worst at 15).
 */
#ifndef HARNESS_STATS_STATISTICS_H
#define HARNESS_STATS_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

struct interval {
    double median, low, high;
};

/* The middle value, or the mean of the two in the middle. NAN when n is 0, when a value is NAN, or
 * when out of memory. */
double statistics_median(const double *values, size_t n);

/* Median and interval of one sample. The same seed gives the same interval. -EINVAL: n < 1 or above
 * UINT32_MAX, a value that is not finite, confidence not within (0, 1), no resamples. -ENOMEM. */
int statistics_bootstrap_median(const double *values, size_t n, double confidence, uint64_t seed,
                                unsigned resamples, struct interval *);

/* Value minus baseline, paired: entry i of both comes from round i. The median of the differences
 * within rounds, and its interval. -EINVAL as of the median, also for a difference that is not
 * finite. */
int statistics_bootstrap_difference(const double *values, const double *baseline, size_t n,
                                    double confidence, uint64_t seed, unsigned resamples,
                                    struct interval *);

#endif
