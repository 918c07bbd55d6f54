/* Where a curve of load against latency bends: the highest load that is still carried.
 *
 * A load is carried when
 * - what is delivered keeps up with what is offered: at least KNEE_DELIVERED of it, and
 * - jobs do not pile up: the 99th percentile of queue wait is at most KNEE_WAIT_FACTOR times the
 *   mean service time or, where the wait has other causes than a queue (the wake-up of the loop,
 *   the scheduler's slice), times that percentile at the lowest load.
 * The knee is the highest load up to which every load of the sweep is carried. It is a point of the
 * sweep, not between two: the truth lies between it and the next load, which is given, too.
 *
 * Points whose 99th percentile was not resolved say nothing, and are left out and counted. */
#ifndef HARNESS_STATS_KNEE_H
#define HARNESS_STATS_KNEE_H

#include <stdbool.h>
#include <stddef.h>

#define KNEE_DELIVERED 0.98
#define KNEE_WAIT_FACTOR 10.0

struct knee_point {
    double load;            /* share of capacity, > 0 */
    double offered_per_s;   /* > 0 */
    double delivered_per_s; /* >= 0 */
    double wait_p99_ns;     /* NAN: not resolved */
    double service_ns;      /* mean, > 0 */
};

struct knee {
    bool found;        /* false: not even the lowest load is carried, or there is none to judge */
    bool bounded;      /* a load above is not carried; false: the sweep ends before the pool does */
    size_t carried;    /* index of the point that is the knee, when found */
    size_t overloaded; /* index of the lowest load that is not carried, when bounded */
    bool keeps_up;     /* at that one: delivery keeps up, the wait is too long */
    size_t left_out;   /* points that say nothing */
};

/* Points in any order, left as they are; of two with one load the worse counts. -EINVAL: a number
 * outside the ranges above, or infinite. */
int knee_find(const struct knee_point *, size_t count, struct knee *);

#endif
