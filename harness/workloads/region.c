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

void region_open(struct region *region, bool count_system_calls)
{
    *region = (struct region){0};
    if (count_system_calls)
        region->counting = syscall_count_open(&region->count, region->count_problem) == 0;
}

int region_begin(struct region *region)
{
    int error = usage_now(&region->usage_begin);
    if (error < 0)
        return error;
    region->cpu_ns = cpu_now_ns();
    region->wall_ns = clock_now_ns();
    return region->counting ? syscall_count_begin(&region->count) : 0;
}

int region_end(struct region *region)
{
    int error = region->counting ? syscall_count_end(&region->count, &region->system_calls) : 0;
    region->wall_ns = clock_now_ns() - region->wall_ns;
    region->cpu_ns = cpu_now_ns() - region->cpu_ns;
    return error < 0 ? error : usage_now(&region->usage_end);
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
    uint64_t begin, end;
    for (size_t i = 0; backend_counter(&region->counters_begin, i, &name, &begin); i++) {
        backend_counter(&region->counters_end, i, &name, &end);
        json_object_set_new(object, name, json_integer((json_int_t)(end - begin)));
    }
    if (region->counting)
        json_object_set_new(object, "syscalls", json_integer((json_int_t)region->system_calls));
    return object;
}

int region_to_json(const struct region *region, json_t *outcome)
{
    struct usage usage = usage_between(&region->usage_begin, &region->usage_end);
    int failed = json_object_set_new(outcome, "usage", usage_to_json(&usage));
    failed |= json_object_set_new(outcome, "counters", counters_to_json(region));
    if (region->count_problem[0])
        failed |= json_object_set_new(outcome, "syscalls_unavailable",
                                      json_string(region->count_problem));
    return failed ? -ENOMEM : 0;
}
