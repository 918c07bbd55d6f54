#ifndef HARNESS_STATS_SORT_H
#define HARNESS_STATS_SORT_H

#include <stddef.h>

/* Ascending; none of them is NAN. A report sorts the values of some ten rounds millions of times,
 * which is where the sort of the C library spends most of its time on calls. */
void sort_doubles(double *values, size_t n);

/* By their distance from zero, equal ones in the order that they had. */
void sort_by_magnitude(double *values, size_t n);

#endif
