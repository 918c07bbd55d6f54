/* From interest to requests: what a source needs next is read off what it wants and what the kernel
 * holds, so that any number of changes between two waits come to the same few requests. */
#include "backends/io_uring_backend.h"

#include "backends/syscalls.h"

#include <poll.h>

/* An entry for an operation on a source; it has its token, and its descriptor once it is prepared.
 */
static struct io_uring_sqe *finish(struct io_uring_sqe *sqe, struct io_source *source,
                                   unsigned operation)
{
    if (source->fd >= FIRST_DIRECT && operation != OP_CANCEL && operation != OP_CLOSE)
        sqe->flags |= IOSQE_FIXED_FILE;
    sqe->user_data = ring_token(source, operation);
    source->inflight++;
    return sqe;
}

static void prepare_accept(struct io_uring_backend *self, struct io_source *source,
                           struct io_uring_sqe *sqe)
{
    int fd = io_uring_kernel_fd(source);
    if (io_uring_asked(self, BACKEND_DIRECT))
        io_uring_prep_multishot_accept_direct(sqe, fd, NULL, NULL, 0);
    else if (io_uring_asked(self, BACKEND_MULTISHOT))
        io_uring_prep_multishot_accept(sqe, fd, NULL, NULL, SOCK_CLOEXEC);
    else
        io_uring_prep_accept(sqe, fd, NULL, NULL, SOCK_CLOEXEC);
    finish(sqe, source, OP_ACCEPT);
    source->have |= HELD_ACCEPT;
}

static void prepare_recv(struct io_uring_backend *self, struct io_source *source,
                         struct io_uring_sqe *sqe)
{
    if (io_uring_asked(self, BACKEND_MULTISHOT))
        io_uring_prep_recv_multishot(sqe, io_uring_kernel_fd(source), NULL, 0, 0);
    else
        io_uring_prep_recv(sqe, io_uring_kernel_fd(source), NULL, self->buffers.pool.size, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = RING_BUFFER_GROUP;
    if (io_uring_asked(self, BACKEND_BUNDLE))
        sqe->ioprio |= IORING_RECVSEND_BUNDLE;
    finish(sqe, source, OP_RECV);
    source->have |= HELD_RECV;
    source->state &= (uint16_t)~STATE_FED;
}

static unsigned poll_mask(unsigned want)
{
    return (want & IO_WANT_READABLE ? POLLIN : 0u) | (want & IO_WANT_WRITABLE ? POLLOUT : 0u);
}

/* One-shot, and armed again after each report: that is what makes it level-triggered. */
static void prepare_poll(struct io_source *source, struct io_uring_sqe *sqe)
{
    unsigned mask = poll_mask(source->want);
    io_uring_prep_poll_add(sqe, io_uring_kernel_fd(source), mask);
    finish(sqe, source, OP_POLL);
    source->have |= HELD_POLL;
    source->ready = (uint16_t)mask;
}

static void prepare_send(struct io_source *source, struct io_uring_sqe *sqe)
{
    struct io_send *send = source->sending;
    const char *rest = (const char *)send->data + send->sent;
    io_uring_prep_send(sqe, io_uring_kernel_fd(source), rest, send->length - send->sent,
                       MSG_NOSIGNAL | MSG_WAITALL);
    finish(sqe, source, OP_SEND);
    source->have |= HELD_SEND;
}

/* The standing request that nobody wants any more, 0: there is none. */
static unsigned stale_operation(const struct io_source *source)
{
    uint16_t want = source->want, have = source->have;
    if (have & HELD_ACCEPT && !(want & IO_WANT_ACCEPT))
        return OP_ACCEPT;
    if (have & HELD_RECV && !(want & IO_WANT_RECV))
        return OP_RECV;
    return have & HELD_POLL && poll_mask(want) != source->ready ? OP_POLL : 0;
}

static void prepare_cancel_standing(struct io_source *source, struct io_uring_sqe *sqe)
{
    io_uring_prep_cancel64(sqe, ring_token(source, stale_operation(source)), 0);
    finish(sqe, source, OP_CANCEL);
    source->state |= STATE_CANCELLING;
}

static void prepare_cancel_all(struct io_source *source, struct io_uring_sqe *sqe)
{
    unsigned flags = IORING_ASYNC_CANCEL_ALL;
    if (source->fd >= FIRST_DIRECT)
        flags |= IORING_ASYNC_CANCEL_FD_FIXED;
    io_uring_prep_cancel_fd(sqe, io_uring_kernel_fd(source), flags);
    finish(sqe, source, OP_CANCEL);
    source->state |= STATE_ENDING;
}

static void prepare_close(struct io_source *source, struct io_uring_sqe *sqe)
{
    if (source->fd >= FIRST_DIRECT)
        io_uring_prep_close_direct(sqe, (unsigned)io_uring_kernel_fd(source));
    else
        io_uring_prep_close(sqe, source->fd);
    finish(sqe, source, OP_CLOSE);
    source->state |= STATE_CLOSING;
}

/* What has to be asked of the kernel next for this source, if anything. */
enum need {
    NEED_NOTHING,
    NEED_ACCEPT,
    NEED_RECV,
    NEED_POLL,
    NEED_SEND,
    NEED_CANCEL,
    NEED_END,
    NEED_CLOSE
};

static enum need next_need(const struct io_source *source)
{
    uint16_t want = source->want, have = source->have, state = source->state;
    if (state & STATE_RELEASED) {
        if (have != 0)
            return state & STATE_ENDING ? NEED_NOTHING : NEED_END;
        /* The cancel's own completion is in flight until it came. */
        return source->inflight > 0 || state & STATE_CLOSING ? NEED_NOTHING : NEED_CLOSE;
    }
    if (source->sending != NULL && !(have & HELD_SEND))
        return NEED_SEND;
    if (stale_operation(source) != 0)
        return state & STATE_CANCELLING ? NEED_NOTHING : NEED_CANCEL;
    bool accept = want & IO_WANT_ACCEPT, receive = want & IO_WANT_RECV;
    if (accept && !(have & HELD_ACCEPT))
        return NEED_ACCEPT;
    if (receive && !(have & HELD_RECV) && !(state & STATE_STARVED))
        return NEED_RECV;
    if (poll_mask(want) != 0 && !(have & HELD_POLL))
        return NEED_POLL;
    return NEED_NOTHING;
}

static void prepare(struct io_uring_backend *self, struct io_source *source, enum need need,
                    struct io_uring_sqe *sqe)
{
    self->base.counters.changes += need != NEED_SEND;
    switch (need) {
    case NEED_ACCEPT:
        prepare_accept(self, source, sqe);
        break;
    case NEED_RECV:
        prepare_recv(self, source, sqe);
        break;
    case NEED_POLL:
        prepare_poll(source, sqe);
        break;
    case NEED_SEND:
        prepare_send(source, sqe);
        break;
    case NEED_CANCEL:
        prepare_cancel_standing(source, sqe);
        break;
    case NEED_END:
        prepare_cancel_all(source, sqe);
        break;
    case NEED_CLOSE:
        prepare_close(source, sqe);
        break;
    case NEED_NOTHING:
        break;
    }
}

/* A submission entry, making room by an enter that does not wait. NULL: the kernel takes none
 * before completions are taken from it. */
struct io_uring_sqe *io_uring_submission(struct io_uring_backend *self)
{
    struct io_uring_sqe *sqe = ring_submission(&self->ring);
    if (sqe == NULL && ring_enter(&self->ring, 0, 1) == 0)
        sqe = ring_submission(&self->ring);
    return sqe;
}

static bool arm_wake(struct io_uring_backend *self)
{
    struct io_uring_sqe *sqe = self->wake_armed ? NULL : io_uring_submission(self);
    if (sqe != NULL) {
        io_uring_prep_read(sqe, self->wake.read_fd, &self->wake_count, sizeof self->wake_count, 0);
        sqe->user_data = ring_free_token(OP_WAKE, 0);
        self->wake_armed = true;
    }
    return self->wake_armed;
}

/* Without a buffer ring, buffers go back by a request each, which says nothing unless it fails. */
static bool provide_buffers(struct io_uring_backend *self)
{
    struct io_uring_sqe *sqe;
    uint16_t buffer;
    while (io_uring_sq_space_left(&self->ring.uring) > 0 || ring_enter(&self->ring, 0, 1) == 0) {
        if (!ring_buffers_to_provide(&self->buffers, &buffer))
            return true;
        sqe = ring_submission(&self->ring);
        ring_buffers_provide(&self->buffers, sqe, buffer, 1);
        sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
        sqe->user_data = ring_free_token(OP_PROVIDE, buffer);
    }
    return false;
}

void io_uring_discard(struct backend *backend, int fd)
{
    struct io_uring_backend *self = io_uring_of(backend);
    if (fd < FIRST_DIRECT) {
        sys.close(fd);
        return;
    }
    /* Each slot is handed out once before it is closed, so there is room. */
    self->discarded[self->discarded_count++] = (unsigned)(fd - FIRST_DIRECT);
}

/* Closes slots of the file table that nobody adopted. */
static bool close_discarded(struct io_uring_backend *self)
{
    while (self->discarded_count > 0) {
        struct io_uring_sqe *sqe = io_uring_submission(self);
        if (sqe == NULL)
            return false;
        io_uring_prep_close_direct(sqe, self->discarded[--self->discarded_count]);
        sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
        sqe->user_data = ring_free_token(OP_QUIET, 0);
    }
    return true;
}

/* Builds the requests for everything that changed. What finds no room stays dirty. */
void io_uring_apply_changes(struct io_uring_backend *self)
{
    if (!arm_wake(self) || !provide_buffers(self) || !close_discarded(self))
        return;
    while (!list_is_empty(&self->base.dirty)) {
        struct io_source *source = list_owner(self->base.dirty.next, struct io_source, dirty);
        for (enum need need; (need = next_need(source)) != NEED_NOTHING;) {
            struct io_uring_sqe *sqe = io_uring_submission(self);
            if (sqe == NULL)
                return;
            prepare(self, source, need, sqe);
        }
        list_remove(&source->dirty);
    }
}
