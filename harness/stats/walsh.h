/* Walsh averages: the means of all pairs of n values, each value with itself included, n(n+1)/2 of
 * them. Their median is the Hodges-Lehmann estimate, and those at a given distance from both ends
 * bound the interval that belongs to the signed-rank test.
 * None is listed (pair_sums.h).
 */
#ifndef HARNESS_STATS_WALSH_H
#define HARNESS_STATS_WALSH_H

#include "harness/stats/pair_sums.h"

struct walsh {
    double *halves; /* of the values, ascending: their sums are the averages */
    struct pair_sums sums;
};

/* -EINVAL: n < 1 or above UINT32_MAX, or a value that is not finite. -ENOMEM. Copies the values. */
int walsh_open(struct walsh *, const double *values, size_t n);
void walsh_close(struct walsh *);

/* How many there are. */
uint64_t walsh_count(size_t n);

/* The average that is number `position` in ascending order, 1..walsh_count(). */
double walsh_at(struct walsh *, uint64_t position);

/* The Hodges-Lehmann estimate: the middle one, or the mean of the two in the middle. */
double walsh_median(struct walsh *);

#endif
