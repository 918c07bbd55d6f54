#include "harness/plan/profiles.h"

#include "harness/base/terminal.h"
#include "harness/contract/parameters.h"

#include <string.h>

/* accept: readiness backends pay for the idle connections they watch, and how much is what
 * separates them.
 *
 * echo: messages on few and many connections that all talk, and on a few of many; the sizes and the
 * pipeline are not swept with all of them, hence the sets.
 *
 * timer: lateness with the kernel's slack and without it; the cost of an operation by the number of
 * timers.
 *
 * pool: throughput and queue wait up to the knee and past it, by the number of threads.
 *
 * standard and thorough measure curves, of every subject that is there. quick asks the questions
 * that people have: which of the four mechanisms, and is our loop behind libuv? Every further pair
 * makes all of them wait for more rounds, so the ladder, variants, floors and sweeps are not in it.
 * The floor of timer accuracy is: most of what a timer is late by is the kernel's own doing, and
 * only the difference to clock_nanosleep in the same round shows that. It has no tier, and so no
 * pair. Of the pool's subjects those that differ in the backend alone differ by next to nothing.
 */

/* Longer lists are broken behind their commas. */
enum { LIST_BYTES = 40 };

#define MECHANISMS "select,poll,epoll,io_uring,kqueue"

static const struct profile_value quick[] = {
    {"accept", "drain", PROFILE_BACKENDS, MECHANISMS},
    {"accept", "drain", "queue", "100"},
    {"accept", "drain", "idle", "0,1000"},
    {"accept", "drain", "drains", "10"},
    {"accept", "steady", PROFILE_BACKENDS, MECHANISMS},
    {"accept", "steady", "conns", "64"},
    {"accept", "steady", "seconds", "0.02"},
    {"accept", "rate", PROFILE_BACKENDS, MECHANISMS},
    {"accept", "rate", "rate", "30%"},
    {"accept", "rate", "seconds", "0.025"},
    {"echo", "closed", PROFILE_BACKENDS, MECHANISMS ",peer:libuv"},
    {"echo", "closed", "seconds", "0.02"},
    {"timer", "accuracy", PROFILE_BACKENDS, MECHANISMS ",floor:nanosleep"},
    {"timer", "accuracy", "interval_us", "1000"},
    {"timer", "accuracy", "slack", "default"},
    {"timer", "accuracy", "seconds", "0.015"},
    {"timer", "scale", PROFILE_BACKENDS, "epoll,kqueue,peer:libuv"},
    {"timer", "scale", "timers", "1000,20000"},
    {"pool", "saturate", PROFILE_BACKENDS, "epoll,kqueue,peer:libuv"},
    {"pool", "saturate", "job_us", "50"},
    {"pool", "saturate", "load", "1.2"},
    {"pool", "saturate", "queue_limit", "64"},
    {"pool", "saturate", "seconds", "0.05"},
    {"pool", "mixed", PROFILE_BACKENDS, "epoll,kqueue,peer:libuv"},
    {"pool", "mixed", "queue_limit", "64"},
    {"pool", "mixed", "seconds", "0.03"},
    {"pool", "throughput", PROFILE_BACKENDS, "epoll,kqueue,peer:libuv"},
    {"pool", "throughput", "seconds", "0.025"},
    {NULL, NULL, NULL, NULL},
};

static const struct profile_value standard[] = {
    {"accept", "drain", "queue", "100"},
    {"accept", "drain", "idle", "0,100,1000,4000"},
    {"accept", "steady", "conns", "1,64,256"},
    {"accept", "steady", "seconds", "0.1"},
    {"accept", "rate", "rate", "2000,4000,8000"},
    {"accept", "rate", "seconds", "0.1"},
    {"echo", "closed", "seconds", "0.1"},
    {"timer", "accuracy", "interval_us", "100,1000,10000,100000"},
    {"timer", "accuracy", "slack", "default,1"},
    {"timer", "accuracy", "seconds", "0.1"},
    {"timer", "scale", "timers", "1000,10000,100000"},
    {"timer", "scale", "due", "random,monotone"},
    {"pool", "saturate", "threads", "1,4,16"},
    {"pool", "saturate", "load", "0.3,0.6,0.8,0.9,1,1.2,1.5"},
    {"pool", "saturate", "seconds", "0.1"},
    {"pool", "mixed", "load", "0.3,0.6,0.9"},
    {"pool", "mixed", "seconds", "0.2"},
    {"pool", "throughput", "threads", "1,4,16"},
    {"pool", "throughput", "seconds", "0.2"},
    {NULL, NULL, NULL, NULL},
};

static const struct profile_value thorough[] = {
    {"accept", "drain", "queue", "1,10,100,1000,4000"},
    {"accept", "drain", "idle", "0,1,10,100,1000,4000,8000"},
    {"accept", "drain", "budget", "1,16,64"},
    {"accept", "steady", "conns", "1,4,16,64,256,1024"},
    {"accept", "steady", "idle", "0,1000"},
    {"accept", "steady", "seconds", "1"},
    {"accept", "rate", "rate", "500,1000,2000,4000,8000,16000"},
    {"accept", "rate", "seconds", "1"},
    {"echo", "closed", "seconds", "1"},
    {"timer", "accuracy", "interval_us", "100,1000,10000,100000"},
    {"timer", "accuracy", "timers", "1,100"},
    {"timer", "accuracy", "slack", "default,1"},
    {"timer", "accuracy", "conns", "0,16"},
    {"timer", "accuracy", "seconds", "1"},
    {"timer", "scale", "timers", "1000,10000,100000,1000000"},
    {"timer", "scale", "due", "random,monotone"},
    {"pool", "saturate", "threads", "1,2,4,8,16,64,128"},
    {"pool", "saturate", "load", "0.1,0.3,0.5,0.7,0.8,0.9,1,1.2,1.5"},
    {"pool", "saturate", "seconds", "0.5"},
    {"pool", "mixed", "threads", "2,4,8"},
    {"pool", "mixed", "load", "0.3,0.6,0.9"},
    {"pool", "mixed", "seconds", "1"},
    {"pool", "throughput", "threads", "1,2,4,8,16,64,128"},
    {"pool", "throughput", "seconds", "0.5"},
    {NULL, NULL, NULL, NULL},
};

static const struct profile_set_value quick_sets[] = {
    {1, {"echo", "closed", "connections", "64"}},
    {2, {"echo", "closed", "connections", "500"}},
    {2, {"echo", "closed", "active", "5"}},
    {0, {NULL, NULL, NULL, NULL}},
};

static const struct profile_set_value standard_sets[] = {
    {1, {"echo", "closed", "connections", "1,64,512"}}, {2, {"echo", "closed", "bytes", "16384"}},
    {3, {"echo", "closed", "connections", "500"}},      {3, {"echo", "closed", "active", "5"}},
    {4, {"echo", "closed", "pipeline", "16"}},          {0, {NULL, NULL, NULL, NULL}},
};

static const struct profile_set_value thorough_sets[] = {
    {1, {"echo", "closed", "connections", "1,8,64,512,4000"}},
    {1, {"echo", "closed", "bytes", "64,1024,16384,65536"}},
    {2, {"echo", "closed", "connections", "500,4000"}},
    {2, {"echo", "closed", "active", "5"}},
    {3, {"echo", "closed", "connections", "1,64"}},
    {3, {"echo", "closed", "bytes", "64,1024"}},
    {3, {"echo", "closed", "pipeline", "16"}},
    {4, {"echo", "closed", "connections", "1,64"}},
    {4, {"echo", "closed", "bytes", "64,16384"}},
    {4, {"echo", "closed", "transport", "unix"}},
    {0, {NULL, NULL, NULL, NULL}},
};

static const struct profile profiles[] = {
    {
        .name = "quick",
        .summary = "questions that people ask, answered within a minute",
        .rounds = 1000,
        /* Of a minute, what the tolerance of a run's time may add. */
        .time_s = 57,
        .fits_lengths = true,
        .left_out = "pool saturate,pool mixed",
        .values = quick,
        .sets = quick_sets,
    },
    {
        .name = "standard",
        .summary = "intervals that settle most comparisons",
        .rounds = 2000,
        .time_s = 960,
        .left_out = "",
        .values = standard,
        .sets = standard_sets,
    },
    {
        .name = "thorough",
        .summary = "a run worth keeping",
        .rounds = 10000,
        .time_s = 6 * 3600,
        .left_out = "",
        .values = thorough,
        .sets = thorough_sets,
    },
};

const struct profile *profile_at(size_t index)
{
    return index < sizeof profiles / sizeof profiles[0] ? &profiles[index] : NULL;
}

const struct profile *profile_find(const char *name)
{
    for (size_t i = 0; profile_at(i) != NULL; i++) {
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    }
    return NULL;
}

static bool is_of_mode(const struct profile_value *v, const char *workload, const char *mode)
{
    return strcmp(v->workload, workload) == 0 && strcmp(v->mode, mode) == 0;
}

const char *profile_values(const struct profile *profile, const char *workload, const char *mode,
                           const char *parameter)
{
    for (const struct profile_value *v = profile->values; v->workload != NULL; v++) {
        if (is_of_mode(v, workload, mode) && strcmp(v->parameter, parameter) == 0)
            return v->values;
    }
    return NULL;
}

unsigned profile_sets(const struct profile *profile, const char *workload, const char *mode)
{
    unsigned sets = 1;
    for (const struct profile_set_value *s = profile->sets; s->set > 0; s++) {
        if (is_of_mode(&s->value, workload, mode) && s->set > sets)
            sets = s->set;
    }
    return sets;
}

const char *profile_set_values(const struct profile *profile, const char *workload,
                               const char *mode, const char *parameter, unsigned set)
{
    for (const struct profile_set_value *s = profile->sets; s->set > 0; s++) {
        if (s->set == set && is_of_mode(&s->value, workload, mode) &&
            strcmp(s->value.parameter, parameter) == 0)
            return s->value.values;
    }
    return profile_values(profile, workload, mode, parameter);
}

bool profile_set_has(const struct profile *profile, const char *workload, const char *mode,
                     const char *parameter)
{
    for (const struct profile_set_value *s = profile->sets; s->set > 0; s++) {
        if (is_of_mode(&s->value, workload, mode) && strcmp(s->value.parameter, parameter) == 0)
            return true;
    }
    return false;
}

bool profile_has_subject(const struct profile *profile, const char *workload, const char *mode,
                         const char *subject)
{
    const char *list = profile_values(profile, workload, mode, PROFILE_BACKENDS);
    return list == NULL || name_in_list(list, subject);
}

/* Broken behind commas: a list may be as long as it likes. */
static void print_value(FILE *out, const struct profile_value *value, unsigned set)
{
    char text[640], place[32] = "";
    size_t length = 0;
    if (set > 0)
        snprintf(place, sizeof place, ", cells %u", set);
    snprintf(text, sizeof text, "%s %s%s: %s=", value->workload, value->mode, place,
             value->parameter);
    length = strlen(text);
    for (const char *at = value->values; *at != '\0' && length + 3 < sizeof text; at++) {
        text[length++] = *at;
        if (*at == ',' && strlen(value->values) > LIST_BYTES)
            text[length++] = ' ';
    }
    text[length] = '\0';
    terminal_wrap(out, fprintf(out, "  %-10s ", ""), 15, text);
}

void profile_print(FILE *out, const struct profile *profile)
{
    char text[240];
    snprintf(text, sizeof text, "%s: at most %llu rounds or %g s", profile->summary,
             (unsigned long long)profile->rounds, profile->time_s);
    terminal_wrap(out, fprintf(out, "  %-10s ", profile->name), 15, text);
    for (const struct profile_value *v = profile->values; v->workload != NULL; v++)
        print_value(out, v, 0);
    for (const struct profile_set_value *each = profile->sets; each->set > 0; each++)
        print_value(out, &each->value, each->set);
}
