/* The modes of the timer workload, inside a trial: 0 with metrics, histograms, report, operations
 * and granted set, or -errno and a sentence. */
#ifndef HARNESS_WORKLOADS_TIMER_MODES_H
#define HARNESS_WORKLOADS_TIMER_MODES_H

#include "harness/workloads/timer_steps.h"

int timer_accuracy_run(struct timer_trial *);
int timer_scale_run(struct timer_trial *);

/* Seconds that a trial takes, about. */
double timer_accuracy_estimate_s(const struct named_values *params);
double timer_scale_estimate_s(const struct named_values *params);

#endif
