/* Which subjects run on which cells: what was asked for, less what this system does not have, what
 * a subject cannot do, and what does not fit its limits. Whatever is left out is recorded, and said
 * at the end of the run; on standard error what was asked for by name, and the first cell that does
 * not fit. Nothing ever runs in its place. */
#ifndef HARNESS_PLAN_SELECTION_H
#define HARNESS_PLAN_SELECTION_H

#include "harness/plan/cells.h"
#include "harness/plan/subject_list.h"
#include "harness/system/limits.h"

#include <stdbool.h>
#include <stddef.h>

struct selection {
    /* In this order they stand in the run. Those that are not available, too. */
    struct subject_description subjects[RUN_SUBJECTS_MAX];
    size_t count;
    /* By the user, every one of them. */
    bool named;
    /* Which says who runs where when nobody is named. */
    const struct profile *profile;
};

/* Asks for every subject that is named, or else that is not opt-in. */
void selection_of_subjects(struct selection *, const struct run_options *);

/* Its place in the selection; SIZE_MAX: it is not in it. */
size_t selection_find(const struct selection *, const struct subject *);

/* Gives each cell the subjects that can run on it (the rungs of a ladder, unless they were named,
 * where the workload shows it). *running: how many cells have any. 0 or -ENOMEM. */
int selection_of_cells(const struct selection *, const struct limits *, struct cell_list *,
                       size_t *running);

#endif
