/* From pairs to verdicts. Internal to compare/. */
#ifndef HARNESS_COMPARE_JUDGE_H
#define HARNESS_COMPARE_JUDGE_H

#include "harness/compare/comparison.h"

/* Estimates every pair, adjusts for all of them, decides, counts the words and sorts the pairs: in
 * the order of compare_words, each by the size of its effect. 0 or -errno. */
int comparison_judge(struct run_comparison *);

/* With how many runs of each side a winner can be named among so many pairs by runs alone. */
size_t compare_runs_needed(size_t tests);

/* Values of a side that the pair is compared by: rounds or runs. */
size_t pair_value_count(const struct compared_pair *, int side);

#endif
