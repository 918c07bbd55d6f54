#include "harness/profiles.h"

#include <string.h>

/* Accepting costs readiness backends more the more idle connections they watch, and how much more
 * is what separates them: hence a curve over `idle`, from none to what the usual limit of files
 * still holds. */
static const struct profile_value quick[] = {
    {"accept", "drain", "queue", "1000"},
    {"accept", "drain", "idle", "0,100,1000,4000"},
    {"accept", "steady", "conns", "64"},
    {"accept", "steady", "seconds", "0.2"},
    {NULL, NULL, NULL, NULL},
};

static const struct profile_value standard[] = {
    {"accept", "drain", "queue", "10,100,1000"},
    {"accept", "drain", "idle", "0,10,100,1000,4000"},
    {"accept", "steady", "conns", "1,16,64,256"},
    {"accept", "steady", "seconds", "0.5"},
    {NULL, NULL, NULL, NULL},
};

static const struct profile_value thorough[] = {
    {"accept", "drain", "queue", "1,10,100,1000,4000"},
    {"accept", "drain", "idle", "0,1,10,100,1000,4000,8000"},
    {"accept", "drain", "budget", "1,16,64"},
    {"accept", "steady", "conns", "1,4,16,64,256,1024"},
    {"accept", "steady", "idle", "0,1000"},
    {"accept", "steady", "seconds", "1"},
    {NULL, NULL, NULL, NULL},
};

static const struct profile profiles[] = {
    {"quick", "a first look", 1000, 90, quick},
    {"standard", "intervals that settle most comparisons", 2000, 1800, standard},
    {"thorough", "a run worth keeping", 10000, 6 * 3600, thorough},
};

const struct profile *profile_at(size_t index)
{
    return index < sizeof(profiles) / sizeof(profiles[0]) ? &profiles[index] : NULL;
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
