/* timer: are timers on time, and what do they cost?
 *
 * accuracy: timers on an absolute plan, in every round beside the kernel's own (floor:nanosleep),
 * because most of what is called a backend's timer accuracy is the kernel's timer slack. scale:
 * what a timer costs when there are many, beside libuv. */
#include "harness/contract/timer_ops.h"
#include "harness/workloads/timer_limits.h"
#include "harness/workloads/timer_modes.h"
#include "harness/workloads/timer_trial.h"
#include "harness/workloads/workloads.h"

#include <string.h>

/* Descriptors that a process has besides its connections. */
#define OTHER_FILES 32

/* Streams of connections that are closing still hold their descriptors. */
#define CLOSING_FILES 256

static const char *const modes[] = {"accuracy", "scale", NULL};

static const struct parameter parameters[] = {
    {
        .name = "interval_us",
        .unit = "us",
        .help = "from one planned time of a timer to its next",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 10000000,
        .fallback = "1000",
        .modes = "accuracy",
    },
    {
        .name = "timers",
        .unit = "",
        .help = "timers, spread evenly over the interval",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 1000,
        .fallback = "1",
        .modes = "accuracy",
    },
    {
        .name = "timers",
        .unit = "",
        .help = "timers at a time",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 100000000,
        .fallback = "10000",
        .modes = "scale",
    },
    {
        .name = "due",
        .unit = "",
        .help = "when they are due: at random, or each after all that were started before",
        .kind = PARAMETER_CHOICE,
        .choices = "random,monotone",
        .fallback = "random",
        .modes = "scale",
    },
    {
        .name = "slack",
        .unit = "ns",
        .help = "timer slack: what the system gives, or 1 ns (Linux)",
        .kind = PARAMETER_CHOICE,
        .choices = "default,1",
        .fallback = "default",
        .modes = "accuracy",
    },
    {
        .name = "busy_us",
        .unit = "us",
        .help = "CPU time that each callback burns",
        .kind = PARAMETER_INTEGER,
        .minimum = 0,
        .maximum = 10000000,
        .fallback = "0",
        .modes = "accuracy",
    },
    {
        .name = "conns",
        .unit = "",
        .help = "connections under way at a time, which the same loop accepts and closes; 0: none",
        .kind = PARAMETER_INTEGER,
        .minimum = 0,
        .maximum = 65535,
        .fallback = "0",
        .modes = "accuracy",
    },
    {
        .name = "scheduler",
        .unit = "",
        .help = "scheduling of the timers' thread: the usual, or real-time (SCHED_FIFO)",
        .kind = PARAMETER_CHOICE,
        .choices = "other,fifo",
        .fallback = "other",
        .modes = "accuracy",
    },
    {
        .name = "seconds",
        .unit = "s",
        .help = "length of the measured window; half as long shows how a timer drifts",
        .kind = PARAMETER_DECIMAL,
        .minimum = 0.01,
        .maximum = 600,
        .fallback = "0.2",
        .modes = "accuracy",
    },
    {.name = NULL},
};

static const struct metric metrics[] = {
    {
        .name = "lateness_p50_ns",
        .unit = "ns",
        .help = "from the planned time to the callback, median of a trial's timers",
        .lower_is_better = true,
        .main = true,
        .modes = "accuracy",
    },
    {
        .name = "lateness_p99_ns",
        .unit = "ns",
        .help = "the same at the 99th percentile, where a trial has timers enough to tell",
        .lower_is_better = true,
        .modes = "accuracy",
    },
    {
        .name = "early",
        .unit = "count",
        .help = "callbacks before their planned time; anything but 0 is a fault of the subject",
        .lower_is_better = true,
        .modes = "accuracy",
    },
    {
        .name = "drift_ns_per_s",
        .unit = "ns/s",
        .help = "what a timer that repeats by itself loses; what follows a plan has no drift",
        .lower_is_better = true,
        .modes = "accuracy",
    },
    {
        .name = "cpu_us_per_timer",
        .unit = "us",
        .help = "CPU time of the process, user and system, per callback, with busy_us",
        .lower_is_better = true,
        .modes = "accuracy",
    },
    {
        .name = "lateness_ns",
        .unit = "ns",
        .help = "from the planned time to the callback",
        .lower_is_better = true,
        .modes = "accuracy",
    },
    {
        .name = "iteration_ns",
        .unit = "ns",
        .help = "how long each iteration kept the loop away from waiting",
        .lower_is_better = true,
        .modes = "accuracy",
    },
    {
        .name = "ns_per_start_and_fire",
        .unit = "ns",
        .help = "starting all, then firing all in one iteration, per timer",
        .lower_is_better = true,
        .main = true,
        .modes = "scale",
    },
    {
        .name = "ns_per_start",
        .unit = "ns",
        .help = "starting all and one iteration, per timer",
        .lower_is_better = true,
        .modes = "scale",
    },
    {
        .name = "ns_per_restart",
        .unit = "ns",
        .help = "starting each again, in shuffled order, and one iteration, per timer",
        .lower_is_better = true,
        .modes = "scale",
    },
    {
        .name = "ns_per_cancel",
        .unit = "ns",
        .help = "stopping each, in shuffled order, and one iteration, per timer",
        .lower_is_better = true,
        .modes = "scale",
    },
    {
        .name = "ns_per_fire",
        .unit = "ns",
        .help = "firing all in one iteration, per timer",
        .lower_is_better = true,
        .modes = "scale",
    },
    {
        .name = "bytes_per_timer",
        .unit = "bytes",
        .help = "memory allocated for a timer that was started: its handle and its share of the "
                "loop's",
        .lower_is_better = true,
        .modes = "scale",
    },
    {.name = NULL},
};

static bool is_scale(const char *mode)
{
    return strcmp(mode, "scale") == 0;
}

static struct cell_needs needs(const char *mode, const struct named_values *params)
{
    struct cell_needs needs = {
        .impossible = timer_impossible(mode, params),
        .server_files = OTHER_FILES,
        .generator_files = OTHER_FILES,
    };
    uint64_t conns = is_scale(mode) ? 0 : parameter_integer(params, "conns");
    if (conns > 0) {
        needs.server_files += conns + CLOSING_FILES;
        needs.generator_files += conns;
        needs.backlog = conns;
        needs.backlog_parameter = "conns";
    }
    return needs;
}

static const char *refuses(const struct subject *subject, const char *mode,
                           const struct named_values *params, char *reason)
{
    (void)reason;
    const struct timer_ops *ops = subject->timer;
    if (ops == NULL)
        return "it has no timers here";
    if (subject->variant && subject->variant->emulated)
        return "libkqueue emulates it on top of another mechanism: that shows whether the code is "
               "right, and its figures say nothing; it is checked (pollbench check), not measured";
    if (is_scale(mode))
        return ops->scale == NULL ? "it keeps no timers: it only sleeps" : NULL;
    if (ops->accuracy == NULL)
        return "its timers are whole milliseconds from a time that was rounded down to one: on a "
               "plan of nanoseconds they would be early; mode=scale compares what they cost";
    if (parameter_integer(params, "conns") == 0)
        return NULL;
    if (!ops->accuracy->accepts)
        return "it sleeps and does nothing else, so nobody would accept the connections; its "
               "figures without load are those of the same cell with conns=0";
    if (subject->tier == TIER_NONE)
        return "null has no kernel behind it: nothing can connect to it";
    return NULL;
}

static bool is_among(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* accuracy: one subject for each way of waiting, because backends that share one share its lateness
 * (epoll-et waits as epoll does), and what the kernel does by itself. scale: the backend has no
 * part in it, so two of them are there to show just that. */
static bool by_default(const struct subject *subject, const char *mode,
                       const struct named_values *params)
{
    static const char *const waits[] = {
        "select", "poll", "epoll", "io_uring", "kqueue", "floor:nanosleep", "floor:timerfd", NULL};
    static const char *const scales[] = {"epoll", "io_uring", "kqueue", "peer:libuv", NULL};
    bool emulated = subject->variant && subject->variant->emulated;
    if (subject->timer == NULL || emulated)
        return false;
    if (is_scale(mode))
        return is_among(subject->name, scales);
    bool sleeps = subject->timer->accuracy && !subject->timer->accuracy->accepts;
    return is_among(subject->name, waits) && !(sleeps && parameter_integer(params, "conns") > 0);
}

static enum cell_load load(const char *mode, const struct named_values *params)
{
    return !is_scale(mode) && parameter_integer(params, "conns") > 0 ? LOAD_CLOSED : LOAD_NONE;
}

static double estimate_s(const char *mode, const struct named_values *params)
{
    return is_scale(mode) ? timer_scale_estimate_s(params) : timer_accuracy_estimate_s(params);
}

static const struct question questions[] = {
    {"accuracy",
     "timer lateness, {interval_us}[, {timers} timers][, slack {slack}][, {conns} conns]"},
    {"scale", "{timers} timers[, {due}]"},
    {NULL, NULL},
};

const struct workload timer_workload = {
    .name = "timer",
    .summary = "whether timers are on time, and what they cost",
    .modes = modes,
    .parameters = parameters,
    .metrics = metrics,
    .questions = questions,
    .load = load,
    .needs = needs,
    .refuses = refuses,
    .by_default = by_default,
    .estimate_s = estimate_s,
    .run = timer_run,
};
