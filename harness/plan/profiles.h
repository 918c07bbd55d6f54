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

/* Where the cells of a mode are not all combinations of its values, they are those of several sets,
 * each with values of its own beside those that all have. */
struct profile_set_value {
    /* 1, 2, ... within the mode. */
    unsigned set;
    struct profile_value value;
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
    /* Each ends with a NULL workload. */
    const struct profile_value *values;
    const struct profile_set_value *sets;
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
/* Sets of cells that the mode has, >= 1. */
unsigned profile_sets(const struct profile *, const char *workload, const char *mode);
/* The values in one of them; of none (0), or where it has none of its own, those that all have. */
const char *profile_set_values(const struct profile *, const char *workload, const char *mode,
                               const char *parameter, unsigned set);
/* Whether any set has values of its own. */
bool profile_set_has(const struct profile *, const char *workload, const char *mode,
                     const char *parameter);
void profile_print(FILE *, const struct profile *);

#endif
