/* Whether this system's limits allow a cell. */
#ifndef HARNESS_PLAN_LIMITS_ALLOW_H
#define HARNESS_PLAN_LIMITS_ALLOW_H

#include "harness/contract/workload.h"
#include "harness/system/limits.h"

#include <stdbool.h>

/* false: it does not fit, and `problem` is a sentence: which limit, what it needs, what to do. */
bool limits_allow(const struct limits *, const struct cell_needs *, char *problem);

#endif
