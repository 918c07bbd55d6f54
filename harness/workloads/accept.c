/* accept: what it costs to take connections off a listen queue.
 *
 * drain: the queue is filled first, then emptied while the generator sleeps. Over loopback the
 * connecting side pays for the handshake, so a closed loop measures its client; this measures the
 * server alone. steady: the closed loop, for latency and for the server's CPU time per connection
 * under load. rate: an open loop of requests and responses at a rate that is given, for latency as
 * clients see it. */
#include "harness/workloads/accept_cell.h"
#include "harness/workloads/accept_trial.h"
#include "harness/workloads/workloads.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Descriptors that a process has besides its connections: standard ones, control channel, listener,
 * the backend's own, and those of the counters. */
#define OTHER_FILES 32

/* What one connection costs the generator, about; only for the progress bar. */
#define CONNECT_S 25e-6

static const char *const modes[] = {"drain", "steady", "rate", NULL};

static const char *impossible(const struct named_values *params)
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

static struct cell_needs needs(const char *mode, const struct named_values *params)
{
    uint64_t idle = parameter_integer(params, "idle");
    uint64_t backlog = accept_backlog(mode, params);
    uint64_t budget = parameter_integer(params, "budget");
    return (struct cell_needs){
        .impossible = impossible(params),
        .server_files = accept_capacity(mode, params) + budget + OTHER_FILES,
        .generator_files = idle + backlog + OTHER_FILES,
        .backlog = backlog,
        .backlog_parameter = accept_backlog_parameter(mode, params),
    };
}

static const char *refuses(const struct subject *subject, const char *mode,
                           const struct named_values *params, char *reason)
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

static bool by_default(const struct subject *subject, const char *mode,
                       const struct named_values *params)
{
    bool shows_ladder = strcmp(mode, "drain") == 0 && parameter_integer(params, "idle") == 0;
    return subject->accept && (shows_ladder || !subject->rung);
}

/* Idle connections of more than one subject do not stay in a cache together: with 1,000 each poll
 * and select, which look at all of them, cost 7 % more and scatter twice as much in turns. */
#define TURNS_IDLE_MAX 100

/* The other modes have a load that does not stand still. */
static bool takes_turns(const char *mode, const struct named_values *params)
{
    return strcmp(mode, "drain") == 0 && parameter_integer(params, "idle") <= TURNS_IDLE_MAX;
}

/* To fill the queue takes the generator a core as well, but not while the clock runs. */
static enum cell_load load(const char *mode, const struct named_values *params)
{
    (void)params;
    return strcmp(mode, "drain") == 0    ? LOAD_NONE
           : strcmp(mode, "steady") == 0 ? LOAD_CLOSED
                                         : LOAD_PLANNED;
}

static double estimate_s(const char *mode, const struct named_values *params)
{
    double idle_s = parameter_number(params, "idle") * CONNECT_S;
    double start_s = 0.005; /* sockets, the control connection */
    if (strcmp(mode, "drain") == 0)
        return start_s + idle_s +
               (1.0 + parameter_number(params, "drains")) * parameter_number(params, "queue") *
                   CONNECT_S;
    double warm_up = ACCEPT_WARM_UP;
    if (accept_has_share(params))
        warm_up += 2 * RATE_PROBE;
    return start_s + idle_s + (1.0 + warm_up) * parameter_number(params, "seconds");
}

/* Who is 1 % too slow is 10 ms late at the end of a second. */
#define SCALE_SECONDS 1.0

static int scale(const char *mode, const struct named_values *params, double factor,
                 double offered_per_s, struct named_values *scaled)
{
    if (strcmp(mode, "rate") != 0)
        return -ENOTSUP;
    /* A share is of each subject's own maximum. */
    double rate_per_s = accept_has_share(params) ? offered_per_s : parameter_number(params, "rate");
    const struct value rate = {.kind = VALUE_REAL, .real = factor * rate_per_s};
    const struct value seconds = {.kind = VALUE_REAL,
                                  .real = fmin(parameter_number(params, "seconds"), SCALE_SECONDS)};
    int r = 0;
    for (size_t i = 0; i < params->count && r == 0; i++) {
        const struct named_value *each = &params->list[i];
        const struct value *value = strcmp(each->name, "rate") == 0      ? &rate
                                    : strcmp(each->name, "seconds") == 0 ? &seconds
                                                                         : &each->value;
        if (strcmp(each->name, "share") != 0)
            r = named_values_add(scaled, each->group, each->name, value);
    }
    if (r < 0)
        named_values_free(scaled);
    return r;
}

static const struct question questions[] = {
    {"drain", "accept, {idle} idle[, queue {queue}]"},
    {"steady", "accept, {conns} at a time[, {idle} idle]"},
    {"rate", "answer, {rate}/s[, {share} of capacity][, {bytes} bytes][, {idle} idle]"},
    {NULL, NULL},
};

const struct workload accept_workload = {
    .name = "accept",
    .summary = "what it costs to take connections off a listen queue",
    .modes = modes,
    .parameters = accept_parameters,
    .metrics = accept_metrics,
    .questions = questions,
    .load = load,
    .needs = needs,
    .takes_turns = takes_turns,
    .refuses = refuses,
    .by_default = by_default,
    .estimate_s = estimate_s,
    .scale = scale,
    .run = accept_run,
};
