/* Cells: workload + mode + one value for every parameter; built from settings and profile. */
#ifndef HARNESS_PLAN_CELLS_H
#define HARNESS_PLAN_CELLS_H

#include "harness/contract/cell.h"
#include "harness/plan/run_options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CELLS_MAX = 5000 };
#define NO_TWIN SIZE_MAX

struct refused_subject {
    /* Place in the selection. */
    size_t subject;
    char *reason;
};

struct planned_cell {
    struct cell cell;
    /* Why nothing runs on it; NULL. Owned. */
    char *skipped;
    /* Places in the selection (plan/selection.h): subjects that run on it. None of a cell that is
     * skipped. */
    size_t subjects[RUN_SUBJECTS_MAX];
    size_t subject_count;
    /* The one that runs a second time in each round, as its own twin; or NO_TWIN. */
    size_t twin;
    /* Nothing more runs on it: what it asked is answered. */
    bool decided;
    /* What a round of it takes, in seconds; 0: there was none yet. */
    double round_s;
    /* In place of the rate among its parameters, a share of what the generator can make here, which
     * a probe finds out (execute/probe.h); 0: the rate is as it stands there. */
    double rate_share;
    /* Those that cannot. Owned. */
    struct refused_subject *refused;
    size_t refused_count;
};

/* All zeros is an empty one. */
struct cell_list {
    struct planned_cell *list;
    size_t count;
};

/* Every combination, without subjects yet; the last parameter varies fastest. The list is empty
 * before, and to be freed in any case. 0; -ENOMEM; or -EINVAL with a sentence when a setting names
 * what does not exist, or a value is out of its range. */
int cells_build(struct cell_list *, const struct run_options *, char *problem);
void cells_free(struct cell_list *);

/* The subject runs on the cell no more, and neither does its twin. */
void planned_cell_forget(struct planned_cell *, size_t subject);

#endif
