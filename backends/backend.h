/* The contract between the loop and one kernel mechanism, whole.
 *
 * A backend turns standing interest ("tell me of every connection on this listener") into results.
 * The same contract fits readiness mechanisms, which are told that a descriptor is ready and then
 * make the call themselves, and completion mechanisms, which hand the call to the kernel and are
 * told its result: in both, an interest is armed once and then yields results until it is
 * withdrawn.
 *
 * Rules that every backend keeps, and that tests/conformance checks on each:
 *
 * Every int is >= 0 or -errno. A backend never sees the loop and never calls up: wait() fills an
 * array.
 *
 * One thread. wake() alone may be called from another, at any time between open() and close().
 *
 * Nothing falls back in silence. A mechanism that this kernel or policy refuses fails open().
 *
 * A source that was released yields no result any more, whatever the kernel still posts for it:
 * kernel tokens carry a generation, and one that does not match is dropped and counted.
 *
 * No byte and no connection is lost: not when buffers run out, not when the event array is full. */
#ifndef BACKENDS_BACKEND_H
#define BACKENDS_BACKEND_H

#include "backends/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer_pool;

enum io_kind { IO_POLL, IO_ACCEPT, IO_RECV, IO_SEND, IO_CLOSED, IO_WAKE };

/* What a source wants to hear; bits of io_source.want. All are standing. */
enum io_want {
    /* IO_ACCEPT for each new connection; fd is a listening socket. */
    IO_WANT_ACCEPT = 1 << 0,
    /* IO_RECV for bytes as they come; fd is a connected socket. */
    IO_WANT_RECV = 1 << 1,
    /* IO_POLL with IO_WANT_READABLE in result, while it is so (level). The completion tier hears of
     * it when it happens: who reads the bytes before wait() may be told of them once all the same.
     */
    IO_WANT_READABLE = 1 << 2,
    /* IO_POLL with IO_WANT_WRITABLE in result, while it is so (level). */
    IO_WANT_WRITABLE = 1 << 3,
};

/* One send in progress. The caller owns it and the data until it is over. */
struct io_send {
    const void *data;
    /* Bytes, 1..INT32_MAX. */
    size_t length;
    /* Bytes so far; the backend writes it. */
    size_t sent;
};

/* One descriptor in the backend's care. The caller embeds it, zeroes it but for `fd`, calls
 * adopt(), and keeps it in place until release() has ended. */
struct io_source {
    /* Once adopted, only the backend closes it. */
    int fd;
    /* The token that the kernel hands back. */
    uint32_t slot, generation;
    /* io_want bits; the caller writes them through backend_want(). */
    uint16_t want;
    /* The backend's: what the kernel has been told, in its own terms. */
    uint16_t have;
    /* The backend's: requests that the kernel still holds. */
    uint32_t inflight;
    /* The backend's: readiness that was seen and not yet used up. */
    uint16_t ready;
    /* The backend's own flags. */
    uint16_t state;
    /* On backend.dirty: the kernel has to be told something at the next wait(). */
    struct list dirty;
    /* The backend's: has work that no kernel event will announce again. */
    struct list resume;
    /* At most one, so that bytes keep their order. */
    struct io_send *sending;
};

struct io_event {
    /* NULL for IO_WAKE. */
    struct io_source *source;
    /* As in a completion queue entry: bytes, a new descriptor, io_want bits (IO_POLL), 0 for end of
     * file, -errno. */
    int32_t result;
    /* enum io_kind */
    uint16_t kind;
    /* IO_RECV with result > 0: where the bytes are; give it back by recycle(). */
    uint16_t buffer;
};

/* Limits that are the same for every subject of a run, and recorded with it. */
struct backend_config {
    /* Accepts per listener and wait, >= 1 (readiness tier). */
    unsigned accept_budget;
    /* Receives per source and wait, >= 1 (readiness tier). */
    unsigned receive_budget;
    /* Receive buffers in all: a power of two, 1..32768. */
    unsigned buffer_count;
    /* Bytes each, 1..1 MiB. */
    unsigned buffer_size;
    /* io_uring: submission queue entries. */
    unsigned queue_depth;
    /* io_uring: completion queue entries, >= queue_depth. */
    unsigned completion_depth;
    /* io_uring with BACKEND_DIRECT: slots in the file table. */
    unsigned direct_count;
    /* backend_feature bits asked for; backend_open() sets it from the variant. */
    uint32_t features;
};

/* What a variant asks of the kernel and may be granted or refused. backend_feature_name() has their
 * names. */
enum backend_feature {
    /* Nanosecond deadlines; without it they round up to milliseconds. */
    BACKEND_EPOLL_PWAIT2 = 1u << 0,
    /* The same for poll. */
    BACKEND_PPOLL = 1u << 1,
    BACKEND_PSELECT = 1u << 2,
    /* EPOLLET, a multishot POLL_ADD. */
    BACKEND_EDGE = 1u << 3,
    /* EPOLLONESHOT, a one-shot POLL_ADD. */
    BACKEND_ONESHOT = 1u << 4,
    /* io_uring */
    /* No interrupt of user space to post a completion. */
    BACKEND_COOP_TASKRUN = 1u << 5,
    /* One thread alone submits. */
    BACKEND_SINGLE_ISSUER = 1u << 6,
    /* Completions are posted only inside our own wait. */
    BACKEND_DEFER_TASKRUN = 1u << 7,
    /* No look-up of the ring's descriptor in each enter. */
    BACKEND_REGISTERED_RING = 1u << 8,
    /* One accept or receive request yields many results. */
    BACKEND_MULTISHOT = 1u << 9,
    /* Buffers go back through shared memory, not by a request each. */
    BACKEND_BUFFER_RING = 1u << 10,
    /* A kernel thread takes submissions. */
    BACKEND_SQPOLL = 1u << 11,
    /* Accepted sockets are slots of the ring's own file table. */
    BACKEND_DIRECT = 1u << 12,
    /* One receive may fill several buffers. */
    BACKEND_BUNDLE = 1u << 13,
    /* Busy polling of the network device. */
    BACKEND_NAPI = 1u << 14,
    /* EVFILT_USER; without it kqueue wakes by a pipe. */
    BACKEND_USER_EVENT = 1u << 15,
};

struct backend_counters {
    /* Calls that may block. */
    uint64_t waits;
    /* Interest changes that the kernel was told. */
    uint64_t changes;
    /* Results delivered. */
    uint64_t events;
    /* Kernel events for a source that was gone. */
    uint64_t stale_drops;
    /* Receives put off because no buffer was free. */
    uint64_t starvations;
    /* Waits whose deadline was rounded up to a millisecond. */
    uint64_t rounded_deadlines;
    /* io_uring only. */
    uint64_t enters, submissions, completions, overflows, rearms;
};

struct backend;

struct backend_ops {
    /* Sockets given to adopt() have to be in this mode; accepted ones are already. */
    bool nonblocking;

    /* On success *out is the caller's, to end with close(). -errno: refused, nothing is left
     * behind. */
    int (*open)(struct backend **out, const struct backend_config *config);

    /* Ends everything, sources that were not released included: their descriptors are closed. */
    void (*close)(struct backend *);

    /* Takes over source->fd. On -errno the descriptor is still the caller's. */
    int (*adopt)(struct backend *, struct io_source *);

    /* Gives the source up and closes its descriptor; a send in progress is dropped without an
     * event. 1: done, the memory is the caller's again once the events of the last wait() are used
     * up. 0: the kernel still holds requests; one IO_CLOSED says when they are over. Never fails:
     * what close(2) reports is not actionable here. */
    int (*release)(struct backend *, struct io_source *);

    /* Closes a descriptor that came by IO_ACCEPT and that nobody adopted. */
    void (*discard)(struct backend *, int fd);

    /* Starts sending; source->sending must be NULL.
     * > 0: all of it was sent at once, no event follows. 0: one IO_SEND follows, with the length or
     * -errno as result. -errno: it failed at once, no event follows. */
    int (*send)(struct backend *, struct io_source *, struct io_send *);

    /* Ends the sending direction. For when no send is in progress. 0 or -errno. */
    int (*shutdown)(struct backend *, struct io_source *);

    /* Gives a buffer of an IO_RECV back to the pool. */
    void (*recycle)(struct backend *, uint16_t buffer);

    /* Tells the kernel every change of the dirty list, then waits until something has happened, or
     * deadline_ns (monotonic, absolute; 0: do not block; UINT64_MAX: no deadline) has passed, or a
     * signal came. Fills at most `capacity` (>= 1) events, returns how many. What did not fit comes
     * next time. A final result (IO_ACCEPT or IO_POLL < 0, IO_RECV <= 0) ends that interest: its
     * bit in `want` is already cleared, and may be set again. An -errno of wait() itself: the
     * mechanism is broken. */
    int (*wait)(struct backend *, uint64_t deadline_ns, struct io_event *events, unsigned capacity);

    /* Makes the current or next wait() return an IO_WAKE. Any thread; several calls may be one
     * event. */
    int (*wake)(struct backend *);
};

/* The part of a backend that all share; a mechanism puts its own state behind it. */
struct backend {
    const struct backend_ops *ops;
    struct list dirty;
    struct buffer_pool *buffers;
    /* backend_feature bits. */
    uint32_t granted;
    struct backend_counters counters;
};

/* Sets what a source wants to hear. Costs nothing in the kernel until the next wait(). */
static inline void backend_want(struct backend *backend, struct io_source *source, uint16_t want)
{
    if (source->want == want)
        return;
    source->want = want;
    if (!list_is_linked(&source->dirty))
        list_append(&backend->dirty, &source->dirty);
}

#define BACKEND_NO_DEADLINE UINT64_MAX

#endif
