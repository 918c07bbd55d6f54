/* What a stretch of the process's life cost: all its threads together.
 *
 * cpu_ns is exact: the scheduler's own clock (CLOCK_PROCESS_CPUTIME_ID), read to the nanosecond.
 * How it divides into user and system time is an estimate wherever the kernel samples by the timer
 * tick (CONFIG_TICK_CPU_ACCOUNTING, the usual choice): Linux scales the ticks it saw in each to the
 * exact sum. At 250 ticks a second the division of a stretch of a few milliseconds is one or two
 * coin throws. Compare cpu_ns; show user_us and system_us only over long stretches, or summed over
 * many.
 */
#ifndef HARNESS_SYSTEM_USAGE_H
#define HARNESS_SYSTEM_USAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct usage {
    uint64_t wall_ns; /* monotonic */
    uint64_t cpu_ns;  /* user and system together; exact */
    uint64_t user_us; /* estimates, see above */
    uint64_t system_us;
    uint64_t voluntary;    /* context switches: it waited */
    uint64_t involuntary;  /* it was made to give way */
    bool migrations_known; /* false where the system does not tell, or threads ended meanwhile */
    uint64_t migrations;   /* moves to another CPU, of the threads that are there at the end */
    unsigned threads;
    bool steal_known;    /* false where the system does not tell */
    uint64_t steal_us;   /* all CPUs of the machine; counted in ticks of 10 ms, so short stretches
                            read 0 */
    uint64_t maxrss_kib; /* the peak since the process started, not a difference */

    /* What taking this reading cost, before it returned: kept out of the stretch that starts with
     * it. */
    uint64_t own_wall_ns, own_cpu_ns;
};

/* The totals at this moment. -errno. */
int usage_now(struct usage *);

/* What came between two readings, without what taking them cost. Peak memory is that of `end`. */
struct usage usage_between(const struct usage *begin, const struct usage *end);

/* Adds a stretch to others; to an empty one first. Peak memory is the larger one. */
void usage_add(struct usage *sum, const struct usage *stretch);

/* An object with the fields' names; "steal_us" and "migrations" are absent when unknown. The
 * caller's reference; NULL when out of memory. */
json_t *usage_to_json(const struct usage *);

/* Time that the hypervisor gave to others while this machine wanted to run, all CPUs, since boot.
 * -ENOTSUP where the system does not tell. */
int usage_steal_us(uint64_t *steal_us);

/* Moves of all threads of this process to another CPU since they started, and how many threads
 * these are. -ENOTSUP where the system does not tell, or there are too many to ask. */
int usage_migrations(uint64_t *migrations, unsigned *threads);

#endif
