/* The main metric of each subject of a cell, round by round, as far as a run has come. Internal to
 * analysis/.
 *
 * Everything that is asked is asked as of a round, and later rounds do not change the answer: a
 * report that has all of a run finds what the run found while it was measured. */
#ifndef HARNESS_ANALYSIS_SERIES_H
#define HARNESS_ANALYSIS_SERIES_H

#include "harness/record/run.h"

#include <stdbool.h>
#include <stddef.h>

/* Of one subject, or of the twin. */
struct series {
    /* By round; NAN: no valid trial. NULL: no trial at all. */
    double *values;
    /* Up to and with this round: trials, valid or not; values; and those of them whose generator
     * was the bound. */
    unsigned *trials, *counts, *bounds;
};

struct cell_series {
    /* NULL: the cell has no main metric, and no series. */
    const struct metric *metric;
    size_t metric_index;
    /* One for each subject of the run, and the twin's as the last one. Those of no tier stay empty.
     */
    struct series *list;
    size_t count;
    /* Whose twin it is; SUBJECT_NONE: there are no twins. */
    size_t twin_of;
    /* Rounds that were taken in, and that there is room for; rows of the tables taken in. */
    size_t rounds, room, rows, twin_rows;
    /* Rows that were looked through for the latest round. */
    size_t seen;
};

/* 0 or -ENOMEM. Close it in any case. */
int cell_series_open(struct cell_series *, const struct run *, const struct run_cell *);
void cell_series_close(struct cell_series *);

/* Raises *rounds to those that the cell's trials tell of. */
void cell_series_count_rounds(struct cell_series *, const struct run_cell *, size_t *rounds);

/* Takes in what the run has by now, of its first `rounds` rounds: trials of the cell in rounds that
 * are over. 0 or -ENOMEM. */
int cell_series_take(struct cell_series *, const struct run *, const struct run_cell *,
                     size_t rounds);

/* ---- in the first `rounds` rounds, of which there is at least one ---- */

bool series_has_value(const struct series *, size_t rounds);
/* Whether there was a trial after the first `since` of them. */
bool series_has_trial(const struct series *, size_t since, size_t rounds);
/* Whether the generator was the bound too often. Only of one that has trials. */
bool series_is_bound(const struct series *, const struct metric *, size_t rounds);

#endif
