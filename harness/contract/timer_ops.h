/* What the timer workload asks of a subject: timers on a plan, and a crowd of them. Every int is
 * >= 0 or -errno; `what` names the step that failed. */
#ifndef HARNESS_CONTRACT_TIMER_OPS_H
#define HARNESS_CONTRACT_TIMER_OPS_H

#include "harness/stats/histogram.h"
#include "harness/contract/subject.h"

#include <stdbool.h>

struct timer_bed;
struct timer_crowd;

/* ---- accuracy: are they on time? ---- */

struct timer_setup {
    const struct subject *subject;
    unsigned timers;
    /* Of each timer. */
    uint64_t interval_ns;
    /* That every callback burns. */
    uint64_t busy_ns;
    /* Connections that come at a time meanwhile; 0: there is no listener. */
    unsigned conns;
};

/* Timer i of n is due at begin_ns + i * interval / n, and every interval from then on, until
 * end_ns: deadlines are absolute, so being late once does not move the next one. Spread evenly,
 * because together they would measure how long their own callbacks take. */
struct timer_plan {
    uint64_t begin_ns, end_ns;
};

/* When timer i of a setup is due for the first time. */
static inline uint64_t timer_first_due_ns(const struct timer_setup *setup,
                                          const struct timer_plan *plan, unsigned i)
{
    return plan->begin_ns + setup->interval_ns * i / setup->timers;
}

struct timer_record {
    /* And of them, before their time: these are in no histogram. */
    uint64_t fired, early;
    struct histogram lateness;
    /* Of every iteration: how long the loop was away from waiting, and so how long something that
     * came meanwhile was kept waiting by the loop itself. The delay of a probe timer, which other
     * tools call loop lag, is lateness here. Empty without a loop. */
    struct histogram iteration;
};

/* Empties it. */
void timer_record_reset(struct timer_record *);

/* One timer fell due at due_ns and runs at now_ns, which was read before anything else. */
static inline void timer_record_fired(struct timer_record *record, uint64_t due_ns, uint64_t now_ns)
{
    record->fired++;
    if (now_ns < due_ns)
        record->early++;
    else
        histogram_record(&record->lateness, now_ns - due_ns);
}

/* Keeps the processor until `length_ns` after begin_ns. */
void timer_burn(uint64_t begin_ns, uint64_t length_ns);

struct timer_drift {
    uint64_t periods;
    /* Periods that were too short. */
    uint64_t early;
    /* Of all of them. */
    uint64_t length_ns;
};

struct timer_accuracy_ops {
    /* conns may be above 0. */
    bool accepts;
    int (*open)(struct timer_bed **, const struct timer_setup *, const char **what);
    /* Of the listener on 127.0.0.1. */
    uint16_t (*port)(const struct timer_bed *);
    /* Runs every timer at every time that the plan has, and adds to the record. */
    int (*run)(struct timer_bed *, const struct timer_plan *, struct timer_record *);
    /* Runs one timer that repeats by itself every interval, for at least length_ns and one period.
     * NULL: nothing repeats by itself. */
    int (*repeat)(struct timer_bed *, uint64_t length_ns, struct timer_drift *);
    void (*counters)(const struct timer_bed *, struct backend_counters *);
    /* backend_feature bits. */
    uint32_t (*granted)(const struct timer_bed *);
    void (*close)(struct timer_bed *);
};

/* ---- scale: what do they cost? ---- */

struct timer_scale_ops {
    /* Opens a loop, and takes and initialises `count` timers. */
    int (*open)(struct timer_crowd **, const struct subject *, uint32_t count, const char **what);
    /* Starts, or starts again, every timer: order[i] (every index once) is the i-th to be started,
     * and due in delays_ms[i] milliseconds. */
    int (*start)(struct timer_crowd *, const uint32_t *order, const uint32_t *delays_ms);
    /* Stops every timer, in that order. */
    void (*stop)(struct timer_crowd *, const uint32_t *order);
    /* One iteration of the loop, which does not block. */
    int (*iterate)(struct timer_crowd *);
    /* Which have fired since they were started last, in that order; *count of them. */
    const uint32_t *(*fired)(const struct timer_crowd *, uint32_t *count);
    void (*counters)(const struct timer_crowd *, struct backend_counters *);
    uint32_t (*granted)(const struct timer_crowd *);
    void (*close)(struct timer_crowd *);
};

/* Either may be NULL. */
struct timer_ops {
    const struct timer_accuracy_ops *accuracy;
    const struct timer_scale_ops *scale;
};

#endif
