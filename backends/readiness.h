/* What all readiness backends share: everything but telling the kernel what to watch and asking it
 * what is ready. A mechanism gives two functions for that, change() and collect() of struct
 * readiness_mechanism, and two more if it needs them; the rest is here. backends/poll.c is the
 * shortest example.
 *
 * Every source that a mechanism reports stands in one queue, first come first served, and one that
 * the event array has no room for keeps its place until the next wait(). Fairness therefore does
 * not depend on the order in which a mechanism scans, and readiness that is reported only once is
 * not forgotten.
 *
 * A wait() is this, again and again until there is a result or the deadline has passed: change()
 * for each source whose interest is not what the kernel has been told, then one collect(), then the
 * accepts, receives and sends that the reports allow.
 *
 * Two files: readiness_sources.c is what happens between two waits, readiness.c is the wait and
 * calls into the other one, never the other way round.
 *
 * Of a source a mechanism may read fd, slot, generation, have, state and inflight. It writes
 * READINESS_REGISTERED and the bits of `state` from READINESS_MECHANISM up, `inflight`, and where
 * change() says so `have`; everything else is the helper's. source_token() is what the kernel is
 * given to hand back, source_table_find() the way back: NULL is a report for a source that is gone,
 * which is counted in stale_drops and otherwise ignored. A slot is less than sources.capacity,
 * which grows. */
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
    /* Receiving has to wait until a buffer is free. */
    READINESS_STARVED = 1,
    /* For the mechanism: the kernel knows the descriptor. */
    READINESS_REGISTERED = 2,
    /* Given up; change() is asked to end what the kernel holds. */
    READINESS_RELEASED = 4,
    /* Given up, and what the kernel held has ended: one IO_CLOSED is due. */
    READINESS_ENDED = 8,
    /* The first bit that is the mechanism's own. */
    READINESS_MECHANISM = 16,
};

/* How long what the kernel was told stays in force, and so what change() is asked for. */
enum readiness_trigger {
    /* Reported again by each collect() while it is so: what was not used up is forgotten here.
     * Interest may grow and shrink. */
    TRIGGER_LEVEL,
    /* Reported once per change of the descriptor: what was not used up is kept here, and calls are
     * made until -EAGAIN. Interest only grows, so that registering is for good, until the release.
     *
     * IO_WANT_READABLE and IO_WANT_WRITABLE are used up by the caller, unseen. For these change()
     * is called with `have` 0 and with directions that the kernel watches already: it must make the
     * kernel look at the descriptor again, and report what is ready now although nothing changed
     * (EPOLL_CTL_MOD does; an update of a poll request does). */
    TRIGGER_EDGE,
    /* Reported once, then not watched: collect() calls readiness_disarmed() for the directions that
     * a report has ended, and change() arms them again if they are still wanted. Interest that was
     * not reported stays armed, wanted or not. */
    TRIGGER_ONESHOT,
};

struct readiness;

struct readiness_mechanism {
    /* Tells the kernel to watch the directions of `need` from now on, 0: nothing. source->have
     * still says what it was told before, and is set to `need` afterwards, by the helper. The
     * kernel may be told later, but not later than by the next collect().
     *
     * 0: done. -EAGAIN: not at this moment; it is asked again after the next collect(), which does
     * not block meanwhile. Directions that were done all the same are added to source->have. Any
     * other -errno: the kernel refuses this source, whose interest and send end with that error;
     * for `wake_source` it is wait() that fails.
     *
     * need 0 is also asked from release(), just before the descriptor is closed, if the source is
     * watched or has READINESS_REGISTERED; it must not fail then. */
    int (*change)(struct readiness *, struct io_source *, unsigned need);

    /* Asks the kernel what is ready, and calls readiness_note() for each source that is: an error
     * or a hang-up is both directions. Blocks until there is something, until deadline_ns (0: not
     * at all; BACKEND_NO_DEADLINE), or until a signal; it rounds up where it must, and counts that
     * in rounded_deadlines. More than `capacity` reports are of no use now, but do no harm.
     *
     * > 0: there was something, and be it a report that was dropped. 0: only when the deadline has
     * passed. -EINTR: a signal came. Any other -errno ends wait() with it, and a later collect()
     * must be able to go on: no change may be lost by a call that fails. */
    int (*collect)(struct readiness *, uint64_t deadline_ns, unsigned capacity);

    /* The descriptor of a source is about to be closed: the kernel must not report it any more, nor
     * keep the open file. Called between two waits, so no change is under way. Cannot fail. NULL:
     * change() to nothing does it. Where the kernel goes on holding it, see
     * readiness_release_later(). */
    void (*forget)(struct readiness *, struct io_source *);

    /* Any thread: makes the current or next collect() note READY_IN of `wake_source`. 0 or -errno.
     * NULL: that is a descriptor of the helper's own, watched like any other. */
    int (*wake)(struct readiness *);
};

struct batch;

struct readiness {
    struct backend base;
    const struct readiness_mechanism *mechanism;
    enum readiness_trigger trigger;
    struct source_table sources;
    struct buffer_pool pool;
    /* Unless the mechanism has its own. */
    struct wake wake;
    struct io_source wake_source;
    unsigned accept_budget, receive_budget;
    /* Sources with readiness to use up. */
    struct list resume;
    /* Sources that wait for a free buffer. */
    struct list starved;
    /* The results of the wait() that is going on. */
    struct batch *batch;
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
