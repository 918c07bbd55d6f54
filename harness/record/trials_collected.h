/* What a trials_builder has collected. Internal to trials_builder.c and trials_finish.c. */
#ifndef HARNESS_RECORD_TRIALS_COLLECTED_H
#define HARNESS_RECORD_TRIALS_COLLECTED_H

#include "harness/record/trials_builder.h"
#include "harness/record/trials_layout.h"

/* A name, and its columns while they grow: `width` values for each trial, side by side; NAN where a
 * trial has none. */
struct name {
    char *text;
    size_t first_trial; /* that has it */
    double *values;
};

struct names {
    struct name *list;
    size_t count, maximum, width;
    const char *what; /* the field of a trial that they stand in */
};

/* One histogram of the valid trials of one subject. */
struct merged {
    uint64_t trials;
    struct histogram histogram;
};

struct trials_builder {
    char where[80];
    uint64_t *room;
    struct trial *list; /* `subject` is an index of subjects, why_invalid one of reasons, from 1 */
    size_t count, capacity;
    struct names subjects, names[TRIALS_KINDS];
    char *reasons;
    size_t reasons_bytes;
    struct merged *merged[TRIALS_HISTOGRAMS_MAX][TRIALS_SUBJECTS_MAX];
};

void trials_take_percentiles(const struct histogram *, double *percentiles_ns);

#endif
