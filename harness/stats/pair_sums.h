/* Sums of a value of one list and a value of another, by their rank among all of them: what Walsh
 * averages (walsh.h) and shifts (shifts.h) have in common.
 *
 * A few thousand sums are listed and partitioned (Hoare's selection), where each selection leaves
 * the list in an order that shortens the next. More are never listed.
 *
 * Both lists are sorted, and so is each row of the table of sums; a pivot drawn from what is left
 * is counted against all rows by walking the staircase that separates smaller from larger sums, and
 * the rows are cut there, until the pivot is the one looked for: about 2 ln n rounds of O(n), exact
 * for any n. After Johnson and Mizoguchi, SIAM J. Computing 7, 1978, and Monahan, "Fast Computation
 * of the Hodges-Lehmann Location Estimator", ACM TOMS 10, 1984.
 */
#ifndef HARNESS_STATS_PAIR_SUMS_H
#define HARNESS_STATS_PAIR_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAIR_SUMS_SETTLED = 8 };

struct pair_sums {
    size_t rows, columns;
    const double *first, *second; /* ascending; the caller's */
    bool upper; /* only columns from the row's own number on: each pair of one list once */
    uint32_t *from, *until; /* work space: where each row may still hold what is looked for */
    double *listed;         /* all sums, when they are few; NULL */
    /* Places of `listed`, ascending, that hold what a sorted list would: smaller sums are before,
     * larger ones behind. */
    uint64_t settled[PAIR_SUMS_SETTLED];
    size_t settled_count;
};

/* Rows and columns are 1..UINT32_MAX, and no sum overflows. -ENOMEM. */
int pair_sums_open(struct pair_sums *, const double *first, size_t rows, const double *second,
                   size_t columns, bool upper);
void pair_sums_close(struct pair_sums *);

uint64_t pair_sums_count(const struct pair_sums *);

/* The sum that is number `position` in ascending order, 1..pair_sums_count(). */
double pair_sums_at(struct pair_sums *, uint64_t position);

/* The middle one, or the mean of the two in the middle. */
double pair_sums_median(struct pair_sums *);

/* A copy times `factor`, ascending; the caller's to free. NULL without memory. */
double *pair_sums_sorted(const double *values, size_t count, double factor);

#endif
