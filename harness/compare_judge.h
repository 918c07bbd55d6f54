/* From pairs to verdicts, and the whole comparison as JSON (results/compare.schema.json), which
 * every form of output is printed from. Internal to compare*.c. */
#ifndef HARNESS_COMPARE_JUDGE_H
#define HARNESS_COMPARE_JUDGE_H

#include "harness/compare_pairs.h"

/* Estimates every pair, adjusts for all of them, and returns the verdicts, the named ones first,
 * each kind by the size of its effect. NULL: no memory. *judged: how many are not INVALID. */
json_t *compare_judge(struct compare_pairs *, size_t *judged);

#endif
