/* io_uring(7) as a readiness mechanism, Linux: POLL_ADD says when, ordinary calls do the rest.
 *
 * Changes, waiting and the deadline are one io_uring_enter; in epoll a change is a call of its own.
 *
 * Each direction of a source is a request of its own, so that adding one does not disturb the
 * other.
 *
 * A one-shot request is armed again after each report, by an entry in the next enter, not by a
 * call.
 *
 * A multishot request is edge-like on Linux 6.18 (found by tests/conformance/io_uring_multishot.c):
 * it reports when it is armed and whenever the socket wakes its waiters, and not again while data
 * stays unread. It is therefore driven as EPOLLET is. It may end at any report (F_MORE is missing).
 *
 * Every poll request also reports that the peer has finished sending (EPOLLRDHUP), asked for or
 * not. While a half-closed socket is full, a one-shot request for room would therefore fire at
 * once, for ever: there it is armed as a multishot one, which says so once.
 *
 * Updating the request makes the kernel look again: that turns it into level where a caller needs
 * it, and only there. On Linux 6.18 a multishot request that is updated again and again may fall
 * silent for good, and not even a cancel ends it (seen with sends to a half-closed peer, which need
 * no update: a send that finds no room makes the kernel report the next room by itself).
 *
 * A request holds the open file: close(2) alone would neither end it nor free the port. release()
 * cancels first, and closes when both requests have ended. */
#include "backends/io_uring_ring.h"
#include "backends/readiness.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

/* The operation in a token; the first two are directions as in io_source.have. */
enum operation { OP_IN = READY_IN, OP_OUT = READY_OUT, OP_QUIET };

/* Bits of io_source.state: which direction's request stands in the kernel. */
#define ARMED(direction) ((uint16_t)(READINESS_MECHANISM * (direction)))
#define STATE_HALF_CLOSED                                                                          \
    ((uint16_t)(READINESS_MECHANISM * 4)) /* a request for room must not be one-shot */

struct io_uring_poll_backend {
    struct readiness readiness;
    struct ring ring;
};

static struct io_uring_sqe *submission(struct io_uring_poll_backend *self)
{
    struct io_uring_sqe *sqe = ring_submission(&self->ring);
    if (sqe == NULL && ring_enter(&self->ring, 0, 1) == 0)
        sqe = ring_submission(&self->ring);
    return sqe;
}

static int cancel(struct io_uring_poll_backend *self, struct io_source *source)
{
    struct io_uring_sqe *sqe = submission(self);
    if (sqe == NULL)
        return -EAGAIN;
    io_uring_prep_cancel_fd(sqe, source->fd, IORING_ASYNC_CANCEL_ALL);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    sqe->user_data = ring_free_token(OP_QUIET, 0);
    return 0;
}

static int arm(struct io_uring_poll_backend *self, struct io_source *source, unsigned direction)
{
    struct io_uring_sqe *sqe = submission(self);
    if (sqe == NULL)
        return -EAGAIN;
    unsigned mask = direction == READY_IN ? POLLIN : POLLOUT;
    uint64_t token = ring_token(source, direction);
    bool multishot = self->readiness.trigger == TRIGGER_EDGE ||
                     (direction == READY_OUT && source->state & STATE_HALF_CLOSED);
    if (source->state & ARMED(direction)) {
        io_uring_prep_poll_update(sqe, token, 0, mask,
                                  IORING_POLL_UPDATE_EVENTS |
                                      (multishot ? IORING_POLL_ADD_MULTI : 0));
        sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
        sqe->user_data = ring_free_token(OP_QUIET, 0);
        return 0;
    }
    if (multishot)
        io_uring_prep_poll_multishot(sqe, source->fd, mask);
    else
        io_uring_prep_poll_add(sqe, source->fd, mask);
    sqe->user_data = token;
    source->state |= ARMED(direction);
    source->inflight++;
    return 0;
}

static int io_uring_poll_change(struct readiness *readiness, struct io_source *source,
                                unsigned need)
{
    struct io_uring_poll_backend *self = (struct io_uring_poll_backend *)readiness;
    if (need == 0)
        return cancel(self, source);
    for (unsigned direction = READY_IN; direction <= READY_OUT; direction++) {
        if (!(need & direction) || source->have & direction)
            continue;
        int r = arm(self, source, direction);
        if (r < 0)
            return r;
        source->have |= (uint16_t)direction;
    }
    return 0;
}

static void complete(struct io_uring_poll_backend *self, const struct io_uring_cqe *cqe)
{
    struct readiness *readiness = &self->readiness;
    unsigned direction = ring_operation(cqe->user_data);
    if (direction == OP_QUIET)
        return;
    struct io_source *source = ring_source(&readiness->sources, cqe->user_data);
    if (source == NULL) {
        readiness->base.counters.stale_drops++;
        return;
    }
    bool over = !(cqe->flags & IORING_CQE_F_MORE);
    if (over) {
        source->inflight--;
        source->state &= (uint16_t)~ARMED(direction);
    }
    if (source->state & READINESS_RELEASED) {
        if (source->inflight == 0)
            readiness_released(readiness, source);
        return;
    }
    bool broken = cqe->res < 0 || cqe->res & (POLLERR | POLLHUP | POLLNVAL);
    bool ready = broken || cqe->res & (direction == READY_IN ? POLLIN : POLLOUT);
    if (ready)
        readiness_note(readiness, source, broken ? READY_IN | READY_OUT : direction);
    else
        source->state |= STATE_HALF_CLOSED;
    if (over)
        readiness->base.counters.rearms += readiness->trigger == TRIGGER_EDGE;
    bool again = ready && readiness->trigger == TRIGGER_ONESHOT && source->want & IO_WANT_WRITABLE;
    if (over || again)
        readiness_disarmed(readiness, source, direction);
}

static int io_uring_poll_collect(struct readiness *readiness, uint64_t deadline_ns,
                                 unsigned capacity)
{
    struct io_uring_poll_backend *self = (struct io_uring_poll_backend *)readiness;
    /* All are taken: those without room wait in the queue. */
    int r = ring_enter(&self->ring, deadline_ns, capacity);
    if (r < 0 && r != -EINTR && r != -ETIME && r != -EBUSY && r != -EAGAIN)
        return r;
    int seen = 0;
    for (struct io_uring_cqe *cqe; (cqe = ring_completion(&self->ring)) != NULL; seen++) {
        complete(self, cqe);
        ring_done(&self->ring);
    }
    if (r == -EINTR || r == -EAGAIN)
        return -EINTR;
    return r == -ETIME ? seen : seen + 1;
}

static int io_uring_poll_release(struct backend *backend, struct io_source *source)
{
    if (source->inflight == 0) {
        source->have = 0;
        return readiness_release(backend, source);
    }
    return readiness_release_later(readiness_of(backend), source);
}

/* Requests that are left would keep their files, a listening port among them, for some time after
 * the ring is gone: they are ended first. Gives up when nothing has ended for a second: a mechanism
 * that is broken may never end them. */
static void end_requests(struct io_uring_poll_backend *self)
{
    struct readiness *readiness = &self->readiness;
    unsigned left = 0;
    for (uint32_t slot = 0; slot < readiness->sources.capacity; slot++) {
        struct io_source *source = readiness->sources.slots[slot].source;
        if (source == NULL || source == &readiness->wake_source)
            continue;
        /* Nobody is there any more to take what its interest would bring. */
        source->want = 0;
        source->sending = NULL;
        left += source->inflight > 0;
        if (source->inflight > 0 && !(source->state & READINESS_RELEASED))
            readiness_release_later(readiness, source);
    }
    uint64_t deadline_ns = clock_now_ns() + NS_PER_S;
    while (left > 0 && clock_now_ns() < deadline_ns) {
        struct io_event events[64];
        int count = readiness_wait(&readiness->base, deadline_ns, events, 64);
        if (count < 0)
            break;
        for (int i = 0; i < count; i++) {
            if (events[i].kind != IO_CLOSED)
                continue;
            left--;
            deadline_ns = clock_now_ns() + NS_PER_S;
        }
    }
}

static void io_uring_poll_close(struct backend *backend)
{
    struct io_uring_poll_backend *self = (struct io_uring_poll_backend *)backend;
    end_requests(self);
    ring_close(&self->ring);
    readiness_close(&self->readiness);
    free(self);
}

static int io_uring_poll_open(struct backend **out, const struct backend_config *config)
{
    static const struct readiness_mechanism mechanism = {.change = io_uring_poll_change,
                                                         .collect = io_uring_poll_collect};
    struct io_uring_poll_backend *self = calloc(1, sizeof *self);
    if (self == NULL)
        return -ENOMEM;
    struct backend *base = &self->readiness.base;
    self->readiness.mechanism = &mechanism;
    self->readiness.trigger = config->features & BACKEND_EDGE ? TRIGGER_EDGE : TRIGGER_ONESHOT;
    int r = ring_open(&self->ring, config, &base->counters);
    if (r >= 0) {
        r = readiness_open(&self->readiness, config);
        if (r < 0)
            ring_close(&self->ring);
    }
    if (r < 0) {
        free(self);
        return r;
    }
    base->granted = self->ring.granted;
    *out = base;
    return 0;
}

const struct backend_ops io_uring_poll_ops = {
    .nonblocking = true,
    .open = io_uring_poll_open,
    .close = io_uring_poll_close,
    .adopt = readiness_adopt,
    .release = io_uring_poll_release,
    .discard = readiness_discard,
    .send = readiness_send,
    .shutdown = readiness_shutdown,
    .recycle = readiness_recycle,
    .wait = readiness_wait,
    .wake = readiness_wake,
};
