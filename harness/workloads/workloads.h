/* The table of workloads. */
#ifndef HARNESS_WORKLOADS_WORKLOADS_H
#define HARNESS_WORKLOADS_WORKLOADS_H

#include "harness/contract/workload.h"

/* All workloads. Static memory. */
const struct workload *const *workloads(size_t *count);
/* NULL when there is none of that name. */
const struct workload *workload_find(const char *name);

extern const struct workload accept_workload;
extern const struct workload echo_workload;
extern const struct workload timer_workload;
extern const struct workload pool_workload;

#endif
