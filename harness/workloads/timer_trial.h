/* One trial of the timer workload: what its two modes share. */
#ifndef HARNESS_WORKLOADS_TIMER_TRIAL_H
#define HARNESS_WORKLOADS_TIMER_TRIAL_H

#include "harness/generator/control.h"
#include "harness/contract/timer_ops.h"
#include "harness/contract/workload.h"
#include "harness/workloads/region.h"

/* Longer than any honest answer of the generator. */
#define TIMER_STEP_TIMEOUT_NS (30 * UINT64_C(1000000000))

struct timer_trial {
    const struct trial_request *request;
    struct control control;
    struct region region;
    json_t *metrics, *histograms;
    json_t *report; /* the generator's */
    uint64_t operations;
    uint32_t granted;
    char *problem;
};

/* The two modes: 0 with metrics, histograms, report, operations and granted set, or -errno and a
 * sentence.
 */
int timer_accuracy_run(struct timer_trial *);
int timer_scale_run(struct timer_trial *);

/* "SUBJECT: WHAT: why", for a step of the subject that failed. Returns error. */
int timer_problem(struct timer_trial *, const char *what, int error);

/* Ends the generator's load and keeps its report: while there is somebody to connect to. */
int timer_take_report(struct timer_trial *);

/* See workload.run. */
int timer_run(const struct trial_request *, json_t **outcome, char *problem);

/* timer_scale.c: seconds that a trial takes, about. */
double timer_scale_estimate_s(const json_t *params);
/* timer_accuracy.c: the same. */
double timer_accuracy_estimate_s(const json_t *params);

#endif
