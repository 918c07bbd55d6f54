#include "harness/workloads/timer_limits.h"

#include "backends/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char sentence[PROBLEM_BYTES];

#define say(...) (snprintf(sentence, sizeof sentence, __VA_ARGS__), sentence)

int timer_fifo_enter(void)
{
    struct sched_param priority = {.sched_priority = sched_get_priority_min(SCHED_FIFO)};
    return -pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);
}

/* By trying, because what decides it are capabilities, a limit and the control group together. */
static const char *fifo_refusal(void)
{
    struct sched_param before;
    int policy;
    int r = -pthread_getschedparam(pthread_self(), &policy, &before);
    if (r == 0)
        r = timer_fifo_enter();
    if (r == 0) {
        pthread_setschedparam(pthread_self(), policy, &before);
        return NULL;
    }
    return say("SCHED_FIFO is not permitted here (%s); run as root, or permit the lowest real-time "
               "priority: ulimit -r 1, LimitRTPRIO=1 of the service, or CAP_SYS_NICE",
               strerror(-r));
}

static const char *scale_impossible(const struct named_values *params)
{
    uint64_t timers = parameter_integer(params, "timers");
    long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
    if (pages <= 0 || page_bytes <= 0)
        return NULL;
    uint64_t memory = (uint64_t)pages * (uint64_t)page_bytes;
    if (timers <= memory / TIMER_BYTES_MOST)
        return NULL;
    return say("%" PRIu64 " timers take up to %" PRIu64 " MiB, and this system has %" PRIu64
               " MiB of memory; ask for at most %" PRIu64,
               timers, timers * TIMER_BYTES_MOST >> 20, memory >> 20, memory / TIMER_BYTES_MOST);
}

static const char *plan_impossible(const struct named_values *params)
{
    uint64_t interval_us = parameter_integer(params, "interval_us");
    uint64_t interval_ns = interval_us * NS_PER_US;
    uint64_t timers = parameter_integer(params, "timers");
    uint64_t each_ns = parameter_integer(params, "busy_us") * NS_PER_US + TIMER_SPACING_MIN_NS;
    double seconds = parameter_number(params, "seconds");
    struct timespec resolution = {0};
    clock_getres(CLOCK_MONOTONIC, &resolution);
    uint64_t resolution_ns = (uint64_t)resolution.tv_sec * NS_PER_S + (uint64_t)resolution.tv_nsec;
    if (interval_ns < resolution_ns)
        return say("an interval of %" PRIu64 " us is below the resolution of this system's clock, "
                   "%" PRIu64 " ns",
                   interval_us, resolution_ns);
    if (timers * each_ns > interval_ns)
        return say("timers=%" PRIu64 " are more than interval_us=%" PRIu64 " can hold: each "
                   "takes at least %g us, busy_us included; set fewer timers or a longer interval",
                   timers, interval_us, (double)each_ns / 1e3);
    if (seconds * 1e9 < (double)interval_ns)
        return say("a window of %g s is shorter than the interval of %" PRIu64
                   " us; set seconds=%g or more",
                   seconds, interval_us, (double)interval_us / 1e6);
    return NULL;
}

static bool is_choice(const struct named_values *params, const char *name, const char *choice)
{
    return strcmp(parameter_choice(params, name), choice) == 0;
}

const char *timer_impossible(const char *mode, const struct named_values *params)
{
    if (strcmp(mode, "scale") == 0)
        return scale_impossible(params);
    const char *reason = plan_impossible(params);
    if (reason == NULL && is_choice(params, "slack", "1") && !timer_slack_is_supported())
        reason = "timer slack is a notion of Linux: this system has none to set; use slack=default";
    if (reason == NULL && is_choice(params, "scheduler", "fifo"))
        reason = fifo_refusal();
    return reason;
}
