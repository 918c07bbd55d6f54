/* Profiles: the bounds and the parameter values that a run has when it is not told. */
#ifndef HARNESS_PLAN_PROFILES_H
#define HARNESS_PLAN_PROFILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* In place of a parameter: the subjects that run in the mode when nobody names any. */
#define PROFILE_BACKENDS "backends"

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
    /* Trials are cut where a probe finds the machine noisy (execute/fit.h). */
    bool fits_lengths;
    /* Modes that run only when they, or their workload, are named: "pool mixed,pool saturate". */
    const char *left_out;
    /* Ends with a NULL workload. */
    const struct profile_value *values;
};

/* NULL past the last; the first is the default. */
const struct profile *profile_at(size_t index);
const struct profile *profile_find(const char *name);
/* Whether the subject runs in the mode when nobody named subjects, as far as the profile goes. */
bool profile_has_subject(const struct profile *, const char *workload, const char *mode,
                         const char *subject);
/* The values for one parameter, NULL: the workload's own default. */
const char *profile_values(const struct profile *, const char *workload, const char *mode,
                           const char *parameter);
void profile_print(FILE *, const struct profile *);

#endif
