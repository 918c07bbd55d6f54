/* What the files of loop/ share. Nobody outside this folder includes it. */
#ifndef LOOP_INTERNAL_H
#define LOOP_INTERNAL_H

#include "loop/heap.h"
#include "loop/loop.h"

/* Bits of loop_handle.flags. */
enum handle_flag {
    HANDLE_ACTIVE = 1,
    HANDLE_REFERENCED = 2,
    HANDLE_CLOSING = 4,
    /* The backend has adopted its source. */
    HANDLE_OPEN = 8,
    /* Stream: data goes to on_read. */
    HANDLE_READING = 16,
    /* Stream: loop_shutdown() was called. */
    HANDLE_SHUTTING = 32,
    /* Stream: loop_shutdown() has been called back. */
    HANDLE_SHUT = 64,
    /* Listener: pausing after an error. */
    HANDLE_FAILED = 128,
};

struct loop {
    struct backend *backend;
    enum backend_tier tier;
    uint64_t (*read_clock)(void);
    uint64_t now_ns;
    bool stopping;

    /* How many there are on both queues below. It stands beside what every callback touches: the
     * check after each one is this word alone. */
    size_t tasks;
    enum loop_drain drain;
    struct list ticks, microtasks;

    struct list immediates;
    /* How many of those queued keep the loop alive. */
    size_t referenced_immediates;

    struct heap timers;
    /* Waiting or due. */
    uint32_t active_timers;

    /* Active idle, prepare and check hooks. */
    struct list hooks[3];
    struct list asyncs;
    /* Streams and listeners with callbacks to run before poll. */
    struct list pending;
    /* Handles whose close callback is next. */
    struct list closing;

    struct list handles;
    /* Handles that keep the loop alive. */
    size_t active_referenced;
    /* Writes and shutdowns not yet called back. */
    size_t requests;
    /* Handles between loop_close() and their callback. */
    size_t unclosed;
    /* Between pool_open() and the end of pool_close(). */
    size_t pools;

    struct io_event *events;
    unsigned event_budget;

    /* Of the data that a stream is being given, which loop_read_keep() may take; -1: none. */
    int lendable;
};

/* handle.c */
void handle_init(struct loop *, struct loop_handle *, enum loop_kind);
void handle_activate(struct loop_handle *);
void handle_deactivate(struct loop_handle *);
void handle_closed(
    struct loop_handle *); /* nothing holds it any more: the close callback is next */
void handle_run_closing(struct loop *);

/* ticks.c */
void ticks_drain_after_callback(struct loop *);

/* After each callback of the user's, whatever its kind. */
static inline void ticks_after_callback(struct loop *loop)
{
    if (loop->tasks > 0)
        ticks_drain_after_callback(loop);
}

/* At the end of each phase. Does nothing unless draining was put off until then. */
static inline void ticks_after_phase(struct loop *loop)
{
    if (loop->tasks > 0)
        loop_run_tasks(loop);
}

/* immediate.c */
void immediates_run(struct loop *);

/* timer.c */
void timer_init_internal(struct loop *,
                         struct loop_timer *); /* not seen by walk, keeps nothing alive */
void timer_run_due(struct loop *);

/* hooks.c */
void hooks_run(struct loop *, enum loop_kind);

/* pending.c */
void pending_add(struct loop_handle *);
bool pending_run(struct loop *); /* whether there was anything */

/* async.c */
void async_run(struct loop *);

/* listen.c */
void listener_event(struct loop_listener *, const struct io_event *);
void listener_run_pending(struct loop_listener *);
void listener_stop(struct loop_listener *);

/* stream.c */
void stream_event(struct loop_stream *, const struct io_event *);
void stream_run_pending(struct loop_stream *);
void stream_cancel(struct loop_stream *); /* calls back every write and shutdown that is left */

#endif
