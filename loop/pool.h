/* A pool of threads, for what the kernel does not offer without blocking: an object, not a global.
 *
 * A job's work runs on one of the pool's threads, its completion on the loop's thread, in the poll
 * phase. Results return through the backend's wake, coalesced: however many jobs end while the loop
 * is busy, they cost it one wake-up, and one more for each event budget of them.
 *
 * Jobs start in the order in which they were submitted, except that slow ones (POOL_SLOW) never
 * hold more than half of the threads, and then let later fast ones pass.
 *
 * Threads start with the first job, all signals blocked, with stacks of 256 KiB, and end with the
 * pool. A system that gives fewer than asked is worked with as it is; the counters say so.
 *
 * A job costs no allocation. The queues grow with the most jobs that ever were under way, by 16
 * bytes each.
 *
 * Every function belongs to the loop's thread. Every int is >= 0 or -errno.
 *
 * A job is the caller's memory, zeroed before its first use. It is the pool's from pool_submit()
 * until its done() begins, which may submit it again or free it.
 *
 * done() runs in the order in which jobs ended; at most the loop's event budget of them in one
 * iteration, so that jobs without end leave the other phases their turn. */
#ifndef LOOP_POOL_H
#define LOOP_POOL_H

#include "loop/loop.h"

#define POOL_THREADS_DEFAULT 4u
#define POOL_THREADS_MAX 1024u

struct pool;
struct pool_job;

/* On a thread of the pool. */
typedef void pool_work_function(struct pool_job *);
/* On the loop's thread. status 0: the work has run. -ECANCELED: it never began. */
typedef void pool_done_function(struct pool_job *, int status);

enum pool_class {
    POOL_FAST,
    /* Waits for something far away (name look-ups): at most half of the threads, rounded up. */
    POOL_SLOW,
};

struct pool_options {
    /* 1 .. POOL_THREADS_MAX. */
    unsigned threads;
    /* Jobs that may wait while every thread has one; 0: no limit. */
    unsigned queue_limit;
    /* Fill the times of each job; costs three readings of the clock. */
    bool timestamps;
    /* Threads run when nothing else wants their processor (SCHED_IDLE): jobs that compute do not
     * keep the loop from its own, and may starve themselves. Linux alone: -ENOTSUP elsewhere. */
    bool background;
};

/* POOL_THREADS_DEFAULT or POLLBENCH_THREADS, and nothing else asked for. -EINVAL when
 * POLLBENCH_THREADS is set to anything but a whole number in range; *options then has the default.
 */
int pool_default_options(struct pool_options *options);

struct pool_job {
    pool_work_function *work;
    /* May be NULL. */
    pool_done_function *done;
    /* The user's. */
    void *data;
    /* With timestamps: monotonic. Queue wait, service and delivery lie between them and the moment
     * in which done() is called. */
    uint64_t submitted_ns, started_ns, ended_ns;
    /* The pool's. */
    struct pool *pool;
    struct list held_back;
    uint64_t position;
    uint8_t class, state;
};

/* -EINVAL for threads out of range; -ENOTSUP for background where there is none; -ENOMEM. That the
 * system gives no thread at all is said by the first pool_submit() instead, because they start
 * there. The pool keeps the loop alive only while it has jobs. */
int pool_open(struct pool **, struct loop *, const struct pool_options *);

/* -EAGAIN: the queue is full (counted), or the system gave not even one thread; -EBUSY: the job is
 * under way already; -ENOMEM: the queue could not grow; -ESHUTDOWN after pool_close(); -EINVAL: no
 * work. On any of them the job is as it was. */
int pool_submit(struct pool *, struct pool_job *, enum pool_class, pool_work_function *,
                pool_done_function *);

/* Takes a job out of the queue: done() runs with -ECANCELED, later, never from within. -EBUSY when
 * its work has begun or is over. */
int pool_cancel(struct pool_job *);

/* Cancels what waits, lets the rest end, and calls on_closed (may be NULL) in the closing phase,
 * after the last done(); the pool's memory is gone then. */
typedef void pool_closed_function(void *context);
void pool_close(struct pool *, pool_closed_function *on_closed, void *context);

struct pool_counters {
    uint64_t submitted, refused, canceled, completed;
    /* The loop was woken for completions, by a thread or by itself. */
    uint64_t wakes;
    /* Batches of completions that it found. */
    uint64_t deliveries;
    /* That run. */
    unsigned threads;
    /* Of them, at this moment: fewer when the system refused. */
    unsigned background;
    unsigned waiting, peak_waiting;
};
void pool_counters(const struct pool *, struct pool_counters *);

#endif
