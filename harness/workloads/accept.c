/* accept: what it costs to take connections off a listen queue.
 *
 * drain: the queue is filled first, then emptied while the generator sleeps. Over loopback the
 * connecting side pays for the handshake, so a closed loop measures its client; this measures the
 * server alone. steady: the closed loop, for latency and for the server's CPU time per connection
 * under load. rate: an open loop of requests and responses at a rate that is given, for latency as
 * clients see it. */
#include "harness/workloads/accept_trial.h"

#include "backends/buffer_pool.h"
#include "harness/exchange.h"
#include "harness/generator/open_loop.h"

#include <stdio.h>
#include <string.h>

/* Descriptors that a process has besides its connections: standard ones, control channel, listener,
 * the backend's own, and those of the counters. */
#define OTHER_FILES 32

/* What one connection costs the generator, about; only for the progress bar. */
#define CONNECT_S 25e-6

static const char *const modes[] = {"drain", "steady", "rate", NULL};

static const struct parameter parameters[] = {
    {
        .name = "queue",
        .unit = "",
        .help = "connections in the listen queue when the clock starts",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 65535,
        .fallback = "100",
        .modes = "drain",
    },
    {
        .name = "drains",
        .unit = "",
        .help =
            "times that a trial fills the queue and empties it; the median of them is its value",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = ACCEPT_DRAINS_MAX,
        .fallback = "9",
        .modes = "drain",
    },
    {
        .name = "conns",
        .unit = "",
        .help = "connections under way at a time",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 65535,
        .fallback = "64",
        .modes = "steady",
    },
    {
        .name = "rate",
        .unit = "1/s",
        .help = "requests offered, each on a connection of its own",
        .kind = PARAMETER_DECIMAL,
        .minimum = 0.1,
        .maximum = OPEN_LOOP_RATE_MAX,
        .fallback = "2000",
        .modes = "rate",
    },
    {
        .name = "arrivals",
        .unit = "",
        .help = "when requests come: evenly, or independently of each other",
        .kind = PARAMETER_CHOICE,
        .choices = "poisson,constant",
        .fallback = "poisson",
        .modes = "rate",
    },
    {
        .name = "bytes",
        .unit = "bytes",
        .help = "size of a request, and of its response",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = EXCHANGE_BYTES_MAX,
        .fallback = "64",
        .modes = "rate",
    },
    {
        .name = "conns_max",
        .unit = "",
        .help = "connections under way at most; a request beyond waits, and its wait counts",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = OPEN_LOOP_CONNS_MAX,
        .fallback = "1000",
        .modes = "rate",
    },
    {
        .name = "idle",
        .unit = "",
        .help = "idle connections that the server watches meanwhile",
        .kind = PARAMETER_INTEGER,
        .minimum = 0,
        .maximum = 500000,
        .fallback = "0",
        .modes = "drain,steady,rate",
    },
    {
        .name = "budget",
        .unit = "",
        .help = "accepts per wakeup, at most",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 65535,
        .fallback = "64",
        .modes = "drain,steady,rate",
    },
    {
        .name = "seconds",
        .unit = "s",
        .help = "length of the measured window",
        .kind = PARAMETER_DECIMAL,
        .minimum = 0.01,
        .maximum = 600,
        .fallback = "1",
        .modes = "steady,rate",
    },
    {
        .name = "buffers",
        .unit = "",
        .help = "receive buffers in all: a power of two",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = BUFFER_POOL_COUNT_MAX,
        .fallback = "256",
        .modes = "drain,steady,rate",
        .optional = true,
    },
    {
        .name = "buffer_bytes",
        .unit = "bytes",
        .help = "size of each receive buffer",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = BUFFER_POOL_SIZE_MAX,
        .fallback = "16384",
        .modes = "drain,steady,rate",
        .optional = true,
    },
    {
        .name = "submissions",
        .unit = "",
        .help = "entries in io_uring's submission queue",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 32768,
        .fallback = "256",
        .modes = "drain,steady,rate",
        .optional = true,
    },
    {
        .name = "completions",
        .unit = "",
        .help = "entries in io_uring's completion queue",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 65536,
        .fallback = "4096",
        .modes = "drain,steady,rate",
        .optional = true,
    },
    {
        .name = "direct_descriptors",
        .unit = "",
        .help = "slots in the file table of io_uring:+direct",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 1000000,
        .fallback = "16384",
        .modes = "drain,steady,rate",
        .optional = true,
    },
    {
        .name = "share",
        .unit = "",
        .help = "in place of rate: a share of what this subject can answer with one CPU, measured "
                "first in the same trial",
        .kind = PARAMETER_DECIMAL,
        .minimum = 0.001,
        .maximum = 2,
        .modes = "rate",
        .optional = true,
    },
    {.name = NULL},
};

static const struct metric metrics[] = {
    {
        .name = "ns_per_accept",
        .unit = "ns",
        .help = "wall time of the median drain, per connection",
        .lower_is_better = true,
        .main = true,
        .modes = "drain",
    },
    {
        .name = "accepts_per_s",
        .unit = "1/s",
        .help = "connections accepted per second of the median drain",
        .modes = "drain",
    },
    {
        .name = "server_cpu_us_per_accept",
        .unit = "us",
        .help = "CPU time of the server's process, user and system, per connection, all drains",
        .lower_is_better = true,
        .modes = "drain",
    },
    {
        .name = "server_cpu_us_per_accept",
        .unit = "us",
        .help = "CPU time of the server's process, user and system, per connection",
        .lower_is_better = true,
        .main = true,
        .modes = "steady",
    },
    {
        .name = "accepts_per_s",
        .unit = "1/s",
        .help = "connections accepted and closed per second",
        .generator_dependent = true,
        .modes = "steady",
    },
    {
        .name = "connect_latency_ns",
        .unit = "ns",
        .help = "from connect() to end of file, closed loop",
        .lower_is_better = true,
        .generator_dependent = true,
        .modes = "steady",
    },
    {
        .name = "server_cpu_us_per_accept",
        .unit = "us",
        .help = "CPU time of the server's process, user and system, per request",
        .lower_is_better = true,
        .main = true,
        .modes = "rate",
    },
    {
        .name = "accepts_per_s",
        .unit = "1/s",
        .help = "requests answered per second",
        .generator_dependent = true,
        .modes = "rate",
    },
    {
        .name = "offered_per_s",
        .unit = "1/s",
        .help = "requests planned per second; not answered as many: the server was saturated",
        .generator_dependent = true,
        .modes = "rate",
    },
    {
        .name = "capacity_per_s",
        .unit = "1/s",
        .help = "requests that it could answer with one CPU, where share is set: closed loop, over "
                "CPU time",
        .modes = "rate",
    },
    {
        .name = "response_latency_ns",
        .unit = "ns",
        .help = "from the planned time to the end of the response",
        .lower_is_better = true,
        .generator_dependent = true,
        .modes = "rate",
    },
    {
        .name = "response_latency_uncorrected_ns",
        .unit = "ns",
        .help = "from connect() to the end of the response: what a closed loop would report",
        .lower_is_better = true,
        .generator_dependent = true,
        .modes = "rate",
    },
    {
        .name = "send_lateness_ns",
        .unit = "ns",
        .help = "from the planned time to connect(): how late the generator itself was",
        .lower_is_better = true,
        .generator_dependent = true,
        .modes = "rate",
    },
    {.name = NULL},
};

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

const struct workload accept_workload = {
    .name = "accept",
    .summary = "what it costs to take connections off a listen queue",
    .modes = modes,
    .parameters = parameters,
    .metrics = metrics,
    .needs = needs,
    .refuses = refuses,
    .by_default = by_default,
    .estimate_s = estimate_s,
    .run = accept_run,
};
