/* Profiles: the bounds and the parameter values that a run has when it is not told. */
#ifndef HARNESS_PLAN_PROFILES_H
#define HARNESS_PLAN_PROFILES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct profile_value {
    const char *workload, *mode, *parameter;
    /* "0,100,1000", as it would be typed. */
    const char *values;
};

struct profile {
    const char *name;
    const char *summary;
    uint64_t rounds;
    double time_s;
    /* Ends with a NULL workload. */
    const struct profile_value *values;
};

/* NULL past the last; the first is the default. */
const struct profile *profile_at(size_t index);
const struct profile *profile_find(const char *name);
/* The values for one parameter, NULL: the workload's own default. */
const char *profile_values(const struct profile *, const char *workload, const char *mode,
                           const char *parameter);
void profile_print(FILE *, const struct profile *);

#endif
