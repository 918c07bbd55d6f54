/* One trial of the pool workload: what its modes share. Jobs are given to the pool by the loop's
 * thread, in one of two ways:
 *
 * Closed loop (feed): the pool is kept as full as it can be; each job that ends is followed by the
 * next. It measures what the pool can do at most.
 *
 * Open loop (streams): jobs arrive when they were planned to, whether or not the pool keeps up.
 * Queue wait counts from the plan, so what a late loop adds is in it (coordinated omission); how
 * late each was submitted is kept apart, too.
 *
 * Loop lag is how late a timer of the loop runs that is due every POOL_LAG_PERIOD_NS; a callback
 * that comes after several were due counts once for each of them. */
#ifndef HARNESS_WORKLOADS_POOL_TRIAL_H
#define HARNESS_WORKLOADS_POOL_TRIAL_H

#include "harness/stats/arrivals.h"
#include "harness/stats/histogram.h"
#include "harness/contract/pool_ops.h"
#include "harness/contract/workload.h"
#include "harness/workloads/pool_jobs.h"
#include "harness/workloads/region.h"

/* Two thousand samples a second: a hundredth of a core, and a p99 after half a second. */
#define POOL_LAG_PERIOD_NS UINT64_C(500000)

/* Streams that may arrive side by side, and kinds of jobs. */
#define POOL_STREAMS 2

/* Shares of the parameter `seconds` that come before the window: before each thing that is
 * measured, and to measure the capacity. */
#define POOL_WARM_UP_SHARE 0.2
#define POOL_CAPACITY_SHARE 0.5
/* Past saturation a load may be off by more: what is delivered is the capacity in any case. */
#define POOL_CAPACITY_SHARE_SATURATED 0.2

/* 1 in 20 is the few percent by which a load may be off. */
#define POOL_CAPACITY_JOBS_MIN 20.0
#define POOL_CAPACITY_PARTS 10

/* Where the times of jobs go. Only jobs that were planned within the window have a place there. */
struct pool_times {
    /* From plan to start, and from plan to submission, which is part of it. */
    struct histogram wait, late;
    /* From start to end, and from end to done() on the loop's thread. */
    struct histogram service, delivery;
    uint64_t planned, refused;
};

/* Jobs of one kind, and when they arrive. */
struct pool_stream {
    const struct pool_jobs *jobs;
    struct arrivals arrivals;
    bool arriving;
    struct pool_times *times;
    uint32_t next_number;
    /* done() calls within the measured region, whenever they were planned. */
    uint64_t ended;
};

struct pool_item;

struct pool_trial {
    const struct trial_request *request;
    const struct pool_ops *ops;
    struct pool_server *server;
    char *problem;
    unsigned threads, queue_limit;
    struct region region;
    struct pool_tally tally_begin, tally_end;
    /* Between begin and end of the region. */
    bool measuring;

    struct pool_jobs jobs[POOL_STREAMS];
    unsigned job_kinds;
    struct pool_item *items, *free_items;
    unsigned item_count, outstanding;
    /* The closed loop's; NULL: none. */
    struct pool_stream *fed;
    struct pool_stream *streams[POOL_STREAMS];
    uint64_t window_begin_ns, window_end_ns;
    /* Stops once nothing is outstanding. */
    bool emptying;

    uint64_t lag_due_ns;
    struct histogram lag;

    /* Of jobs. */
    uint64_t failures;
    /* What ended a phase before its time, and which step it was. */
    int error;
    const char *what;
    const struct pool_jobs *failed_jobs;
};

/* Opens subject and region, and takes the memory for all jobs that may be under way; queue_limit 0:
 * no limit and no such memory, the mode has its own tasks. -errno with a sentence; close it in any
 * case. */
int pool_trial_open(struct pool_trial *, const struct trial_request *, unsigned queue_limit,
                    char *problem);
void pool_trial_close(struct pool_trial *);
/* That alone, and not twice. */
void pool_trial_close_server(struct pool_trial *);

/* Gets jobs of one kind ready, as the cell's parameters say; they end with the trial. -errno with a
 * sentence. */
int pool_trial_add_jobs(struct pool_trial *, enum pool_job_kind, const struct pool_jobs **);

/* Keeps the pool full with jobs of a stream for so long. Those that wait then still do. With
 * `measured` the jobs that end are added to stream->ended. */
int pool_trial_feed(struct pool_trial *, struct pool_stream *, double seconds, bool measured);

/* The share of `seconds` in which the capacity is measured that the load is a share of. */
static inline double pool_capacity_share(double load)
{
    return load > 1 ? POOL_CAPACITY_SHARE_SATURATED : POOL_CAPACITY_SHARE;
}

/* Warms up and measures the capacity for the jobs of a stream, for that share of `seconds`. What it
 * is worth: over n jobs of one size it is uncertain by those under way at either end,
 * threads / n. Until POOL_CAPACITY_JOBS_MIN a thread have ended it goes on, for up to
 * POOL_CAPACITY_PARTS times as long; then it is refused. -errno with a sentence. */
int pool_trial_capacity(struct pool_trial *, struct pool_stream *, double seconds, double load,
                        double *per_s);

/* Waits until no job is under way. */
int pool_trial_empty(struct pool_trial *);

/* Lets streams arrive at their rates, each 1/s, 0: not at all; first to warm up, then for
 * `seconds`, the window. With `measured` the window is the region, and the lag of the loop is
 * sampled in it. Waits for all jobs that were planned. */
int pool_trial_window(struct pool_trial *, struct pool_stream *const streams[POOL_STREAMS],
                      const double rates[POOL_STREAMS], double seconds, bool measured);

/* Begin and end of the region. All threads that were asked for have to run by then. */
int pool_trial_begin(struct pool_trial *);
int pool_trial_end(struct pool_trial *);

/* What failed when the system gives no thread, or fewer than were asked for. */
extern const char POOL_NO_THREADS[];

/* Ends the phase under way: `what` failed. The first failure counts. Returns r. */
int pool_trial_fail(struct pool_trial *, int r, const char *what);

/* Runs the loop until a timer stops it at that time, or pool_trial_fail(). */
int pool_trial_run_until(struct pool_trial *, uint64_t deadline_ns);

#endif
