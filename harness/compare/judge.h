/* From pairs to verdicts, as in results/compare.schema.json. Internal to compare*.c. */
#ifndef HARNESS_COMPARE_JUDGE_H
#define HARNESS_COMPARE_JUDGE_H

#include "harness/compare/pairs.h"

/* Estimates every pair, adjusts for all of them, and returns the verdicts, the named ones first,
 * each kind by the size of its effect. NULL: no memory. *judged: how many are not INVALID. */
json_t *compare_judge(struct compare_pairs *, size_t *judged);

/* With how many runs of each side a winner can be named among so many pairs by runs alone. */
size_t compare_runs_needed(size_t judged);

#endif
