/* The loop: libuv's shape, over any backend. Everything a user of it needs is on this page.
 *
 * One iteration, in this order (libuv 1.44's; 1.45 moved timers behind poll): update time -> timers
 * -> pending -> idle -> prepare -> poll -> check -> closing
 *
 * One thread per loop; only loop_async_send() may be called from another.
 *
 * Every int is >= 0 or -errno.
 *
 * Handles are the caller's memory: init, use, loop_close(), free in or after the close callback.
 * Fields are the loop's, except `data`.
 *
 * Times are absolute or relative nanoseconds of the monotonic clock, as their names say.
 *
 * A callback may start, stop or close any handle, its own included.
 *
 * After each callback the tasks that it queued run (ticks, then microtasks): see the end. */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include "backends/backend.h"
#include "backends/registry.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>

struct loop;
struct loop_handle;
struct loop_timer;
struct loop_hook;
struct loop_async;
struct loop_listener;
struct loop_stream;
struct loop_write;
struct loop_immediate;
struct loop_task;

/* ---- the loop ---- */

/* When queued tasks run. Nothing but the order depends on it. */
enum loop_drain {
    /* After each callback of the loop, as Node 11 and later. */
    LOOP_DRAIN_AFTER_CALLBACK,
    /* Once at the end of each phase, as Node 10 and before did for timers and immediates (an I/O
       callback was a phase of its own there). */
    LOOP_DRAIN_AFTER_PHASE,
};

struct loop_options {
    /* Which backend; required. */
    const struct backend_variant *variant;
    /* See backend_default_config(). */
    struct backend_config config;
    /* Results taken per iteration, >= 1. */
    unsigned event_budget;
    /* When ticks and microtasks run. */
    enum loop_drain drain;
    /* NULL: clock_now_ns(). Tests put a virtual clock here. */
    uint64_t (*now_ns)(void);
};

/* Defaults of everything but the variant. */
struct loop_options loop_default_options(const struct backend_variant *variant);

/* -errno: from the backend (refused by this system), -ENOMEM, -EINVAL. */
int loop_open(struct loop **out, const struct loop_options *options);

/* -EBUSY while a handle or a pool is open, or an immediate or a task is queued: close them and run
 * the loop first. */
int loop_destroy(struct loop *);

enum loop_mode {
    /* Until nothing is alive or loop_stop(). */
    LOOP_DEFAULT,
    /* One iteration that may block; timers that fell due meanwhile run before it returns. */
    LOOP_ONCE,
    /* One iteration that does not block. */
    LOOP_NOWAIT,
};

/* 1 when something is still alive, 0 when not, -errno when the backend broke. */
int loop_run(struct loop *, enum loop_mode);
/* The running iteration is the last one. */
void loop_stop(struct loop *);
/* An active referenced handle, a request, a closing handle, or a queued referenced immediate. */
bool loop_alive(const struct loop *);
uint64_t loop_now_ns(const struct loop *); /* read at the start of an iteration and after poll */
void loop_update_time(struct loop *);
struct backend *loop_backend(struct loop *); /* for its counters and what it was granted */

/* ---- handles ---- */

enum loop_kind {
    LOOP_TIMER,
    LOOP_IDLE,
    LOOP_PREPARE,
    LOOP_CHECK,
    LOOP_ASYNC,
    LOOP_LISTENER,
    LOOP_STREAM
};

typedef void loop_close_function(struct loop_handle *);

struct loop_handle {
    struct loop *loop;
    /* The user's. */
    void *data;
    loop_close_function *on_close;
    /* On loop.handles. */
    struct list all;
    /* Where its phase keeps it: active hooks, pending work, closing handles. */
    struct list queue;
    /* enum loop_kind */
    uint8_t kind;
    uint8_t flags;
};

/* Stops the handle at once; on_close (may be NULL) runs once, in the closing phase. Within one
 * phase the handle closed last is called back first, as in libuv. Closing twice is a bug of the
 * caller. */
void loop_close(struct loop_handle *, loop_close_function *on_close);
void loop_ref(struct loop_handle *);   /* the default: an active handle keeps the loop alive */
void loop_unref(struct loop_handle *); /* active, but does not keep the loop alive */
bool loop_is_active(const struct loop_handle *);
bool loop_is_closing(const struct loop_handle *); /* from loop_close() on */
void loop_walk(struct loop *, void (*visit)(struct loop_handle *, void *), void *context);

/* ---- timers ---- */

typedef void loop_timer_function(struct loop_timer *);

struct loop_timer {
    struct loop_handle handle;
    loop_timer_function *callback;
    uint64_t repeat_ns;
    /* Where loop.timers has it, while it is active. */
    uint32_t heap_index;
};

void loop_timer_init(struct loop *, struct loop_timer *);
/* Runs the callback once delay_ns have passed since loop_now_ns(), then every repeat_ns (0: once).
 * Never early. Restarts a running timer. -ENOMEM; -EINVAL for a closing handle or no callback. */
int loop_timer_start(struct loop_timer *, loop_timer_function *, uint64_t delay_ns,
                     uint64_t repeat_ns);
/* The same at an absolute time. */
int loop_timer_start_at(struct loop_timer *, loop_timer_function *, uint64_t due_ns,
                        uint64_t repeat_ns);
void loop_timer_stop(struct loop_timer *);

/* ---- hooks: a callback in every iteration ---- */

typedef void loop_hook_function(struct loop_hook *);

struct loop_hook {
    struct loop_handle handle;
    loop_hook_function *callback;
};

void loop_idle_init(struct loop *,
                    struct loop_hook *); /* while one is active, poll does not block */
void loop_prepare_init(struct loop *, struct loop_hook *); /* just before poll */
void loop_check_init(struct loop *, struct loop_hook *);   /* just after poll */
/* One that is started by a hook of its own phase runs from the next iteration on. The one started
 * last runs first, as in libuv. */
int loop_hook_start(struct loop_hook *, loop_hook_function *);
void loop_hook_stop(struct loop_hook *);

/* ---- wake-ups from other threads ---- */

typedef void loop_async_function(struct loop_async *);

struct loop_async {
    struct loop_handle handle;
    loop_async_function *callback;
    _Atomic int pending;
};

/* Active from init to close. */
void loop_async_init(struct loop *, struct loop_async *, loop_async_function *);
/* Any thread, until loop_close(). The callback runs in a poll phase after it; several sends may be
 * one callback. */
int loop_async_send(struct loop_async *);

/* ---- listening ---- */

/* status 0: one connection is there, take it by loop_accept(). < 0: accepting failed with that
 * -errno; the listener tries again by itself after LOOP_ACCEPT_PAUSE_NS. */
#define LOOP_ACCEPT_PAUSE_NS (100 * UINT64_C(1000000))
typedef void loop_connection_function(struct loop_listener *, int status);

struct loop_listener {
    struct loop_handle handle;
    struct io_source source;
    loop_connection_function *on_connection;
    /* Runs during the pause after an error. */
    struct loop_timer retry;
    /* By loop_listener_pause(). */
    bool paused;
    /* The connection that may be taken, -1: none. */
    int accepted;
    /* Further ones, which came before that one was taken. */
    int *waiting;
    uint32_t waiting_first, waiting_count, waiting_capacity;
};

void loop_listener_init(struct loop *, struct loop_listener *);
/* Binds a stream socket and listens: port 0 lets the kernel choose. -errno of socket, bind, listen;
 * nothing is left open then. The kernel silently cuts the backlog to its own limit
 * (net.core.somaxconn): who needs more checks that first. */
int loop_listen(struct loop_listener *, const struct sockaddr *, socklen_t, int backlog,
                loop_connection_function *);
/* Takes no connection from the kernel until it is started again; those that it has taken already
 * are still offered. With requests that stand in the kernel this is over when
 * loop_listener_is_paused(), a few iterations later: until then one may still be taken. */
void loop_listener_pause(struct loop_listener *);
void loop_listener_resume(struct loop_listener *);
bool loop_listener_is_paused(const struct loop_listener *);
/* Connections taken from now on send small writes at once instead of gathering them (TCP_NODELAY).
 * Asked of the listener, from which they inherit it, because an accepted socket need not be a
 * descriptor of the process. -ENOTCONN before loop_listen(); -errno for what is not TCP. */
int loop_listener_no_delay(struct loop_listener *);
/* The address that was bound. */
int loop_listener_address(const struct loop_listener *, struct sockaddr *, socklen_t *);
/* Takes a connection into an initialised stream. In the callback, or later: until it is taken, the
 * callback does not run again. -EAGAIN: none is there. -EINVAL: the stream is open or
 * closing. On another -errno the connection is closed. */
int loop_accept(struct loop_listener *, struct loop_stream *);

/* ---- streams ---- */

/* bytes > 0: data, valid during the call. 0: end of file, once. < 0: -errno, once. After the last
 * two the stream does not read any more. */
typedef void loop_read_function(struct loop_stream *, ssize_t bytes, const void *data);
typedef void loop_write_function(struct loop_write *, int status);
typedef void loop_shutdown_function(struct loop_stream *, int status);

struct loop_stream {
    struct loop_handle handle;
    struct io_source source;
    loop_read_function *on_read;
    loop_shutdown_function *on_shutdown;
    /* In order; the first one is with the backend. */
    struct loop_write *unsent, *last_unsent;
    /* To be called back. */
    struct loop_write *finished, *last_finished;
    /* Data that arrived after loop_read_stop(). */
    struct loop_kept *kept;
    /* Of the first write that failed: no byte follows it. */
    int write_status;
    /* -ENOMEM: kept data was lost, reading is over. */
    int read_status;
};

/* The caller's memory until the callback has run. */
struct loop_write {
    struct io_send send;
    struct loop_stream *stream;
    struct loop_write *next;
    /* May be NULL. */
    loop_write_function *callback;
    int status;
    /* The user's. */
    void *data;
};

void loop_stream_init(struct loop *, struct loop_stream *);
/* Takes over a connected stream socket and sets the mode that the backend needs. On -errno the
 * descriptor is still the caller's. */
int loop_stream_open(struct loop_stream *, int fd);
int loop_read_start(struct loop_stream *, loop_read_function *); /* -ENOTCONN, -EALREADY, -EINVAL */
void loop_read_stop(struct loop_stream *);
/* In a read callback, once, with bytes > 0: the data stays valid until it is given back, so that it
 * can be written on without a copy. Its number, 0 to config.buffer_count - 1, which no other data
 * has meanwhile. Data that is kept is in a receive buffer: when all of them are kept, no stream of
 * the loop reads. -EAGAIN: this data is in no receive buffer (it waited for loop_read_start()), and
 * has to be copied. */
int loop_read_keep(struct loop_stream *);
void loop_read_give_back(struct loop *, int number);
/* Queues one buffer of at most INT32_MAX bytes; bytes keep their order. The callback always runs
 * later, never from within. After loop_close() it runs with -ECANCELED, before the close callback.
 * -ENOTCONN; -EPIPE after shutdown. */
int loop_write(struct loop_stream *, struct loop_write *, const void *data, size_t length,
               loop_write_function *);
/* Ends the sending direction once all queued writes are out. -ENOTCONN; -EALREADY. */
int loop_shutdown(struct loop_stream *, loop_shutdown_function *);

/* ---- immediates: one-shot callbacks of the check phase, as Node's setImmediate() ---- */

/* On the loop's thread, behind the check hooks, first in, first out. */
typedef void loop_immediate_function(struct loop_immediate *);

/* The caller's memory; not a handle, so there is nothing to close: while it is not queued, and from
 * the beginning of its callback on, it may be freed or queued again. */
struct loop_immediate {
    struct loop *loop;
    /* The user's. */
    void *data;
    loop_immediate_function *callback;
    struct list queue;
    bool unreferenced;
};

void loop_immediate_init(struct loop *, struct loop_immediate *);
/* Runs the callback in the next check phase; one that an immediate queues runs in the next
 * iteration. While one is queued poll does not block and the loop is alive, unless unreferenced.
 * -EBUSY: it is queued already; -EINVAL: no callback. */
int loop_immediate_start(struct loop_immediate *, loop_immediate_function *);
void loop_immediate_stop(struct loop_immediate *); /* its callback does not run */
void loop_immediate_ref(struct loop_immediate *);  /* the default */
void loop_immediate_unref(struct loop_immediate *);
bool loop_immediate_is_queued(const struct loop_immediate *);

/* ---- tasks: Node's process.nextTick() and queueMicrotask() ----
 *
 * Both queues are drained after every callback of the loop (see enum loop_drain), at the start of
 * loop_run() and by loop_run_tasks(): ticks until there is none, then microtasks until there is
 * none, and again while either queue has refilled. Hence a tick that queues itself again starves
 * the loop, and a microtask that does so starves the ticks too; nothing detects it, as in Node.
 * A queued task keeps nothing alive: it has run before the loop looks. */
typedef void loop_task_function(struct loop_task *);

/* The caller's memory, until its callback has begun: that may free it or queue it again. */
struct loop_task {
    struct loop *loop;
    /* The user's. */
    void *data;
    loop_task_function *callback;
    struct list queue;
};

void loop_task_init(struct loop *, struct loop_task *);
/* -EBUSY: it is queued already, on either queue; -EINVAL: no callback. */
int loop_next_tick(struct loop_task *, loop_task_function *);
int loop_microtask(struct loop_task *, loop_task_function *);
/* Drains both queues now: for the end of a main program that has something to do between it and
 * loop_run(). Not from within a callback, where the order would be lost. */
void loop_run_tasks(struct loop *);

#endif
