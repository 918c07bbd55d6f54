/* A subject of the pool workload with one thread, which is the loop's: it runs jobs where it should
 * wait for them, and does what a test asks of it. Nothing in it is concurrent. */
#ifndef TESTS_HARNESS_FAKE_POOL_H
#define TESTS_HARNESS_FAKE_POOL_H

#include "harness/pool_ops.h"

struct fake_pool {
    /* What the test asks. */
    unsigned threads_given; /* how many run; 0: all */
    uint64_t refuse_from; /* submits from this one on (the first is 1) say refuse_error; 0: none */
    int refuse_error;
    unsigned stall_at; /* the loop stands still before this sample of its lag; 0: never */
    uint64_t stall_ns;
    uint64_t act_after; /* after so many submits act() is called once */
    void (*act)(void);
    int timer_error; /* of every timer that is started */
    /* What it saw. */
    uint64_t submits, refusals, runs;
    unsigned lag_samples;
    unsigned open, most_waiting;
};

/* Forgets everything, and is as a test finds it. */
extern struct fake_pool fake_pool;
extern const struct subject fake_pool_subject;

#endif
