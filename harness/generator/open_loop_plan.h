/* When requests are to be sent: settled by rate, kind and seed before any of them is, and never
 * moved by what the server does. */
#ifndef HARNESS_GENERATOR_OPEN_LOOP_PLAN_H
#define HARNESS_GENERATOR_OPEN_LOOP_PLAN_H

#include "harness/measure/random.h"

#include <stdint.h>

enum arrivals {
    ARRIVALS_CONSTANT, /* one every 1/rate */
    ARRIVALS_POISSON,  /* independent of each other: gaps are exponential with mean 1/rate */
    ARRIVALS_ENDLESS,  /* no plan: one whenever a connection is free, as in a closed loop. It says
                          how  much a server can do, and has no latency */
};

struct open_loop_plan {
    enum arrivals arrivals;
    double gap_ns; /* mean */
    struct random random;
    uint64_t begin_ns;
    uint64_t made;    /* arrivals so far */
    double offset_ns; /* of the next one from begin_ns; exact to a nanosecond for 100 days */
    uint64_t next_ns; /* the next arrival, absolute */
};

/* rate_per_s > 0. The same arguments give the same plan on every machine whose log1p() does. */
void open_loop_plan_begin(struct open_loop_plan *, enum arrivals, double rate_per_s, uint64_t seed,
                          uint64_t begin_ns);

/* next_ns becomes the arrival after it. */
void open_loop_plan_step(struct open_loop_plan *);

#endif
