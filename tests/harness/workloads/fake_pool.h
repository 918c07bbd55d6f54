/* A subject of the pool workload with one thread, which is the loop's: it runs jobs where it should
 * wait for them, and does what a test asks of it. Nothing in it is concurrent. */
#ifndef TESTS_HARNESS_WORKLOADS_FAKE_POOL_H
#define TESTS_HARNESS_WORKLOADS_FAKE_POOL_H

#include "harness/contract/pool_ops.h"

#define FAKE_POOL_PHASES 8

struct fake_pool {
    /* What the test asks. */
    unsigned threads_given; /* how many run; 0: all */
    int refuse_error;       /* of every submit from phase refuse_from on; 0: none fails */
    unsigned refuse_from;
    unsigned stall_at; /* the loop stands still before this sample of its lag; 0: never */
    uint64_t stall_ns;
    void (*act)(void); /* called once, before the first submit of phase act_in */
    unsigned act_in;
    int timer_error; /* of every timer that is started */
    /* What it saw. */
    unsigned
        phase; /* of the trial: 0 at first, one more with each start of the timer that ends it */
    uint64_t refusals, runs;
    unsigned lag_samples;
    uint64_t stalled_before_end_ns; /* from the beginning of the stall to the end of that phase */
    unsigned open, most_waiting;
    unsigned waiting_at[FAKE_POOL_PHASES]; /* jobs in the queue when that phase began */
};

/* Forgets everything, and is as a test finds it. */
extern struct fake_pool fake_pool;
extern const struct subject fake_pool_subject;

#endif
