#include "harness/plan/profiles.h"

#include <string.h>

/* accept: readiness backends pay for the idle connections they watch, and how much is what
 * separates them: hence a curve over `idle`, from none to what the usual limit of files holds.
 *
 * timer: lateness over the interval with the kernel's slack and without it; the cost of an
 * operation by the number of timers.
 *
 * pool: throughput and queue wait up to the knee and past it, by the number of threads.
 *
 * The quick one asks about some 350 pairs, of which the first can be named after 17 rounds
 * (stats/verdict.h). It has time for 18 to 21, and one number of threads, to keep its rounds short.
 */
static const struct profile_value quick[] = {
    {"accept", "drain", "queue", "100"},
    {"accept", "drain", "idle", "0,100,1000"},
    {"accept", "steady", "conns", "64"},
    {"accept", "steady", "seconds", "0.04"},
    {"accept", "rate", "rate", "2000"},
    {"accept", "rate", "seconds", "0.04"},
    {"timer", "accuracy", "interval_us", "100,1000,10000"},
    {"timer", "accuracy", "slack", "default,1"},
    {"timer", "accuracy", "seconds", "0.01"},
    {"timer", "scale", "timers", "1000,5000,20000"},
    {"pool", "saturate", "threads", "4"},
    {"pool", "saturate", "job_us", "50"},
    {"pool", "saturate", "load", "0.3,0.6,0.9,1.2"},
    {"pool", "saturate", "queue_limit", "64"},
    {"pool", "saturate", "seconds", "0.05"},
    {"pool", "mixed", "queue_limit", "64"},
    {"pool", "mixed", "seconds", "0.05"},
    {"pool", "throughput", "seconds", "0.04"},
    {NULL, NULL, NULL, NULL},
};

static const struct profile_value standard[] = {
    {"accept", "drain", "queue", "100"},
    {"accept", "drain", "idle", "0,100,1000,4000"},
    {"accept", "steady", "conns", "1,64,256"},
    {"accept", "steady", "seconds", "0.1"},
    {"accept", "rate", "rate", "2000,4000,8000"},
    {"accept", "rate", "seconds", "0.1"},
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

static const struct profile profiles[] = {
    {"quick", "a first look: names large differences", 1000, 140, quick},
    {"standard", "intervals that settle most comparisons", 2000, 960, standard},
    {"thorough", "a run worth keeping", 10000, 6 * 3600, thorough},
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

const char *profile_values(const struct profile *profile, const char *workload, const char *mode,
                           const char *parameter)
{
    for (const struct profile_value *v = profile->values; v->workload != NULL; v++) {
        if (strcmp(v->workload, workload) == 0 && strcmp(v->mode, mode) == 0 &&
            strcmp(v->parameter, parameter) == 0)
            return v->values;
    }
    return NULL;
}

void profile_print(FILE *out, const struct profile *profile)
{
    fprintf(out, "  %-10s %s: at most %llu rounds or %g s\n", profile->name, profile->summary,
            (unsigned long long)profile->rounds, profile->time_s);
    for (const struct profile_value *v = profile->values; v->workload != NULL; v++)
        fprintf(out, "  %-10s %s %s: %s=%s\n", "", v->workload, v->mode, v->parameter, v->values);
}
