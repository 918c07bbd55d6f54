/* The parameters, modes and metrics that workloads declare: finding them, and reading values of
 * them. */
#ifndef HARNESS_CONTRACT_PARAMETERS_H
#define HARNESS_CONTRACT_PARAMETERS_H

#include "harness/contract/workload.h"

/* Whether a comma-separated list, as in parameter.modes, has the name. */
bool name_in_list(const char *list, const char *name);

/* The workload's own text of that mode; NULL: it has none of that name. */
const char *workload_mode(const struct workload *, const char *mode);

/* The metrics of a mode, one after the other: after NULL the first, after the last NULL. */
const struct metric *workload_next_metric(const struct workload *, const char *mode,
                                          const struct metric *);
/* The metric of that name in this mode, NULL: it has none. */
const struct metric *workload_metric(const struct workload *, const char *mode, const char *name);
/* The metric that decides in this mode; NULL: none is marked. */
const struct metric *workload_main_metric(const struct workload *, const char *mode);
/* Its place in workload->metrics. */
size_t workload_metric_index(const struct workload *, const struct metric *);

/* Reads one value as its parameter says, and adds it to `values` under its name. 0; -ENOMEM; or
 * -EINVAL with a sentence that states the range or the choices. */
int parameter_read(const struct parameter *, const char *text, struct named_values *values,
                   char *problem);

#endif
