/* When jobs are due that arrive at random: a Poisson process, planned ahead. The same seed gives
 * the same plan, whatever becomes of the jobs. */
#ifndef HARNESS_WORKLOADS_POOL_ARRIVALS_H
#define HARNESS_WORKLOADS_POOL_ARRIVALS_H

#include "harness/measure/random.h"

struct pool_arrivals {
    struct random random;
    double mean_ns; /* between two */
    uint64_t begin_ns;
    double next_ns; /* since begin_ns; not rounded, so that short gaps add up to the right rate */
};

/* rate_per_s > 0. The first one comes after begin_ns, by a random gap like any other. */
void pool_arrivals_begin(struct pool_arrivals *, uint64_t seed, double rate_per_s,
                         uint64_t begin_ns);

/* The time of the next one; moves on to the one after it. */
uint64_t pool_arrivals_take(struct pool_arrivals *);

/* The time of the next one; stays with it. */
uint64_t pool_arrivals_next_ns(const struct pool_arrivals *);

#endif
