/* What has no figures, or figures that do not count, and why: each reason once, for all who show
 * it. */
#ifndef HARNESS_ANALYSIS_REASONS_H
#define HARNESS_ANALYSIS_REASONS_H

#include "harness/analysis/analysis.h"

enum reason_kind {
    /* A subject that this system does not have, or that left cells, or a cell that was not
       measured. */
    REASON_SKIPPED,
    /* A subject that runs with deadlines of whole milliseconds. */
    REASON_ROUNDED,
    /* Trials that do not count. */
    REASON_TRIALS,
    /* Pairs without a word, and those that are INCONCLUSIVE. These are many, and are counted
       together by their reason. */
    REASON_INVALID,
    REASON_INCONCLUSIVE,
    /* Figures that the generator set the pace of, and cells in which it did not prove its headroom.
     */
    REASON_BOUND,
    REASON_HEADROOM,
    /* Cells in which server and generator are not kept on two cores. */
    REASON_ONE_CORE,
    REASON_KINDS,
};

struct reason {
    enum reason_kind kind;
    /* The subject ("io_uring"), the pair ("epoll against poll"), the cell, or "" for trials, and
       for pairs that are INCONCLUSIVE. As the run has it: not yet fit for a terminal. */
    char *who;
    char *why;
    /* `who` is a cell, which was not measured at all. */
    bool is_cell;
    /* How often; for REASON_SKIPPED in how many cells. */
    size_t times;
};

struct reason_list {
    struct reason *list;
    size_t count, room;
    /* Trials of these cells, and cells. */
    size_t trials, cells;
};

/* Of the run as a whole: subjects that it could not have, or not whole. Then of some cells, by
 * their places. In the order in which they come first. Each adds to the list; 0 or -ENOMEM. */
int reasons_add_run(struct reason_list *, const struct run *);
int reasons_add_cells(struct reason_list *, const struct analysis *, const size_t *cells,
                      size_t count);
void reasons_free(struct reason_list *);

/* Whether something else ran on the subject's CPU: a subject that is held on one CPU should have it
 * for itself. A trial in which it had to give way (involuntary context switches) more than once in
 * 10 ms is disturbed, and a cell is when more than one in five of its valid trials are. Of a
 * workload whose subject may use all CPUs nothing is said: its own threads make each other give
 * way. */
struct disturbance {
    size_t cells, trials, of_trials;
};
/* Of these cells of one mode; all 0: none is disturbed. */
struct disturbance disturbance_find(const struct run *, const size_t *cells, size_t count);

#endif
