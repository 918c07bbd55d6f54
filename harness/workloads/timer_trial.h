/* One trial of the timer workload. */
#ifndef HARNESS_WORKLOADS_TIMER_TRIAL_H
#define HARNESS_WORKLOADS_TIMER_TRIAL_H

#include "harness/contract/workload.h"

/* See workload.run. */
int timer_run(const struct trial_request *, struct outcome *, char *problem);

#endif
