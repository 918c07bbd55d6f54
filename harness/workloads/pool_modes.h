/* The modes of the pool workload: each runs its phases in an open trial and fills the outcome. 0,
 * or -errno with a sentence. */
#ifndef HARNESS_WORKLOADS_POOL_MODES_H
#define HARNESS_WORKLOADS_POOL_MODES_H

#include "harness/workloads/pool_trial.h"

int pool_run_saturate(struct pool_trial *, struct outcome *);
int pool_run_mixed(struct pool_trial *, struct outcome *);
int pool_run_throughput(struct pool_trial *, struct outcome *);

#endif
