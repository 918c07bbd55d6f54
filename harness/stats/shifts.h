/* Differences of all pairs of a value of one sample and a value of another, n * m of them. Their
 * median is the Hodges-Lehmann estimate of how far the first is shifted against the second, and
 * those at a given distance from both ends bound the interval that belongs to the rank-sum test.
 * None is listed (pair_sums.h).
 */
#ifndef HARNESS_STATS_SHIFTS_H
#define HARNESS_STATS_SHIFTS_H

#include "harness/stats/pair_sums.h"

struct shifts {
    double *first;  /* ascending */
    double *second; /* negated, ascending: the sums of both are the differences */
    struct pair_sums sums;
};

/* -EINVAL: none of one sample, more than UINT32_MAX, or a value that is not finite or beyond 1e300,
 * whose difference might not be. -ENOMEM. Copies the values. */
int shifts_open(struct shifts *, const double *first, size_t n, const double *second, size_t m);
void shifts_close(struct shifts *);

/* The difference that is number `position` in ascending order, 1..n * m. */
double shifts_at(struct shifts *, uint64_t position);

/* The middle one, or the mean of the two in the middle. */
double shifts_median(struct shifts *);

#endif
