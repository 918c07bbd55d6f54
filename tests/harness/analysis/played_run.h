/* Runs that are played round by round as `pollbench run` would measure them, with the looks and the
 * leaving of what is decided, but with values that come from elsewhere. */
#ifndef TESTS_HARNESS_ANALYSIS_PLAYED_RUN_H
#define TESTS_HARNESS_ANALYSIS_PLAYED_RUN_H

#include "harness/analysis/looks.h"
#include "harness/stats/random.h"

#include <stdbool.h>
#include <stddef.h>

enum { PLAYED_SUBJECTS = 32 };

/* Fills values[subject] with the round of the cell: NAN, no valid trial. */
typedef void played_values(void *source, size_t cell, size_t round, double *values);

struct played_plan {
    size_t cells, rounds;
    /* By cell. */
    const size_t *subjects;
    played_values *values;
    void *source;
    double minimum_effect;
    /* Subjects leave when they are decided against the first of their cell. */
    bool stops;
};

/* What came of a pair in the end, or when a subject of it left. */
struct played_pair {
    size_t cell, subject, baseline;
    /* At some look it was named, with the minimum effect. */
    bool ever_named;
    /* In the end. */
    bool named, inside;
    struct look_result result;
    /* When it was first named or inside; 0: never. */
    size_t decided_at;
};

struct played_run {
    struct played_pair *pairs;
    size_t pair_count;
    /* Trials that were measured. */
    size_t trials;
};

/* false: no memory. Free it in any case. */
bool played_run(struct played_run *, const struct played_plan *);
void played_run_free(struct played_run *);

#endif
