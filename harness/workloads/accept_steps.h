/* What the modes of the accept workload have in common inside a trial. */
#ifndef HARNESS_WORKLOADS_ACCEPT_STEPS_H
#define HARNESS_WORKLOADS_ACCEPT_STEPS_H

#include "backends/clock.h"
#include "harness/contract/workload.h"
#include "harness/generator/client.h"
#include "harness/workloads/accept_cell.h"
#include "harness/workloads/region.h"

/* Longer than any honest step; one that hangs ends the trial with a sentence. */
#define ACCEPT_STEP_TIMEOUT_NS GENERATOR_TIMEOUT_NS

struct accept_trial {
    const struct trial_request *request;
    const struct accept_ops *ops;
    struct accept_server *server;
    struct generator_client *generator;
    struct region region;
    unsigned backlog, idle;
    /* Per connection, of each measured drain. */
    double drain_ns[ACCEPT_DRAINS_MAX];
    unsigned drain_count;
    /* The subject's own maximum; 0: not measured. */
    double capacity_per_s;
    /* The generator's report and histograms come into it first. */
    struct outcome *outcome;
    char *problem;
};

uint64_t accept_step_deadline_ns(void);

/* A sentence for what the server's step `what` failed with. Returns r. */
int accept_server_problem(struct accept_trial *, const char *what, int r);

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

/* Lets the other subjects of the cell have their turns. */
int accept_next_turn(struct accept_trial *);

/* Stops the generator and keeps its report. */
int accept_keep_report(struct accept_trial *);

#endif
