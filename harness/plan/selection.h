/* Which subjects run on which cells: what was asked for, less what this system does not have, what
 * a subject cannot do, and what does not fit its limits. Whatever is left out is said on standard
 * error and recorded; nothing ever runs in its place. */
#ifndef HARNESS_PLAN_SELECTION_H
#define HARNESS_PLAN_SELECTION_H

#include "harness/plan/cells.h"
#include "harness/system/limits.h"

struct selection {
    const struct subject *subjects[RUN_SUBJECTS_MAX]; /* the available ones */
    size_t count;
    bool named; /* by the user, every one of them */
};

/* Asks for every subject that is named, or else that is not opt-in. A new "subjects" array of
 * run.json. */
json_t *selection_of_subjects(const struct run_options *, struct selection *);

/* Opens the cells of `list` that fit, each with the subjects that can run on it (the rungs of a
 * ladder, unless they were named, where the workload shows it), into `cells` (room for all of the
 * list). Returns how many there are with any subject. */
size_t selection_of_cells(const struct selection *, const struct limits *, json_t *list,
                          struct cell *cells);

#endif
