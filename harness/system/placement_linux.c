/* The kernel refuses a mask shorter than its own, whose length it does not tell: the mask grows
 * until it fits (sched_setaffinity(2), "Handling systems with large CPU affinity masks"). */
#include "harness/system/placement.h"

#include <errno.h>
#include <sched.h>

#define MOST_CPUS (1 << 16)

static int collect(const cpu_set_t *set, size_t set_bytes, int cpus_in_set, int *cpus,
                   size_t capacity)
{
    int found = 0;
    for (int cpu = 0; cpu < cpus_in_set; cpu++) {
        if (!CPU_ISSET_S(cpu, set_bytes, set))
            continue;
        if ((size_t)found < capacity)
            cpus[found] = cpu;
        found++;
    }
    return found;
}

int placement_allowed_cpus(int *cpus, size_t capacity)
{
    for (int cpus_in_set = CPU_SETSIZE; cpus_in_set <= MOST_CPUS; cpus_in_set *= 2) {
        cpu_set_t *set = CPU_ALLOC(cpus_in_set);
        if (set == NULL)
            return -ENOMEM;
        size_t set_bytes = CPU_ALLOC_SIZE(cpus_in_set);
        int result = sched_getaffinity(0, set_bytes, set) == 0 ? 0 : -errno;
        if (result == 0)
            result = collect(set, set_bytes, cpus_in_set, cpus, capacity);
        CPU_FREE(set);
        if (result != -EINVAL)
            return result;
    }
    return -EINVAL;
}

int placement_pin(int cpu)
{
    if (cpu < 0 || cpu >= MOST_CPUS)
        return -EINVAL;
    cpu_set_t *set = CPU_ALLOC(cpu + 1);
    if (set == NULL)
        return -ENOMEM;
    size_t set_bytes = CPU_ALLOC_SIZE(cpu + 1);
    CPU_ZERO_S(set_bytes, set);
    CPU_SET_S(cpu, set_bytes, set);
    int result = sched_setaffinity(0, set_bytes, set) == 0 ? 0 : -errno;
    CPU_FREE(set);
    return result;
}
