/* What the modes of the accept workload have in common inside a trial. */
#ifndef HARNESS_WORKLOADS_ACCEPT_STEPS_H
#define HARNESS_WORKLOADS_ACCEPT_STEPS_H

#include "backends/clock.h"
#include "harness/generator/control.h"
#include "harness/contract/workload.h"
#include "harness/workloads/accept_trial.h"
#include "harness/workloads/region.h"

/* Longer than any honest step; one that hangs ends the trial with a sentence. */
#define ACCEPT_STEP_TIMEOUT_NS (30 * NS_PER_S)

struct accept_trial {
    const struct trial_request *request;
    const struct accept_ops *ops;
    struct accept_server *server;
    struct control control;
    struct region region;
    unsigned backlog, idle;
    double drain_ns[ACCEPT_DRAINS_MAX]; /* per connection, of each measured drain */
    unsigned drain_count;
    json_t *report;        /* the generator's */
    double capacity_per_s; /* the subject's own maximum; 0: not measured */
    char *problem;
};

uint64_t accept_step_deadline_ns(void);

/* A sentence for what the server's step `what` failed with. Returns error. */
int accept_server_problem(struct accept_trial *, const char *what, int error);

/* The measured region, counters included. */
int accept_region_begin(struct accept_trial *);
int accept_region_end(struct accept_trial *);

/* Has the generator make `count` connections, which then wait in the listen queue. */
int accept_fill(struct accept_trial *, unsigned count);

/* Outside the measured region. null makes its accepts up: what really connects would stay in the
 * listen queue for good, and the next fill would not fit. */
int accept_fill_and_drain(struct accept_trial *, unsigned count);

/* Ends all connections that were made since the idle ones. */
int accept_drop(struct accept_trial *);

/* Stops the generator and keeps its report. */
int accept_keep_report(struct accept_trial *);

/* mode=drain. */
int accept_run_drain(struct accept_trial *, uint64_t *accepted);

/* mode=rate. *answered: responses within the measured region. */
int accept_run_rate(struct accept_trial *, uint64_t *answered);

/* Arrivals planned per second of the generator's window, once there is a report. */
double accept_offered_per_s(const struct accept_trial *);

#endif
