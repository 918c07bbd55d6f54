/* What a subject offers to the pool workload: a thread pool beside an event loop. The workload is
 * one program, written once against this table; our loop over any backend and libuv run it alike.
 *
 * Everything but `work` runs on the loop's thread. Every int is >= 0 or -errno. */
#ifndef HARNESS_CONTRACT_POOL_OPS_H
#define HARNESS_CONTRACT_POOL_OPS_H

#include "harness/contract/subject.h"

#include <stdalign.h>

/* An open subject: its loop and its pool. */
struct pool_server;

/* Room for the subject's own request: struct pool_job, uv_work_t. */
#define POOL_REQUEST_BYTES 192

/* A job of the workload. Its memory is the workload's, and stays until done() has begun. */
struct pool_task {
    /* On a thread of the pool. */
    void (*work)(struct pool_task *);
    /* Later, on the loop's thread; 0 or -ECANCELED. */
    void (*done)(struct pool_task *, int status);
    /* Waits for something far away: POOL_SLOW of loop/pool.h. */
    bool slow;
    /* The subject's. */
    alignas(max_align_t) unsigned char request[POOL_REQUEST_BYTES];
};

enum pool_timer { POOL_TIMER_ARRIVAL, POOL_TIMER_LAG, POOL_TIMER_END, POOL_TIMERS };

struct pool_setup {
    const struct subject *subject;
    unsigned threads;
    /* Jobs that may wait for a thread; 0: no limit. */
    unsigned queue_limit;
    /* Threads run when nothing else wants their processor. */
    bool background;
    void (*on_timer)(void *context, enum pool_timer);
    void *context;
};

/* What happened so far. */
struct pool_tally {
    /* All 0 for a peer, which has no backend of ours. */
    struct backend_counters backend;
    /* Whether the rest is told. */
    bool pool_known;
    /* The loop was woken for completions. */
    uint64_t wakes;
    /* Batches of completions that it found. */
    uint64_t deliveries;
    /* That run, in the background if that was asked for. */
    unsigned threads;
};

struct pool_ops {
    /* Keeps slow jobs from holding all threads. */
    bool has_slow_class;
    bool has_background;
    int (*open)(struct pool_server **, const struct pool_setup *, const char **what);
    /* -EAGAIN: the queue is full, or no thread could be had. */
    int (*submit)(struct pool_server *, struct pool_task *);
    /* Calls on_timer once, at an absolute time or after it, and never from within. Starting a timer
     * that runs moves it. */
    int (*start_timer)(struct pool_server *, enum pool_timer, uint64_t due_ns);
    void (*stop_timer)(struct pool_server *, enum pool_timer);
    /* Until stop(); while a job or a timer is under way it does not return before. */
    int (*run)(struct pool_server *);
    void (*stop)(struct pool_server *);
    void (*tally)(const struct pool_server *, struct pool_tally *);
    /* backend_feature bits. */
    uint32_t (*granted)(const struct pool_server *);
    /* Every job under way has its done() first: those that wait may be cancelled, or run. */
    void (*close)(struct pool_server *);
};

#endif
