/* The measured region of a trial: what passed between its begin and its end, and nothing else. It
 * may be begun and ended several times: the stretches add up. */
#ifndef HARNESS_WORKLOADS_REGION_H
#define HARNESS_WORKLOADS_REGION_H

#include "backends/backend.h"
#include "harness/system/syscall_count.h"
#include "harness/system/usage.h"
#include "harness/contract/workload.h"

#include <jansson.h>

enum { REGION_COUNTERS = 16 };

/* What a planted delay is a share of. */
enum region_clock { REGION_WALL, REGION_CPU };

struct region {
    uint64_t wall_ns, cpu_ns; /* cpu_ns is of all threads */
    uint64_t stretch_ns;      /* wall time of the last stretch */
    struct usage usage;
    uint64_t counters[REGION_COUNTERS]; /* in the order of backend_counter() */
    struct backend_counters counters_begin;
    bool counting;
    uint64_t system_calls;
    struct syscall_count count;
    char count_problem[SYSCALL_COUNT_PROBLEM_BYTES]; /* "" unless counting was asked for and refused
                                                      */

    double planted_share; /* before each end the CPU is kept busy for this share of the stretch */
    enum region_clock planted_clock;

    /* Of the stretch under way. */
    struct usage usage_begin;
    uint64_t wall_begin_ns, cpu_begin_ns;
};

/* Before warm-up. A count of system calls that is not permitted is no error: it is absent, with the
 * reason. A delay is planted where the request asks for one. */
void region_open(struct region *, const struct trial_request *, enum region_clock planted_clock);

/* The clocks are read innermost, so that they hold the work alone; but the count of system calls is
 * inside even of them, because reading the CPU clock is one. Where it counts, times are not used.
 */
int region_begin(struct region *);
int region_end(struct region *);
void region_close(struct region *);

/* What the backend has counted since counters_begin, which the caller fills at the begin of each
 * stretch. */
void region_add_counters(struct region *, const struct backend_counters *end);

/* Sets "usage", "counters" and, where it applies, "syscalls_unavailable". -ENOMEM. */
int region_to_json(const struct region *, json_t *outcome);

#endif
