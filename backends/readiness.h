/* What all readiness backends share: everything but telling the kernel what to watch and asking it
 * what is ready. A mechanism gives two functions for that (struct readiness_mechanism); the rest is
 * here.
 *
 * Every source that a mechanism reports stands in one queue, first come first served, and one that
 * the event array has no room for keeps its place until the next wait(). Fairness therefore does
 * not depend on the order in which a mechanism scans, and readiness that is reported only once is
 * not forgotten.
 */
#ifndef BACKENDS_READINESS_H
#define BACKENDS_READINESS_H

#include "backends/backend.h"
#include "backends/buffer_pool.h"
#include "backends/clock.h"
#include "backends/source_table.h"
#include "backends/wake.h"

/* Bits of io_source.have and io_source.ready. An error or a hang-up counts as both: the call that
 * follows says which one it is. */
enum readiness_mask { READY_IN = 1, READY_OUT = 2 };

/* Bits of io_source.state. */
enum readiness_state {
    READINESS_STARVED = 1,    /* receiving has to wait until a buffer is free */
    READINESS_REGISTERED = 2, /* for the mechanism: the kernel knows the descriptor */
    READINESS_RELEASED = 4,   /* given up; change() is asked to end what the kernel holds */
    READINESS_ENDED = 8,      /* and it has ended: one IO_CLOSED is due */
    READINESS_MECHANISM = 16, /* the first bit that is the mechanism's own */
};

/* How long what the kernel was told stays in force. */
enum readiness_trigger {
    TRIGGER_LEVEL, /* reported again while it is so; interest may grow and shrink */
    TRIGGER_EDGE,  /* reported once per change; interest only grows, so that registering is for good
                    */
    TRIGGER_ONESHOT, /* reported once, then armed again */
};

struct readiness;

struct readiness_mechanism {
    /* Tells the kernel to watch `need` from now on, 0: nothing. 0 or -errno; -EAGAIN: not at this
     * moment, the next wait() asks again. */
    int (*change)(struct readiness *, struct io_source *, unsigned need);
    /* Asks the kernel what is ready, until deadline_ns, and calls readiness_note() for each
     * descriptor. `capacity`: more than that many are of no use now. How many were ready, 0: time
     * is over, -EINTR. */
    int (*collect)(struct readiness *, uint64_t deadline_ns, unsigned capacity);
    /* The descriptor of a watched source is about to be closed. NULL: change() to nothing does it.
     */
    void (*forget)(struct readiness *, struct io_source *);
    /* Any thread: makes the current or next collect() note READY_IN of `wake_source`. NULL: that is
     * a descriptor of the helper's own, watched like any other. */
    int (*wake)(struct readiness *);
};

struct batch;

struct readiness {
    struct backend base;
    const struct readiness_mechanism *mechanism;
    enum readiness_trigger trigger;
    struct source_table sources;
    struct buffer_pool pool;
    struct wake wake; /* unless the mechanism has its own */
    struct io_source wake_source;
    unsigned accept_budget, receive_budget;
    struct list resume;  /* sources with readiness to use up */
    struct list starved; /* sources that wait for a free buffer */
    struct batch *batch; /* the results of the wait() that is going on */
};

static inline struct readiness *readiness_of(struct backend *backend)
{
    return (struct readiness *)backend;
}

/* The kernel has to be told something about this source at the next wait(). */
static inline void readiness_mark_dirty(struct readiness *self, struct io_source *source)
{
    if (!list_is_linked(&source->dirty))
        list_append(&self->base.dirty, &source->dirty);
}

/* Sends what the socket takes. 1: all of it went out, 0: the socket is full, -errno. */
int readiness_send_some(struct io_source *source, struct io_send *send);

/* For a mechanism's open(): `self` is zeroed but for mechanism and trigger. On -errno
 * nothing is left behind. */
int readiness_open(struct readiness *self, const struct backend_config *config);
/* For its close(): closes the descriptors of all sources that are left. */
void readiness_close(struct readiness *self);
/* For its collect(). */
void readiness_note(struct readiness *self, struct io_source *source, unsigned mask);
/* For a collect() that learns only now that the kernel did not take a change: `mask` is not watched
 * after all, and the interest of the source ends with `error`. -errno: waiting itself has become
 * impossible. */
int readiness_refuse(struct readiness *self, struct io_source *source, unsigned mask, int error);
/* Also for its collect(): the kernel does not watch these directions any more, having reported
 * them. */
void readiness_disarmed(struct readiness *self, struct io_source *source, unsigned mask);

/* For a mechanism whose kernel side still holds the descriptor after change(..., 0): its release()
 * calls the first one (which returns 0), its collect() the second one as soon as nothing is held.
 */
int readiness_release_later(struct readiness *self, struct io_source *source);
void readiness_released(struct readiness *self, struct io_source *source);

/* The operations that are the same for all of them. */
int readiness_adopt(struct backend *, struct io_source *);
int readiness_release(struct backend *, struct io_source *);
void readiness_discard(struct backend *, int fd);
int readiness_send(struct backend *, struct io_source *, struct io_send *);
int readiness_shutdown(struct backend *, struct io_source *);
void readiness_recycle(struct backend *, uint16_t buffer);
int readiness_wait(struct backend *, uint64_t deadline_ns, struct io_event *, unsigned capacity);
int readiness_wake(struct backend *);

#define READINESS_OPS                                                                              \
    .nonblocking = true, .adopt = readiness_adopt, .release = readiness_release,                   \
    .discard = readiness_discard, .send = readiness_send, .shutdown = readiness_shutdown,          \
    .recycle = readiness_recycle, .wait = readiness_wait, .wake = readiness_wake

#endif
