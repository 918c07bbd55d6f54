/* Cells that differ in one parameter and in nothing else. Internal to the report. */
#ifndef HARNESS_ANALYSIS_SWEEPS_H
#define HARNESS_ANALYSIS_SWEEPS_H

#include "harness/stats/knee.h"

#include <jansson.h>
#include <stdbool.h>

#define SWEEP_MAXIMUM 64

struct sweep {
    const char *parameter;
    const json_t *cells[SWEEP_MAXIMUM]; /* the run's, by rising value; words as they stand there */
    size_t count;
};

/* The sweep through `cell`; alone in it when the parameter has one value. */
void sweep_find(const json_t *cells, const json_t *cell, const char *parameter, struct sweep *);

/* The value of a parameter, 0 for a word. */
double sweep_value(const json_t *cell, const char *parameter);

bool sweep_same_mode(const json_t *a, const json_t *b);

/* The knee of a pool's subject over a sweep of its load; the indices in it are those of
 * sweep->cells, and a cell without its figures is left out. The rule is in measure/knee.h.
 * false: none of these cells says anything. */
bool sweep_knee(const struct sweep *, const char *subject, struct knee *);

#endif
