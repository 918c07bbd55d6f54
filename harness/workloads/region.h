/* The measured region of a trial: what passed between its begin and its end, and nothing else. */
#ifndef HARNESS_WORKLOADS_REGION_H
#define HARNESS_WORKLOADS_REGION_H

#include "backends/backend.h"
#include "harness/measure/syscall_count.h"
#include "harness/measure/usage.h"

#include <jansson.h>

struct region {
    uint64_t wall_ns, cpu_ns; /* of the region; cpu_ns is of all threads */
    struct usage usage_begin, usage_end;
    struct backend_counters counters_begin, counters_end;
    bool counting;
    uint64_t system_calls;
    struct syscall_count count;
    char count_problem[SYSCALL_COUNT_PROBLEM_BYTES]; /* "" unless counting was asked for and refused
                                                      */
};

/* Before warm-up. A count of system calls that is not permitted is no error: it is absent, with the
 * reason. */
void region_open(struct region *, bool count_system_calls);

/* The clocks are read innermost, so that they hold the work alone; but the count of system calls is
 * inside even of them, because reading the CPU clock is one. Where it counts, times are not used.
 */
int region_begin(struct region *);
int region_end(struct region *);
void region_close(struct region *);

/* Sets "usage", "counters" and, where it applies, "syscalls_unavailable". -ENOMEM. The caller fills
 * counters_begin and counters_end. */
int region_to_json(const struct region *, json_t *outcome);

#endif
