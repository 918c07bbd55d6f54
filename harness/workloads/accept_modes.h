/* The modes of the accept workload, inside a trial: each does its warm-up and its measured region,
 * and keeps the generator's report. 0, or -errno with a sentence. */
#ifndef HARNESS_WORKLOADS_ACCEPT_MODES_H
#define HARNESS_WORKLOADS_ACCEPT_MODES_H

#include "harness/workloads/accept_steps.h"

/* *accepted: connections within the measured region. */
int accept_run_drain(struct accept_trial *, uint64_t *accepted);
int accept_run_steady(struct accept_trial *, uint64_t *accepted);

/* *answered: responses within the measured region. */
int accept_run_rate(struct accept_trial *, uint64_t *answered);

/* Arrivals planned per second of the generator's window, once there is a report. */
double accept_offered_per_s(const struct accept_trial *);

#endif
