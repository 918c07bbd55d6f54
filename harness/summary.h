/* From a run's raw trials to medians, intervals and paired ratios, all of it JSON as in
 * results/schema.json.
 *
 * Only valid trials count. Everything is recomputed from the trials, and the random choices of the
 * bootstrap come from the run's own seed, so that `pollbench report` finds the same figures again.
 */
#ifndef HARNESS_SUMMARY_H
#define HARNESS_SUMMARY_H

#include <jansson.h>

#define SUMMARY_CONFIDENCE 0.99
#define SUMMARY_FINAL_RESAMPLES 10000u /* the last word of a run, and of a report */
#define SUMMARY_DRAFT_RESAMPLES 1000u  /* between rounds: enough to decide whether to stop */

/* (Re)computes "summary", "ratios", "percentiles", "pooled", "excess" and "verdicts" of every cell.
 * The run has passed run_shape_check(). 0, -ENOMEM, -ERANGE when a value is beyond what can be
 * averaged, or -EINVAL when a trial is not as it has to be. */
int summary_compute(json_t *run, unsigned resamples);

/* How far from settled a cell is: the largest relative half width of an interval, (high - low) / 2
 * / median, over the subjects of one metric. INFINITY under 10 rounds of any subject, or without a
 * summary. */
double summary_spread(const json_t *cell, const char *main_metric);

#endif
