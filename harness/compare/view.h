/* One cell in all runs of a side. Internal to compare*.c. */
#ifndef HARNESS_COMPARE_VIEW_H
#define HARNESS_COMPARE_VIEW_H

#include "harness/analysis/samples.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct compare_view {
    const json_t *cell; /* of the first run that has it */
    size_t count;       /* runs that have it */
    const json_t **runs, **cells;
    struct cell_samples *samples;
    json_t *early; /* names of subjects with timers that ran before their time */
};

/* Of the same workload, mode and parameters. */
bool compare_is_same_cell(const json_t *, const json_t *);

/* The cell of a run with the same workload, mode and parameters; NULL: it has none. */
const json_t *compare_find_cell(const json_t *run, const json_t *wanted);

/* 0 or -ENOMEM; close it in any case. Runs, cells and names stay the runs'. */
int compare_view_open(struct compare_view *, json_t *runs, const json_t *wanted);
void compare_view_close(struct compare_view *);

/* Collects one metric of every subject, for compare_view_samples(). */
void compare_view_collect(struct compare_view *, const struct metric *);

/* Of a run, 0..count - 1; NULL when the run does not list the subject. */
const struct samples *compare_view_samples(const struct compare_view *, size_t run,
                                           const char *subject);

/* With a valid trial that has the metric. */
size_t compare_view_rounds(const struct compare_view *, const char *subject);

/* Whether there is any trial, valid or not. */
bool compare_view_has_trials(const struct compare_view *, const char *subject);

/* Why the cell (subject NULL), or the subject in it, was not measured, as far as the runs say;
 * NULL: they do not. */
const char *compare_view_why_absent(const struct compare_view *, json_t *runs, const char *subject);

/* NULL names everything. */
bool compare_is_named(const json_t *list, const char *name);

#endif
