/* What the modes of the timer workload have in common inside a trial. */
#ifndef HARNESS_WORKLOADS_TIMER_STEPS_H
#define HARNESS_WORKLOADS_TIMER_STEPS_H

#include "harness/contract/timer_ops.h"
#include "harness/contract/workload.h"
#include "harness/generator/client.h"
#include "harness/workloads/region.h"

struct timer_trial {
    const struct trial_request *request;
    struct generator_client *generator;
    struct region region;
    uint64_t operations;
    /* Metrics, histograms, what was granted and the generator's report come into it first. */
    struct outcome *outcome;
    char *problem;
};

/* "SUBJECT: WHAT: why", for a step of the subject that failed. Returns r. */
int timer_problem(struct timer_trial *, const char *what, int r);

/* Ends the generator's load and keeps its report: while there is somebody to connect to. */
int timer_take_report(struct timer_trial *);

#endif
