/* What the two halves of the pool share: pool.c runs on the loop's thread, pool_threads.c on the
 * pool's.
 *
 * The threads of the pool share one lock, and take it once per job: to put away the job that has
 * ended and to take the next one. The loop's thread does not need it for submitting and delivering,
 * because it is the only one on its side of both queues; it takes it for whatever is rare. */
#ifndef LOOP_POOL_INTERNAL_H
#define LOOP_POOL_INTERNAL_H

#include "loop/internal.h"
#include "loop/pool_ring.h"

#include <pthread.h>

enum job_state { JOB_SUBMITTED, JOB_HELD_BACK, JOB_CANCELED };

/* In the pool's memory, not on the thread's stack: who calls it may be so late that it has come by
 * itself and has ended meanwhile. */
struct pool_thread {
    struct pool *pool;
    pthread_t id;
    /* On pool.sleepers, while nobody has called it. */
    struct list asleep;
    pthread_cond_t called;
    bool woken;
};

struct pool {
    /* Set before there are threads. */
    struct pool_options options;
    unsigned slow_limit;

    /* The loop's thread alone. */
    struct loop *loop;
    struct pool_thread *threads;
    pool_closed_function *on_closed;
    void *context;
    bool closing;
    /* Jobs between pool_submit() and done(). */
    uint64_t under_way;
    /* Up to here the queue is known to have room. */
    uint64_t waiting_end;
    uint64_t slow_submitted;
    struct pool_counters counters;

    struct loop_async ended_some;

    /* The loop's thread puts, threads take with the lock. */
    struct pool_ring waiting;
    /* Threads put with the lock, the loop's thread takes. */
    struct pool_ring ended;

    /* Guards all below, and each job's state. */
    _Alignas(POOL_APART) pthread_mutex_t lock;
    /* Slow jobs that were passed; older than all in `waiting`. */
    struct list held_back;
    /* `emptied`: slots of `waiting`, by pool_cancel(). */
    unsigned held_back_count, emptied;
    unsigned peak_waiting;
    unsigned slow_running;
    /* Slow jobs that were begun or cancelled. */
    uint64_t slow_begun;
    /* The one that fell asleep last is first, and woken first: what it needs is still in a cache.
     */
    struct list sleepers;
    /* One was woken and has not come yet: it will wake the next one. */
    bool waking;
    bool stopping;
    _Atomic uint64_t wakes;

    /* There are sleepers and none is being woken: whoever puts a job has to wake one. */
    _Alignas(POOL_APART) _Atomic bool wake_wanted;
};

/* pool_threads.c */
int pool_start_threads(struct pool *);
void pool_end_threads(struct pool *);
void pool_wake_thread(struct pool *);                  /* if one is asleep and none is coming */
void pool_put_ended(struct pool *, struct pool_job *); /* with the lock */
unsigned pool_count_waiting(const struct pool *);      /* with the lock */
void pool_note_peak(struct pool *);                    /* with the lock, before any leaves */

#endif
