/* When requests or jobs come: settled by kind, rate and seed before any of them does, and never
 * moved by what becomes of them. */
#ifndef HARNESS_STATS_ARRIVALS_H
#define HARNESS_STATS_ARRIVALS_H

#include "harness/stats/random.h"

#include <stdint.h>

enum arrivals_kind {
    ARRIVALS_CONSTANT, /* one every 1/rate */
    ARRIVALS_POISSON,  /* independent of each other: gaps are exponential with mean 1/rate */
    ARRIVALS_ENDLESS,  /* no plan: one whenever there is room, as in a closed loop. It says how much
                          a server can do, and has no latency */
};

struct arrivals {
    enum arrivals_kind kind;
    double gap_ns; /* mean */
    struct random random;
    uint64_t begin_ns;
    uint64_t made;    /* so far, the next one included */
    double offset_ns; /* of the next one from begin_ns; not rounded, so that short gaps add up to
                         the rate; exact to a nanosecond for 100 days */
    uint64_t next_ns; /* the next one, absolute */
};

/* rate_per_s > 0. The first one comes after begin_ns, by a gap like any other. The same arguments
 * give the same plan on every machine whose log1p() does. */
void arrivals_begin(struct arrivals *, enum arrivals_kind, double rate_per_s, uint64_t seed,
                    uint64_t begin_ns);

/* next_ns becomes the one after it. */
void arrivals_step(struct arrivals *);

#endif
