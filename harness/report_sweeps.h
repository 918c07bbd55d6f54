/* Cells that differ in one parameter and in nothing else. Internal to the report. */
#ifndef HARNESS_REPORT_SWEEPS_H
#define HARNESS_REPORT_SWEEPS_H

#include "harness/measure/knee.h"

#include <jansson.h>
#include <stdbool.h>

#define SWEEP_MAXIMUM 64

struct sweep {
    const char *parameter;
    const json_t *cells[SWEEP_MAXIMUM]; /* by rising value; the run's */
    size_t count;                       /* at least 1, the cell it was looked for with */
};

/* The sweep through `cell`, over a parameter that is a number. */
void sweep_find(const json_t *cells, const json_t *cell, const char *parameter, struct sweep *);

/* The value of a numeric parameter. */
double sweep_value(const json_t *cell, const char *parameter);

bool sweep_same_mode(const json_t *a, const json_t *b);

/* The knee of a pool's subject over a sweep of its load; the indices in it are those of
 * sweep->cells, and a cell without its figures is left out. The rule is in measure/knee.h.
 * false: none of these cells says anything. */
bool sweep_knee(const struct sweep *, const char *subject, struct knee *);

#endif
