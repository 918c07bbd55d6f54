/* The measured region of a trial: what passed between its begin and its end, and nothing else. It
 * may be begun and ended several times: the stretches add up. */
#ifndef HARNESS_WORKLOADS_REGION_H
#define HARNESS_WORKLOADS_REGION_H

#include "backends/backend.h"
#include "harness/system/syscall_count.h"
#include "harness/system/usage.h"
#include "harness/contract/workload.h"

enum { REGION_COUNTERS = 16 };

/* What a planted delay is a share of. */
enum region_clock { REGION_WALL, REGION_CPU };

struct region {
    /* cpu_ns is of all threads, stretch_ns the wall time of the last stretch. */
    uint64_t wall_ns, cpu_ns, stretch_ns;
    struct usage usage;
    /* In the order of backend_counter(). */
    uint64_t counters[REGION_COUNTERS];
    struct backend_counters counters_begin;
    /* The subject has no such counters: none are in the outcome. */
    bool uncounted;
    bool counting;
    uint64_t system_calls;
    struct syscall_count count;
    /* "" unless counting was asked for and refused. */
    char count_problem[SYSCALL_COUNT_PROBLEM_BYTES];
    /* Before each end the CPU is kept busy for this share of the stretch. */
    double planted_share;
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

/* Figures with the fields' names; "steal_us" and "migrations" are absent when unknown. As
 * figures_set(). */
int usage_to_figures(const struct usage *, struct figures *);

/* Fills usage, counters and, where it applies, syscalls_unavailable. As figures_set(). */
int region_fill(const struct region *, struct outcome *);

#endif
