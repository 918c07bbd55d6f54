#include "harness/system/placement.h"

/* Cores whose speeds are within a tenth are of one kind: preferred cores differ by a little. */
static bool is_fast(const struct placement_cpu *cpu, unsigned fastest)
{
    return 10 * cpu->speed >= 9 * fastest;
}

static bool share_core(const struct placement_cpu *one, const struct placement_cpu *other)
{
    return one->number == other->number || (one->core >= 0 && one->core == other->core);
}

/* The first one that is fast (where asked for) and not on the server's core; NULL: there is none.
 */
static const struct placement_cpu *find_other(const struct placement_cpu *cpus, size_t count,
                                              const struct placement_cpu *server, unsigned fastest)
{
    for (size_t i = 0; i < count; i++) {
        if (is_fast(&cpus[i], fastest) && !share_core(&cpus[i], server))
            return &cpus[i];
    }
    return NULL;
}

void placement_choose(const struct placement_cpu *cpus, size_t count, int *server, int *generator)
{
    const struct placement_cpu *last = NULL, *other;
    unsigned fastest = 0;
    *server = *generator = -1;
    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++)
        fastest = cpus[i].speed > fastest ? cpus[i].speed : fastest;
    for (size_t i = 0; i < count; i++) {
        if (is_fast(&cpus[i], fastest))
            last = &cpus[i];
    }
    other = find_other(cpus, count, last, fastest);
    if (other == NULL)
        other = find_other(cpus, count, last, 0);
    /* Threads of one core, or the same one. */
    if (other == NULL)
        other = &cpus[0];
    *server = last->number;
    *generator = other->number;
}

bool placement_shares_core(const struct placement_cpu *cpus, size_t count, int one, int other)
{
    const struct placement_cpu *first = NULL, *second = NULL;
    for (size_t i = 0; i < count; i++) {
        if (cpus[i].number == one)
            first = &cpus[i];
        if (cpus[i].number == other)
            second = &cpus[i];
    }
    return first != NULL && second != NULL && share_core(first, second);
}
