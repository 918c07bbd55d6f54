#include "harness/workloads/region.h"

#include "backends/clock.h"
#include "backends/registry.h"

#include <errno.h>
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

static json_t *counters_to_json(const struct region *region)
{
    json_t *object = json_object();
    const char *name;
    uint64_t ignored;
    for (size_t i = 0; backend_counter(&region->counters_begin, i, &name, &ignored); i++)
        json_object_set_new(object, name, json_integer((json_int_t)region->counters[i]));
    if (region->counting)
        json_object_set_new(object, "syscalls", json_integer((json_int_t)region->system_calls));
    return object;
}

int region_to_json(const struct region *region, json_t *outcome)
{
    int failed = json_object_set_new(outcome, "usage", usage_to_json(&region->usage));
    failed |= json_object_set_new(outcome, "counters", counters_to_json(region));
    if (region->count_problem[0])
        failed |= json_object_set_new(outcome, "syscalls_unavailable",
                                      json_string(region->count_problem));
    return failed ? -ENOMEM : 0;
}
