#include "harness/system/placement.h"

#include <errno.h>

int placement_allowed_cpus(int *cpus, size_t capacity)
{
    (void)cpus;
    (void)capacity;
    return 0;
}

int placement_may_pin(void)
{
    return -ENOTSUP;
}

int placement_pin(int cpu)
{
    (void)cpu;
    return -ENOTSUP;
}

int placement_cpus(const char *root, struct placement_cpu *cpus, size_t capacity)
{
    (void)root, (void)cpus, (void)capacity;
    return 0;
}
