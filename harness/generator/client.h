/* A workload's side of the control channel: what it has the generator do, and what that says.
 *
 * The generator connects to 127.0.0.1. Every int is 0 or -errno, with a sentence in the `problem`
 * that the client was opened with; -ECONNREFUSED: the generator said no, and the sentence is its
 * own. */
#ifndef HARNESS_GENERATOR_CLIENT_H
#define HARNESS_GENERATOR_CLIENT_H

#include "harness/contract/outcome.h"
#include "harness/stats/arrivals.h"

#include <stdint.h>

/* Longer than any honest answer takes. */
#define GENERATOR_TIMEOUT_NS (30 * UINT64_C(1000000000))

struct generator_client;

/* What open_loop.h needs to know. */
struct generator_load {
    enum arrivals_kind arrivals;
    double rate_per_s;
    /* At most INT64_MAX. */
    uint64_t seed;
    /* Of a request and of a response. */
    unsigned bytes;
    /* Connections under way at a time, at most. */
    unsigned conns;
    /* The load ends by itself after that. */
    double limit_s;
};

/* `problem` (PROBLEM_BYTES) is the caller's and outlives the client. The descriptor stays open when
 * the client is closed. */
int generator_client_open(struct generator_client **, int fd, char *problem);
void generator_client_close(struct generator_client *);

/* `count` connections more, all or none. */
int generator_fill(struct generator_client *, uint16_t port, unsigned count);
/* The same to a unix socket. */
int generator_fill_path(struct generator_client *, const char *path, unsigned count);
/* The connections of this moment are the idle ones: kept from now on. */
int generator_hold(struct generator_client *);
/* Resets all but the held ones. */
int generator_drop(struct generator_client *);
/* Resets all, the held ones, too. */
int generator_release(struct generator_client *);

/* Begins a closed loop, or an open one, which goes on until the stop. */
int generator_steady(struct generator_client *, uint16_t port, unsigned conns, double limit_s);
int generator_rate(struct generator_client *, uint16_t port, const struct generator_load *);
/* Messages on the connections that there are; as echo_load.h. */
int generator_echo(struct generator_client *, unsigned active, unsigned bytes, unsigned pipeline,
                   double limit_s);

/* Each of these two is sent, and its answer taken later: a server that waited for it would keep
 * connections waiting. The window begins with the mark and ends with the stop. */
int generator_send_mark(struct generator_client *);
int generator_send_stop(struct generator_client *);

/* Waits up to deadline_ns; 0: does not wait, and -EAGAIN says that there is no answer yet. */
int generator_take_mark(struct generator_client *, uint64_t deadline_ns);
/* The report into outcome->generator, and, with `histograms`, what the load's connections took
 * into the outcome's histograms. NULL: nobody wants to know. */
int generator_take_report(struct generator_client *, uint64_t deadline_ns, struct outcome *,
                          bool histograms);

/* Both halves of a stop. */
int generator_stop(struct generator_client *, struct outcome *, bool histograms);

#endif
