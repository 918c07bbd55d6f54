/* The closed loop of the echo workload: on each talking connection a fixed number of messages is
 * under way, and the next one is sent as soon as one has come back whole.
 *
 * The messages that come back together are replaced by one send(), as a client with a pipeline
 * does: with several under way the server may receive, and send, many at a time. Latency counts
 * from the moment at which a message may be sent to its last byte. As in any closed loop a slow
 * server gets fewer messages, so that latency leaves out what others would have waited. */
#ifndef HARNESS_GENERATOR_ECHO_LOAD_H
#define HARNESS_GENERATOR_ECHO_LOAD_H

#include "harness/generator/connections.h"
#include "harness/generator/control.h"

#include <stdbool.h>

/* Messages under way on all connections at most: what their times take is bounded by it. */
#define ECHO_UNDER_WAY_MAX (1u << 20)

struct echo_load_shape {
    /* Of the connections, spread evenly over them: the place among all descriptors matters to some
     * servers. 1 to all. */
    unsigned active;
    /* Of a message, 1..ECHO_BYTES_MAX. */
    unsigned bytes;
    /* Messages under way on a connection, 1..ECHO_PIPELINE_MAX. */
    unsigned pipeline;
    double limit_s;
    bool pinned;
};

/* Begins at once, on connections that stay open. As closed_loop_run(): answers "echo", then "mark"
 * until "stop". A connection that fails, or brings back another byte than was sent, ends the load,
 * and the replies say why. */
int echo_load_run(const struct connections *, const struct echo_load_shape *, struct control *,
                  json_t **reply, char *problem);

#endif
