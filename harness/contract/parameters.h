/* The parameters, modes and metrics that workloads declare: reading values of them, and printing
 * them. */
#ifndef HARNESS_CONTRACT_PARAMETERS_H
#define HARNESS_CONTRACT_PARAMETERS_H

#include "harness/contract/workload.h"

#include <stdio.h>

/* Whether a comma-separated list, as in parameter.modes, has the name. */
bool name_in_list(const char *list, const char *name);

/* NULL when the workload has none of that name. */
const struct parameter *parameter_find(const struct workload *, const char *name);
bool workload_has_mode(const struct workload *, const char *mode);

/* The metric that decides when a cell of this mode is measured well enough; NULL: none is marked.
 */
const struct metric *workload_main_metric(const struct workload *, const char *mode);

/* Reads one value as its parameter says: a new JSON value, or NULL with a sentence that states the
 * range or the choices. */
json_t *parameter_read(const struct parameter *, const char *text, char *problem);

/* The part of `run --help` that lists modes, parameters and metrics of every workload. */
void parameters_print(FILE *);

#endif
