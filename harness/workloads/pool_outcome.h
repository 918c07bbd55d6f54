/* From what a trial of the pool workload saw to its outcome. */
#ifndef HARNESS_WORKLOADS_POOL_OUTCOME_H
#define HARNESS_WORKLOADS_POOL_OUTCOME_H

#include "harness/workloads/figures.h"
#include "harness/workloads/pool_trial.h"

void pool_times_reset(struct pool_times *);

/* The sentence for what failed; returns its errno. 0 when nothing has. */
int pool_trial_verdict(struct pool_trial *);

/* Fills what all modes have in common: the region, the lag, `operations`; `times` gives how late
 * the plan was kept, NULL: nothing was planned. 0, or a result for outcome_verdict(). */
int pool_outcome_fill(const struct pool_trial *, uint64_t operations, const struct pool_times *,
                      struct outcome *);

#endif
