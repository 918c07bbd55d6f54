#include "harness/workloads/region.h"

#include "backends/clock.h"
#include "backends/registry.h"

#include <stdio.h>
#include <time.h>

static uint64_t cpu_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

void region_open(struct region *region, const struct trial_request *request,
                 enum region_clock planted_clock)
{
    *region = (struct region){
        .planted_share = request->planted_share,
        .planted_clock = planted_clock,
    };
    if (request->count_system_calls)
        region->counting = syscall_count_open(&region->count, region->count_problem) == 0;
}

int region_begin(struct region *region)
{
    int r = usage_now(&region->usage_begin);
    if (r < 0)
        return r;
    region->cpu_begin_ns = cpu_now_ns();
    region->wall_begin_ns = clock_now_ns();
    return region->counting ? syscall_count_begin(&region->count) : 0;
}

/* A share of what this very stretch took, not of a typical one: then the difference that is there
 * to be found is known exactly, however much stretches vary. */
static void plant_delay(const struct region *region)
{
    uint64_t now_ns = clock_now_ns();
    uint64_t took_ns = region->planted_clock == REGION_WALL ? now_ns - region->wall_begin_ns
                                                            : cpu_now_ns() - region->cpu_begin_ns;
    uint64_t until_ns = now_ns + (uint64_t)(region->planted_share * (double)took_ns);
    while (clock_now_ns() < until_ns)
        continue;
}

static int count_stretch(struct region *region)
{
    uint64_t system_calls;
    int r = syscall_count_end(&region->count, &system_calls);
    if (r == 0)
        region->system_calls += system_calls;
    return r;
}

int region_end(struct region *region)
{
    struct usage end, stretch;
    int r = region->counting ? count_stretch(region) : 0;
    if (region->planted_share > 0)
        plant_delay(region);
    region->stretch_ns = clock_now_ns() - region->wall_begin_ns;
    region->cpu_ns += cpu_now_ns() - region->cpu_begin_ns;
    region->wall_ns += region->stretch_ns;
    if (r == 0)
        r = usage_now(&end);
    if (r < 0)
        return r;
    stretch = usage_between(&region->usage_begin, &end);
    usage_add(&region->usage, &stretch);
    return 0;
}

void region_add_counters(struct region *region, const struct backend_counters *end)
{
    const char *name;
    uint64_t before, after;
    for (size_t i = 0; backend_counter(&region->counters_begin, i, &name, &before); i++) {
        backend_counter(end, i, &name, &after);
        region->counters[i] += after - before;
    }
}

void region_close(struct region *region)
{
    if (region->counting)
        syscall_count_close(&region->count);
}

int usage_to_figures(const struct usage *usage, struct figures *figures)
{
    const struct {
        const char *name;
        uint64_t value;
        bool known;
    } rows[] = {
        {"wall_ns", usage->wall_ns, true},
        {"cpu_ns", usage->cpu_ns, true},
        {"user_us", usage->user_us, true},
        {"system_us", usage->system_us, true},
        {"voluntary", usage->voluntary, true},
        {"involuntary", usage->involuntary, true},
        {"maxrss_kib", usage->maxrss_kib, true},
        {"migrations", usage->migrations, usage->migrations_known},
        {"steal_us", usage->steal_us, usage->steal_known},
    };
    int r = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && r == 0; i++)
        if (rows[i].known)
            r = figures_set(figures, rows[i].name, (double)rows[i].value);
    return r;
}

int region_fill(const struct region *region, struct outcome *outcome)
{
    const char *name;
    uint64_t ignored;
    int r = usage_to_figures(&region->usage, &outcome->usage);
    for (size_t i = 0; r == 0 && !region->uncounted &&
                       backend_counter(&region->counters_begin, i, &name, &ignored);
         i++)
        r = figures_set(&outcome->counters, name, (double)region->counters[i]);
    if (r == 0 && region->counting)
        r = figures_set(&outcome->counters, "syscalls", (double)region->system_calls);
    snprintf(outcome->syscalls_unavailable, sizeof outcome->syscalls_unavailable, "%s",
             region->count_problem);
    return r;
}
