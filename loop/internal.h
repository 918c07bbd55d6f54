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
    HANDLE_OPEN = 8,      /* the backend has adopted its source */
    HANDLE_READING = 16,  /* stream: data goes to on_read */
    HANDLE_SHUTTING = 32, /* stream: loop_shutdown() was called */
    HANDLE_SHUT = 64,     /* stream: and has been called back */
    HANDLE_FAILED = 128,  /* listener: pausing after an error */
};

struct loop {
    struct backend *backend;
    enum backend_tier tier;
    uint64_t (*read_clock)(void);
    uint64_t now_ns;
    bool stopping;

    /* Beside what every callback touches: the check after each one is this word alone. */
    size_t tasks; /* on both queues below */
    enum loop_drain drain;
    struct list ticks, microtasks;

    struct list immediates;
    size_t referenced_immediates; /* of those queued */

    struct heap timers;
    uint32_t active_timers; /* waiting or due */

    struct list hooks[3]; /* active idle, prepare and check hooks */
    struct list asyncs;
    struct list pending; /* streams and listeners with callbacks to run before poll */
    struct list closing; /* handles whose close callback is next */

    struct list handles;
    size_t active_referenced; /* handles that keep the loop alive */
    size_t requests;          /* writes and shutdowns not yet called back */
    size_t unclosed;          /* handles between loop_close() and their callback */
    size_t pools;             /* between pool_open() and the end of pool_close() */

    struct io_event *events;
    unsigned event_budget;
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
