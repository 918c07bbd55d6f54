/* What each subject did for one operation: waits, interest changes, system calls. Counters explain
 * a difference; a table of times without them invites guessing. */
#ifndef HARNESS_ANALYSIS_COUNTERS_H
#define HARNESS_ANALYSIS_COUNTERS_H

#include "harness/record/run.h"

/* The counters of a cell, most telling first: "syscalls", "waits", "changes", "events", then what
 * any subject used. Returns how many of `capacity`; the names are the cell's, or static. */
size_t counter_names(const struct run_cell *, const char **names, size_t capacity);

/* A counter divided by the operations of its trial: the median over the subject's valid trials, or
 * for "syscalls" its counting trials. false: nobody counted. */
bool counter_per_operation(const struct run_cell *, size_t subject, const char *counter,
                           double *per_operation, size_t *trials);

/* What an operation is in this cell: "accept", "timer", "job". */
const char *counter_operation(const struct cell *);

#endif
