/* The kernel refuses a mask shorter than its own, whose length it does not tell: the mask grows
 * until it fits (sched_setaffinity(2), "Handling systems with large CPU affinity masks"). */
#include "harness/system/placement.h"

#include "harness/base/text_file.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The mask of the calling thread, to be freed with CPU_FREE(). -errno: there is none. */
static int get_mask(cpu_set_t **mask, size_t *set_bytes, int *cpus_in_set)
{
    int r = -EINVAL;
    for (*cpus_in_set = CPU_SETSIZE; *cpus_in_set <= MOST_CPUS; *cpus_in_set *= 2) {
        cpu_set_t *set = CPU_ALLOC(*cpus_in_set);
        if (set == NULL)
            return -ENOMEM;
        *set_bytes = CPU_ALLOC_SIZE(*cpus_in_set);
        r = sched_getaffinity(0, *set_bytes, set) == 0 ? 0 : -errno;
        if (r == 0) {
            *mask = set;
            return 0;
        }
        CPU_FREE(set);
        if (r != -EINVAL)
            return r;
    }
    return r;
}

int placement_allowed_cpus(int *cpus, size_t capacity)
{
    cpu_set_t *set;
    size_t set_bytes;
    int cpus_in_set, r = get_mask(&set, &set_bytes, &cpus_in_set);
    if (r < 0)
        return r;
    r = collect(set, set_bytes, cpus_in_set, cpus, capacity);
    CPU_FREE(set);
    return r;
}

/* The mask that it has is set once more. */
int placement_may_pin(void)
{
    cpu_set_t *set;
    size_t set_bytes;
    int cpus_in_set, r = get_mask(&set, &set_bytes, &cpus_in_set);
    if (r < 0)
        return r;
    r = sched_setaffinity(0, set_bytes, set) == 0 ? 0 : -errno;
    CPU_FREE(set);
    return r;
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

/* ---- what is known of a CPU ---- */

enum { PATH_BYTES = 512, LIST_BYTES = 4096 };

static int read_number(const char *root, int cpu, const char *name, int *number)
{
    char path[PATH_BYTES], text[64];
    snprintf(path, sizeof path, "%s/sys/devices/system/cpu/cpu%d/%s", root, cpu, name);
    if (text_file_read(path, text, sizeof text) < 0)
        return -ENOENT;
    return sscanf(text, "%d", number) == 1 ? 0 : -EINVAL;
}

/* Whether "0-3,8" has it. */
static bool list_has(const char *list, int cpu)
{
    for (const char *at = list; *at != '\0'; at += strcspn(at, ",") + (strchr(at, ',') != NULL)) {
        int first, last;
        int fields = sscanf(at, "%d-%d", &first, &last);
        if (fields >= 1 && cpu >= first && cpu <= (fields == 2 ? last : first))
            return true;
    }
    return false;
}

/* Where kernels do not tell of capacities, processors with two kinds of cores have two devices. */
static unsigned speed_of(const char *root, int cpu)
{
    char path[PATH_BYTES], slow[LIST_BYTES];
    int capacity;
    if (read_number(root, cpu, "cpu_capacity", &capacity) == 0 && capacity > 0)
        return (unsigned)capacity;
    snprintf(path, sizeof path, "%s/sys/devices/cpu_atom/cpus", root);
    if (text_file_read(path, slow, sizeof slow) < 0)
        return 0;
    return list_has(slow, cpu) ? 1 : 2;
}

int placement_cpus(const char *root, struct placement_cpu *cpus, size_t capacity)
{
    int *numbers = calloc(capacity + 1, sizeof *numbers);
    if (numbers == NULL)
        return -ENOMEM;
    int count = placement_allowed_cpus(numbers, capacity);
    for (int i = 0; i < count && (size_t)i < capacity; i++) {
        /* The list of siblings begins with the first of them, which stands for the core. */
        int core = -1;
        read_number(root, numbers[i], "topology/thread_siblings_list", &core);
        cpus[i] = (struct placement_cpu){
            .number = numbers[i], .core = core, .speed = speed_of(root, numbers[i])};
    }
    free(numbers);
    return count;
}
