/* The table of workloads. A new one: its file here, its row below. */
#include "harness/workloads/workloads.h"

#include <string.h>

static const struct workload *const table[] = {
    &accept_workload,
    &echo_workload,
    &timer_workload,
    &pool_workload,
};

#define WORKLOADS (sizeof table / sizeof table[0])

const struct workload *const *workloads(size_t *count)
{
    *count = WORKLOADS;
    return table;
}

const struct workload *workload_find(const char *name)
{
    for (size_t i = 0; i < WORKLOADS; i++)
        if (strcmp(table[i]->name, name) == 0)
            return table[i];
    return NULL;
}
