/* What a comparison judges: every subject of every cell that both sides have, with its values.
 * Internal to compare/. */
#ifndef HARNESS_COMPARE_PAIRS_H
#define HARNESS_COMPARE_PAIRS_H

#include "harness/compare/comparison.h"

/* Fills the lists of what has no verdict, and the pairs, unless the comparison is refused. 0 or
 * -ENOMEM. */
int comparison_find_pairs(struct run_comparison *);

#endif
