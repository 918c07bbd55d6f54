/* The open loop: requests are sent at planned times, however the server fares.
 *
 * Latency counts from the planned time. A server that stands still makes every request wait that
 * falls due meanwhile, and each of them is a sample; a load that waited for it before sending on
 * would have seen one (coordinated omission). Beside it stands the latency from connect(), which is
 * what such a load would have reported.
 *
 * At most `conns` connections are under way. An arrival that finds none free waits, and its wait
 * counts. Nothing that was planned within the window goes unreported: see open_loop_tally.h. */
#ifndef HARNESS_GENERATOR_OPEN_LOOP_H
#define HARNESS_GENERATOR_OPEN_LOOP_H

#include "harness/generator/control.h"
#include "harness/generator/target.h"
#include "harness/stats/arrivals.h"

#define OPEN_LOOP_CONNS_MAX 65536u
#define OPEN_LOOP_RATE_MAX 1e6

/* How long, after the window, what was planned in it may still be sent and answered. A connection
 * request that the kernel threw away is sent again after a second: that one still arrives. */
#define OPEN_LOOP_DRAIN_NS (2 * UINT64_C(1000000000))

/* More failed connections than this end the load: the server is not worth measuring. */
#define OPEN_LOOP_ERRORS_MAX 1000u

struct open_loop_load {
    enum arrivals_kind arrivals;
    /* Above 0. */
    double rate_per_s;
    uint64_t seed;
    /* Of a request and of a response, 1..EXCHANGE_BYTES_MAX. */
    unsigned bytes;
    /* Under way at a time, at most. */
    unsigned conns;
    /* The load ends by itself after that. */
    double limit_s;
    bool pinned;
};

/* Answers "rate" as the plan begins, and "mark", which begins the window. "stop" ends the window;
 * then it waits for what is outstanding. Returns as closed_loop_run() does, with the answer to
 * "stop". No connection is left open. */
int open_loop_run(struct target *, const struct open_loop_load *, struct control *, json_t **reply,
                  char *problem);

#endif
