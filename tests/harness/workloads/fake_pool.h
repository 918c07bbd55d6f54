/* A subject of the pool workload with one thread, which is the loop's: it runs jobs where it should
 * wait for them, and does what a test asks of it. Nothing in it is concurrent. */
#ifndef TESTS_HARNESS_WORKLOADS_FAKE_POOL_H
#define TESTS_HARNESS_WORKLOADS_FAKE_POOL_H

#include "harness/contract/pool_ops.h"

#define FAKE_POOL_PHASES 8

struct fake_pool {
    /* ---- what the test asks ---- */

    /* How many run; 0: all. */
    unsigned threads_given;
    /* Of every submit from phase refuse_from on; 0: none fails. */
    int refuse_error;
    unsigned refuse_from;
    /* The loop stands still before this sample of its lag; 0: never. */
    unsigned stall_at;
    uint64_t stall_ns;
    /* Called once, before the first submit of phase act_in. */
    void (*act)(void);
    unsigned act_in;
    /* Of every timer that is started. */
    int timer_error;

    /* ---- what it saw ---- */

    /* Of the trial: 0 at first, one more with each start of the timer that ends it. */
    unsigned phase;
    uint64_t refusals, runs;
    unsigned lag_samples;
    /* From the beginning of the stall to the end of that phase. */
    uint64_t stalled_before_end_ns;
    unsigned open, most_waiting;
    /* Jobs in the queue when that phase began. */
    unsigned waiting_at[FAKE_POOL_PHASES];
};

/* Forgets everything, and is as a test finds it. */
extern struct fake_pool fake_pool;
extern const struct subject fake_pool_subject;

#endif
