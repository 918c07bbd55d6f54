/* Cells: workload + mode + one value for every parameter; built from settings and profile. */
#ifndef HARNESS_PLAN_CELLS_H
#define HARNESS_PLAN_CELLS_H

#include "harness/plan/run_options.h"

enum { CELLS_MAX = 5000 };

struct cell {
    const struct workload *workload;
    const char *mode;
    json_t *json; /* as it stands in run.json; owned by the array that cells_build() returns */
    const json_t *params;                             /* inside json */
    const struct subject *subjects[RUN_SUBJECTS_MAX]; /* that run on it; empty when it is skipped */
    size_t subject_count;
};

/* Every combination, as the "cells" array of run.json; the last parameter varies fastest. NULL with
 * a sentence when a setting names what does not exist, or a value is out of its range. */
json_t *cells_build(const struct run_options *, char *problem);

/* One cell of that array, without subjects yet. */
void cell_open(struct cell *, json_t *json);

/* "accept drain queue=1000 idle=0": for people. Cut to fit. */
void cell_describe(const struct cell *, char *text, size_t bytes);

#endif
