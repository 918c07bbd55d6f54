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

#include <stdbool.h>
#include <stdint.h>

struct usage {
    /* Monotonic. */
    uint64_t wall_ns;
    /* User and system together; exact. */
    uint64_t cpu_ns;
    /* Estimates, see above. */
    uint64_t user_us, system_us;
    /* Context switches: it waited, or it was made to give way. */
    uint64_t voluntary, involuntary;
    /* Moves to another CPU, of the threads that are there at the end. Not known where the system
     * does not tell, or threads ended meanwhile. */
    bool migrations_known;
    uint64_t migrations;
    unsigned threads;
    /* Of all CPUs of the machine, where the system tells; counted in ticks of 10 ms, so short
     * stretches read 0. */
    bool steal_known;
    uint64_t steal_us;
    /* The peak since the process started, not a difference. */
    uint64_t maxrss_kib;
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

/* Time that the hypervisor gave to others while this machine wanted to run, all CPUs, since boot.
 * -ENOTSUP where the system does not tell. */
int usage_steal_us(uint64_t *steal_us);

/* Moves of all threads of this process to another CPU since they started, and how many threads
 * these are. -ENOTSUP where the system does not tell, or there are too many to ask. */
int usage_migrations(uint64_t *migrations, unsigned *threads);

#endif
