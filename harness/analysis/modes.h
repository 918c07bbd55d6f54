/* The cells of a run by mode: a mode has one main metric, and its cells are shown together. */
#ifndef HARNESS_ANALYSIS_MODES_H
#define HARNESS_ANALYSIS_MODES_H

#include "harness/analysis/analysis.h"

struct mode_view {
    const struct workload *workload;
    const char *mode;
    /* The main one; NULL: there is none. */
    const struct metric *metric;
    /* Places in the run: cells that have any figure, in its order. */
    size_t *cells, cell_count;
    /* Places in the run: subjects that have a verdict in any of these cells, or else a figure; tier
     * by tier, readiness first, each in the order of the run. */
    size_t *subjects, subject_count;
};

struct mode_list {
    struct mode_view *modes;
    size_t count;
};

/* Modes in the order of their first cell; those without any figure are left out. 0 or -ENOMEM; free
 * it in any case. */
int mode_list_open(struct mode_list *, const struct analysis *);
void mode_list_free(struct mode_list *);

/* Those of one tier that are no floor, which is no choice that anybody has, in one cell. */
struct group {
    /* Not significantly slower than any other of the tier, the best one first. Places in the run.
     */
    size_t subjects[TABLE_SUBJECTS_MAX];
    size_t count;
    /* Of how many. */
    size_t of;
    /* A pair of those in `subjects` is INCONCLUSIVE. */
    bool undecided;
};
void group_find(const struct analysis *, size_t cell, enum backend_tier, struct group *);

#endif
