/* echo: what it costs to send messages back, on connections that stay.
 *
 * closed: on each connection that talks a fixed number of messages is under way. All connections
 * are made before anything is measured; those that do not talk are watched all the same. */
#include "harness/workloads/echo_cell.h"
#include "harness/workloads/workloads.h"

#include <stdio.h>
#include <string.h>

/* Descriptors that a process has besides its connections: standard ones, control channel, listener,
 * the backend's own, and those of the counters. */
#define OTHER_FILES 32

/* What a connection costs to make, about; only for the progress bar. */
#define CONNECT_S 25e-6

static const char *const modes[] = {"closed", NULL};

static struct cell_needs needs(const char *mode, const struct named_values *params)
{
    (void)mode;
    uint64_t connections = echo_connections(params);
    bool few = connections < ECHO_PORTION;
    return (struct cell_needs){
        .impossible = echo_impossible(params),
        .server_files = connections + OTHER_FILES,
        .generator_files = connections + OTHER_FILES,
        .backlog = few ? connections : ECHO_PORTION,
        .backlog_parameter = few ? "connections" : NULL,
    };
}

static const char *refuses(const struct subject *subject, const char *mode,
                           const struct named_values *params, char *reason)
{
    (void)mode;
    if (!subject->echo)
        return "it has no echo server here";
    if (subject->variant && subject->variant->emulated)
        return "libkqueue emulates it on top of another mechanism: that shows whether the code is "
               "right, and its cost says nothing; it is checked (pollbench check), not measured";
    if (subject->tier == TIER_NONE)
        return "null has no kernel behind it: nothing can connect to it";
    unsigned held = echo_connections(params) + 1;
    unsigned slots =
        parameter_or(params, "direct_descriptors", backend_default_config().direct_count);
    if (subject->asked & BACKEND_DIRECT && held > slots) {
        snprintf(reason, REASON_BYTES,
                 "%u connections need as many direct descriptors, and there are %u; set "
                 "direct_descriptors=%u",
                 held, slots, held);
        return reason;
    }
    return NULL;
}

static bool by_default(const struct subject *subject, const char *mode,
                       const struct named_values *params)
{
    (void)mode, (void)params;
    return subject->echo && !subject->rung;
}

static double estimate_s(const char *mode, const struct named_values *params)
{
    (void)mode;
    double start_s = 0.008; /* sockets, the control connection, the first messages */
    return start_s + parameter_number(params, "connections") * CONNECT_S +
           (1.0 + ECHO_WARM_UP) * parameter_number(params, "seconds");
}

static const struct question questions[] = {
    {"closed", "echo, {connections} connected[, {active} talking][, {bytes} bytes][, {pipeline} "
               "under way][, {transport} sockets]"},
    {NULL, NULL},
};

const struct workload echo_workload = {
    .name = "echo",
    .summary = "what it costs to send messages back, on connections that stay",
    .modes = modes,
    .parameters = echo_parameters,
    .metrics = echo_metrics,
    .questions = questions,
    .needs = needs,
    .refuses = refuses,
    .by_default = by_default,
    .estimate_s = estimate_s,
    .run = echo_run,
};
