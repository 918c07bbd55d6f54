/* Differences of all pairs of a value of one sample and a value of another, n * m of them. Their
 * median is the Hodges-Lehmann estimate of how far the first is shifted against the second, and
 * those at a given distance from both ends bound the interval that belongs to the rank-sum test.
 * None is listed; what walsh.h says of its averages holds for them.
 */
#ifndef HARNESS_MEASURE_SHIFTS_H
#define HARNESS_MEASURE_SHIFTS_H

#include <stddef.h>
#include <stdint.h>

struct shifts {
    size_t n, m;
    double *first;          /* ascending */
    double *second;         /* negated, ascending: the sums of both are the differences */
    uint32_t *from, *until; /* work space: where each row may still hold what is looked for */
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
