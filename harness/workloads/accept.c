/* accept: what it costs to take connections off a listen queue.
 *
 * drain: the queue is filled first, then emptied while the generator sleeps. Over loopback the
 * connecting side pays for the handshake, so a closed loop measures its client; this measures the
 * server alone. steady: the closed loop, for latency and for the server's CPU time per connection
 * under load. rate: an open loop of requests and responses at a rate that is given, for latency as
 * clients see it. */
#include "harness/workloads/accept_trial.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Descriptors that a process has besides its connections: standard ones, control channel, listener,
 * the backend's own, and those of the counters. */
#define OTHER_FILES 32

/* What one connection costs the generator, about; only for the progress bar. */
#define CONNECT_S 25e-6

static const char *const modes[] = {"drain", "steady", "rate", NULL};

unsigned accept_backlog(const char *mode, const json_t *params)
{
    if (strcmp(mode, "drain") == 0)
        return (unsigned)parameter_integer(params, "queue");
    const char *name = strcmp(mode, "rate") == 0 ? "conns_max" : "conns";
    unsigned conns = (unsigned)parameter_integer(params, name);
    return conns > STEADY_BACKLOG_MIN ? conns : STEADY_BACKLOG_MIN;
}

/* For `rate` twice the connections that are under way: the client may have ended as many that the
 * server has not yet seen the end of, and have begun others in their place. */
unsigned accept_capacity(const char *mode, const json_t *params)
{
    unsigned held = accept_backlog(mode, params);
    if (strcmp(mode, "rate") == 0)
        held *= 2;
    return (unsigned)parameter_integer(params, "idle") + held;
}

struct backend_config accept_config(const json_t *params)
{
    struct backend_config config = backend_default_config();
    config.buffer_count = parameter_or(params, "buffers", config.buffer_count);
    config.buffer_size = parameter_or(params, "buffer_bytes", config.buffer_size);
    config.queue_depth = parameter_or(params, "submissions", config.queue_depth);
    config.completion_depth = parameter_or(params, "completions", config.completion_depth);
    config.direct_count = parameter_or(params, "direct_descriptors", config.direct_count);
    return config;
}

static const char *impossible(const json_t *params)
{
    struct backend_config config = accept_config(params);
    if ((config.buffer_count & (config.buffer_count - 1)) != 0)
        return "the number of buffers has to be a power of two, because io_uring's buffer ring "
               "takes no other; the same number holds for every subject";
    if (config.completion_depth < config.queue_depth)
        return "io_uring's completion queue cannot be smaller than its submission queue; set more "
               "completions or fewer submissions";
    return NULL;
}

static struct cell_needs needs(const char *mode, const json_t *params)
{
    uint64_t idle = parameter_integer(params, "idle");
    uint64_t backlog = accept_backlog(mode, params);
    uint64_t budget = parameter_integer(params, "budget");
    return (struct cell_needs){
        .impossible = impossible(params),
        .server_files = accept_capacity(mode, params) + budget + OTHER_FILES,
        .generator_files = idle + backlog + OTHER_FILES,
        .backlog = backlog,
    };
}

static const char *refuses(const struct subject *subject, const char *mode, const json_t *params,
                           char *reason)
{
    if (!subject->accept)
        return "it has no accept server here";
    if (subject->variant && subject->variant->emulated)
        return "libkqueue emulates it on top of another mechanism: that shows whether the code is "
               "right, and its cost says nothing; it is checked (pollbench check), not measured";
    if (subject->tier == TIER_NONE && strcmp(mode, "drain") != 0)
        return "null has no kernel behind it: nothing can connect to it";
    unsigned held = accept_capacity(mode, params) + 1;
    unsigned slots = accept_config(params).direct_count;
    if (subject->asked & BACKEND_DIRECT && held > slots) {
        snprintf(
            reason, REASON_BYTES,
            "up to %u connections at a time need as many direct descriptors, and there are %u; "
            "set direct_descriptors=%u",
            held, slots, held);
        return reason;
    }
    return NULL;
}

static bool by_default(const struct subject *subject, const char *mode, const json_t *params)
{
    bool shows_ladder = strcmp(mode, "drain") == 0 && parameter_integer(params, "idle") == 0;
    return subject->accept && (shows_ladder || !subject->rung);
}

static double estimate_s(const char *mode, const json_t *params)
{
    double idle_s = parameter_number(params, "idle") * CONNECT_S;
    double start_s = 0.02;
    if (strcmp(mode, "drain") == 0)
        return start_s + idle_s +
               (1.0 + parameter_number(params, "drains")) * parameter_number(params, "queue") *
                   CONNECT_S;
    double warm_up = strcmp(mode, "rate") == 0 ? RATE_WARM_UP : STEADY_WARM_UP;
    if (json_object_get(params, "share"))
        warm_up += 2 * RATE_PROBE;
    return start_s + idle_s + (1.0 + warm_up) * parameter_number(params, "seconds");
}

/* Who is 1 % too slow is 10 ms late at the end of a second. */
#define HEAVIER_SECONDS 1.0

static json_t *heavier(const char *mode, const json_t *params, double factor, double offered_per_s)
{
    if (strcmp(mode, "rate") != 0)
        return NULL;
    /* A share is of each subject's own maximum. */
    if (!json_object_get(params, "share"))
        offered_per_s = parameter_number(params, "rate");
    json_t *copy = json_copy((json_t *)params);
    json_object_del(copy, "share");
    json_object_set_new(copy, "rate", json_real(factor * offered_per_s));
    json_object_set_new(copy, "seconds",
                        json_real(fmin(parameter_number(params, "seconds"), HEAVIER_SECONDS)));
    return copy;
}

const struct workload accept_workload = {
    .name = "accept",
    .summary = "what it costs to take connections off a listen queue",
    .modes = modes,
    .parameters = accept_parameters,
    .metrics = accept_metrics,
    .needs = needs,
    .refuses = refuses,
    .by_default = by_default,
    .estimate_s = estimate_s,
    .heavier = heavier,
    .run = accept_run,
};
