/* From a run's raw trials to medians, intervals and paired ratios, all of it JSON as in
 * results/schema.json.
 *
 * Only valid trials count. Everything is recomputed from the trials, and the random choices of the
 * bootstrap come from the run's own seed, so that `pollbench report` finds the same figures again.
 */
#ifndef HARNESS_ANALYSIS_SUMMARY_H
#define HARNESS_ANALYSIS_SUMMARY_H

#include <jansson.h>
#include <stdbool.h>

#define SUMMARY_CONFIDENCE 0.99
#define SUMMARY_FINAL_RESAMPLES 10000u /* the last word of a run, and of a report */

/* A median alone is settled when half its interval is within this share of it. */
#define SUMMARY_TIGHT_SPREAD 0.02

/* (Re)computes "summary", "ratios", "percentiles", "pooled", "excess" and "verdicts" of every cell.
 * The run has passed run_shape_check(). 0, -ENOMEM, -ERANGE when a value is beyond what can be
 * averaged, or -EINVAL when a trial is not as it has to be. */
int summary_compute(json_t *run, unsigned resamples);

/* Whether more rounds would hardly change any word: every pair that can be judged is tight
 * (verdict.h), and there are rounds enough to name one among all of them; of a cell with a single
 * subject, its median. It looks at nothing that says who is ahead. Computes no summary. */
bool summary_is_settled(json_t *run);

#endif
