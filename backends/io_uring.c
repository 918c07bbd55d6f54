/* io_uring(7), Linux, completion tier: requests stand in the kernel, results come to a ring in
 * shared memory.
 * - Every call into the kernel is made by wait(): it builds the requests that the dirty list asks
 * for, then submits, waits and times out in one io_uring_enter.
 * - A multishot request ends whenever the kernel likes (F_MORE is missing), also when the
 * completion queue overflows. It is then armed again; nothing else may be concluded from it.
 * - With DEFER_TASKRUN completions are posted only while the submitting thread is inside an enter
 * with GETEVENTS, so a wake from another thread has to be a completion itself: a read of an
 * eventfd.
 * - Closing a descriptor does not end the requests on it: they hold the file. release() cancels
 * them all, waits until each has ended (a cancel may answer ENOENT or EALREADY, before or after the
 * request that it concerns), and closes then, through the ring. Until then the source keeps its
 * slot, so that no number and no token is used twice.
 * - A receive takes a buffer when data is there, not before. Without one it ends in ENOBUFS; it is
 * armed again when one came back.
 * - The limit of open files that an accept obeys is the one that was in force when it was armed.
 * - Sockets are blocking: a non-blocking one would make a request fail with EAGAIN instead of
 * waiting.
 * - A direct descriptor is a slot of the ring's own table and no descriptor of the process. Results
 * tell of it as FIRST_DIRECT + slot. */
#include "backends/io_uring_buffers.h"
#include "backends/io_uring_ring.h"
#include "backends/mechanisms.h"

#include "backends/clock.h"
#include "backends/syscalls.h"
#include "backends/wake.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define FIRST_DIRECT (1 << 28)

enum operation {
    OP_ACCEPT = 1,
    OP_RECV,
    OP_POLL,
    OP_SEND,
    OP_CANCEL,
    OP_CLOSE,
    OP_WAKE,
    OP_PROVIDE,
    OP_QUIET
};

/* Bits of io_source.have: requests that stand in the kernel. */
enum held { HELD_ACCEPT = 1, HELD_RECV = 2, HELD_POLL = 4, HELD_SEND = 8 };

/* Bits of io_source.state. */
enum state {
    STATE_CANCELLING = 1, /* the standing request was asked to end */
    STATE_STARVED = 2,    /* receiving waits for a buffer */
    STATE_RELEASED = 4,
    STATE_ENDING = 8, /* released, and the cancel of everything is out */
    STATE_CLOSING = 16,
};

struct io_uring_backend {
    struct backend base;
    struct ring ring;
    struct source_table sources;
    struct ring_buffers buffers;
    struct list starved;
    struct wake wake;
    uint64_t wake_count; /* where the eventfd is read to */
    bool wake_armed;
    unsigned *discarded; /* slots of the file table to close; with BACKEND_DIRECT */
    unsigned discarded_count;
    uint64_t bundle_token; /* one result that filled several buffers is told in pieces */
    unsigned bundle_bytes; /* what is still to be told of it */
};

static struct io_uring_backend *io_uring_of(struct backend *backend)
{
    return (struct io_uring_backend *)backend;
}

static bool asked(const struct io_uring_backend *self, uint32_t feature)
{
    return self->base.granted & feature;
}

static void mark_dirty(struct io_uring_backend *self, struct io_source *source)
{
    if (!list_is_linked(&source->dirty))
        list_append(&self->base.dirty, &source->dirty);
}

/* ---- requests ---- */

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

static int kernel_fd(const struct io_source *source)
{
    return source->fd >= FIRST_DIRECT ? source->fd - FIRST_DIRECT : source->fd;
}

static void prepare_accept(struct io_uring_backend *self, struct io_source *source,
                           struct io_uring_sqe *sqe)
{
    int fd = kernel_fd(source);
    if (asked(self, BACKEND_DIRECT))
        io_uring_prep_multishot_accept_direct(sqe, fd, NULL, NULL, 0);
    else if (asked(self, BACKEND_MULTISHOT))
        io_uring_prep_multishot_accept(sqe, fd, NULL, NULL, SOCK_CLOEXEC);
    else
        io_uring_prep_accept(sqe, fd, NULL, NULL, SOCK_CLOEXEC);
    finish(sqe, source, OP_ACCEPT);
    source->have |= HELD_ACCEPT;
}

static void prepare_recv(struct io_uring_backend *self, struct io_source *source,
                         struct io_uring_sqe *sqe)
{
    if (asked(self, BACKEND_MULTISHOT))
        io_uring_prep_recv_multishot(sqe, kernel_fd(source), NULL, 0, 0);
    else
        io_uring_prep_recv(sqe, kernel_fd(source), NULL, self->buffers.pool.size, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = RING_BUFFER_GROUP;
    if (asked(self, BACKEND_BUNDLE))
        sqe->ioprio |= IORING_RECVSEND_BUNDLE;
    finish(sqe, source, OP_RECV);
    source->have |= HELD_RECV;
}

static unsigned poll_mask(unsigned want)
{
    return (want & IO_WANT_READABLE ? POLLIN : 0u) | (want & IO_WANT_WRITABLE ? POLLOUT : 0u);
}

/* One-shot, and armed again after each report: that is what makes it level-triggered. */
static void prepare_poll(struct io_source *source, struct io_uring_sqe *sqe)
{
    unsigned mask = poll_mask(source->want);
    io_uring_prep_poll_add(sqe, kernel_fd(source), mask);
    finish(sqe, source, OP_POLL);
    source->have |= HELD_POLL;
    source->ready = (uint16_t)mask;
}

static void prepare_send(struct io_source *source, struct io_uring_sqe *sqe)
{
    struct io_send *send = source->sending;
    const char *rest = (const char *)send->data + send->sent;
    io_uring_prep_send(sqe, kernel_fd(source), rest, send->length - send->sent,
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
    io_uring_prep_cancel_fd(sqe, kernel_fd(source), flags);
    finish(sqe, source, OP_CANCEL);
    source->state |= STATE_ENDING;
}

static void prepare_close(struct io_source *source, struct io_uring_sqe *sqe)
{
    if (source->fd >= FIRST_DIRECT)
        io_uring_prep_close_direct(sqe, (unsigned)kernel_fd(source));
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
static struct io_uring_sqe *submission(struct io_uring_backend *self)
{
    struct io_uring_sqe *sqe = ring_submission(&self->ring);
    if (sqe == NULL && ring_enter(&self->ring, 0) == 0)
        sqe = ring_submission(&self->ring);
    return sqe;
}

static bool arm_wake(struct io_uring_backend *self)
{
    struct io_uring_sqe *sqe = self->wake_armed ? NULL : submission(self);
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
    while (io_uring_sq_space_left(&self->ring.uring) > 0 || ring_enter(&self->ring, 0) == 0) {
        if (!ring_buffers_to_provide(&self->buffers, &buffer))
            return true;
        sqe = ring_submission(&self->ring);
        ring_buffers_provide(&self->buffers, sqe, buffer, 1);
        sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
        sqe->user_data = ring_free_token(OP_PROVIDE, buffer);
    }
    return false;
}

/* Closes slots of the file table that nobody adopted. */
static bool close_discarded(struct io_uring_backend *self)
{
    while (self->discarded_count > 0) {
        struct io_uring_sqe *sqe = submission(self);
        if (sqe == NULL)
            return false;
        io_uring_prep_close_direct(sqe, self->discarded[--self->discarded_count]);
        sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
        sqe->user_data = ring_free_token(OP_QUIET, 0);
    }
    return true;
}

/* Builds the requests for everything that changed. What finds no room stays dirty. */
static void apply_changes(struct io_uring_backend *self)
{
    if (!arm_wake(self) || !provide_buffers(self) || !close_discarded(self))
        return;
    while (!list_is_empty(&self->base.dirty)) {
        struct io_source *source = list_owner(self->base.dirty.next, struct io_source, dirty);
        for (enum need need; (need = next_need(source)) != NEED_NOTHING;) {
            struct io_uring_sqe *sqe = submission(self);
            if (sqe == NULL)
                return;
            prepare(self, source, need, sqe);
        }
        list_remove(&source->dirty);
    }
}

/* ---- results ---- */

struct batch {
    struct io_event *events;
    unsigned capacity, used;
};

static void emit(struct io_uring_backend *self, struct batch *batch, struct io_source *source,
                 enum io_kind kind, int result, unsigned buffer)
{
    batch->events[batch->used++] = (struct io_event){
        .source = source, .result = result, .kind = (uint16_t)kind, .buffer = (uint16_t)buffer};
    self->base.counters.events++;
}

/* A standing request has ended: it is not held any more, and may be armed again. */
static void ended(struct io_uring_backend *self, struct io_source *source, enum held held)
{
    source->have &= (uint16_t)~held;
    source->state &= (uint16_t)~STATE_CANCELLING;
    self->base.counters.rearms +=
        asked(self, BACKEND_MULTISHOT) && !(source->state & STATE_RELEASED);
    mark_dirty(self, source);
}

static void emit_final(struct io_uring_backend *self, struct batch *batch, struct io_source *source,
                       unsigned wish, enum io_kind kind, int result)
{
    source->want &= (uint16_t)~wish;
    emit(self, batch, source, kind, result, 0);
}

/* The request ended by our own cancel, or for a reason that the next one will not meet. */
static bool passes(int result)
{
    switch (-result) {
    case ECANCELED:
    case EINTR:
    case EAGAIN:
    case ECONNABORTED:
    case EPROTO:
    case ENOPROTOOPT:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
        return true;
    default:
        return false;
    }
}

static void io_uring_discard(struct backend *backend, int fd);

static void accepted(struct io_uring_backend *self, struct batch *batch, struct io_source *source,
                     const struct io_uring_cqe *cqe)
{
    int result = cqe->res;
    if (!(cqe->flags & IORING_CQE_F_MORE))
        ended(self, source, HELD_ACCEPT);
    if (result >= 0 && asked(self, BACKEND_DIRECT))
        result += FIRST_DIRECT;
    if (result >= 0 && source->state & STATE_RELEASED)
        io_uring_discard(&self->base, result);
    else if (result >= 0)
        emit(self, batch, source, IO_ACCEPT, result, 0);
    else if (!passes(result) && source->want & IO_WANT_ACCEPT)
        emit_final(self, batch, source, IO_WANT_ACCEPT, IO_ACCEPT, result);
}

static void received(struct io_uring_backend *self, struct batch *batch, struct io_source *source,
                     const struct io_uring_cqe *cqe)
{
    bool released = source->state & STATE_RELEASED;
    if (!(cqe->flags & IORING_CQE_F_MORE))
        ended(self, source, HELD_RECV);
    bool bundle = asked(self, BACKEND_BUNDLE) && cqe->res > 0;
    if (bundle) {
        self->bundle_token = cqe->user_data;
        self->bundle_bytes = (unsigned)cqe->res;
        return;
    }
    if (cqe->flags & IORING_CQE_F_BUFFER) {
        unsigned buffer = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
        ring_buffers_took(&self->buffers);
        if (cqe->res > 0 && !released)
            emit(self, batch, source, IO_RECV, cqe->res, buffer);
        else
            ring_buffers_give(&self->buffers, (uint16_t)buffer);
        if (cqe->res > 0)
            return;
    }
    if (released || passes(cqe->res))
        return;
    if (cqe->res == -ENOBUFS) {
        self->base.counters.starvations++;
        source->state |= STATE_STARVED;
        list_append(&self->starved, &source->resume);
    } else if (source->want & IO_WANT_RECV) {
        emit_final(self, batch, source, IO_WANT_RECV, IO_RECV, cqe->res);
    }
}

static void tell_bundle(struct io_uring_backend *self, struct batch *batch)
{
    struct io_source *source = ring_source(&self->sources, self->bundle_token);
    unsigned size = self->buffers.pool.size;
    unsigned bytes = self->bundle_bytes < size ? self->bundle_bytes : size;
    uint16_t buffer = ring_buffers_took(&self->buffers);
    self->bundle_bytes -= bytes;
    if (source != NULL && !(source->state & STATE_RELEASED))
        emit(self, batch, source, IO_RECV, (int)bytes, buffer);
    else
        ring_buffers_give(&self->buffers, buffer);
}

static void polled(struct io_uring_backend *self, struct batch *batch, struct io_source *source,
                   const struct io_uring_cqe *cqe)
{
    ended(self, source, HELD_POLL);
    if (source->state & STATE_RELEASED || passes(cqe->res))
        return;
    unsigned wishes = IO_WANT_READABLE | IO_WANT_WRITABLE;
    if (cqe->res < 0) {
        if (source->want & wishes)
            emit_final(self, batch, source, wishes, IO_POLL, cqe->res);
        return;
    }
    unsigned broken = (unsigned)cqe->res & (POLLERR | POLLHUP);
    unsigned seen = 0;
    if (broken || cqe->res & POLLIN)
        seen |= source->want & IO_WANT_READABLE;
    if (broken || cqe->res & POLLOUT)
        seen |= source->want & IO_WANT_WRITABLE;
    if (seen != 0)
        emit(self, batch, source, IO_POLL, (int)seen, 0);
}

static void sent(struct io_uring_backend *self, struct batch *batch, struct io_source *source,
                 const struct io_uring_cqe *cqe)
{
    struct io_send *send = source->sending;
    source->have &= (uint16_t)~HELD_SEND;
    mark_dirty(self, source);
    if (source->state & STATE_RELEASED)
        return;
    if (cqe->res > 0)
        send->sent += (size_t)cqe->res;
    bool failed = cqe->res < 0 && cqe->res != -EINTR && cqe->res != -EAGAIN;
    if (!failed && send->sent < send->length)
        return; /* the rest is the next request: the source is dirty */
    source->sending = NULL;
    emit(self, batch, source, IO_SEND, failed ? cqe->res : (int)send->length, 0);
}

static void closed(struct io_uring_backend *self, struct batch *batch, struct io_source *source)
{
    list_remove(&source->dirty);
    list_remove(&source->resume);
    source_table_remove(&self->sources, source);
    emit(self, batch, source, IO_CLOSED, 0, 0);
}

static void woken(struct io_uring_backend *self, struct batch *batch)
{
    /* The request has read the eventfd; only now may another signal be worth a system call. */
    wake_taken(&self->wake);
    self->wake_armed = false;
    emit(self, batch, NULL, IO_WAKE, 0, 0);
}

static void complete(struct io_uring_backend *self, struct batch *batch,
                     const struct io_uring_cqe *cqe)
{
    unsigned operation = ring_operation(cqe->user_data);
    if (operation == OP_WAKE) {
        woken(self, batch);
        return;
    }
    if (operation == OP_PROVIDE) {
        self->buffers.available--;
        ring_buffers_give(&self->buffers, (uint16_t)cqe->user_data);
        return;
    }
    struct io_source *source = NULL;
    if (operation != OP_QUIET)
        source = ring_source(&self->sources, cqe->user_data);
    if (source == NULL) {
        self->base.counters.stale_drops += operation != OP_QUIET;
        return;
    }
    if (!(cqe->flags & IORING_CQE_F_MORE))
        source->inflight--;
    switch (operation) {
    case OP_ACCEPT:
        accepted(self, batch, source, cqe);
        break;
    case OP_RECV:
        received(self, batch, source, cqe);
        break;
    case OP_POLL:
        polled(self, batch, source, cqe);
        break;
    case OP_SEND:
        sent(self, batch, source, cqe);
        break;
    case OP_CANCEL:
        /* The request was just running: it has ended by now, or has to be asked again. */
        if (cqe->res == -EALREADY)
            source->state &= (uint16_t) ~(STATE_CANCELLING | STATE_ENDING);
        mark_dirty(self, source);
        break;
    case OP_CLOSE:
        closed(self, batch, source);
        break;
    }
}

/* ---- operations ---- */

static void feed_starved(struct io_uring_backend *self)
{
    while (self->buffers.available > 0 && !list_is_empty(&self->starved)) {
        struct list *node = list_take_first(&self->starved);
        struct io_source *source = list_owner(node, struct io_source, resume);
        source->state &= (uint16_t)~STATE_STARVED;
        mark_dirty(self, source);
    }
}

static void take_completions(struct io_uring_backend *self, struct batch *batch)
{
    while (batch->used < batch->capacity) {
        struct io_uring_cqe *cqe;
        if (self->bundle_bytes > 0) {
            tell_bundle(self, batch);
        } else if ((cqe = ring_completion(&self->ring)) != NULL) {
            complete(self, batch, cqe);
            ring_done(&self->ring);
        } else {
            return;
        }
    }
}

static int io_uring_wait(struct backend *backend, uint64_t deadline_ns, struct io_event *events,
                         unsigned capacity)
{
    struct io_uring_backend *self = io_uring_of(backend);
    struct batch batch = {.events = events, .capacity = capacity};
    self->base.counters.waits++;
    for (;;) {
        feed_starved(self);
        apply_changes(self);
        bool more = ring_completion(&self->ring) != NULL || self->bundle_bytes > 0 ||
                    !list_is_empty(&self->base.dirty);
        int r = 0;
        /* Completions that had no room last time need no system call, unless there is something to
         * tell. */
        if (!more || io_uring_sq_ready(&self->ring.uring) > 0)
            r = ring_enter(&self->ring, more ? 0 : deadline_ns);
        if (r < 0 && r != -EINTR && r != -ETIME && r != -EBUSY && r != -EAGAIN)
            return r;
        take_completions(self, &batch);
        bool over =
            deadline_ns == 0 || (deadline_ns != BACKEND_NO_DEADLINE && r == -ETIME && !more);
        if (batch.used > 0 || r == -EINTR || r == -EAGAIN || over)
            return (int)batch.used;
    }
}

static int io_uring_adopt(struct backend *backend, struct io_source *source)
{
    struct io_uring_backend *self = io_uring_of(backend);
    list_init(&source->dirty);
    list_init(&source->resume);
    int r = source_table_add(&self->sources, source);
    if (r >= 0 && source->slot > RING_SLOT_MASK) {
        source_table_remove(&self->sources, source);
        r = -ENOSPC;
    }
    return r;
}

static int io_uring_release(struct backend *backend, struct io_source *source)
{
    struct io_uring_backend *self = io_uring_of(backend);
    list_remove(&source->resume);
    source->want = 0;
    source->state = STATE_RELEASED | (source->state & STATE_CANCELLING);
    mark_dirty(self, source);
    return 0;
}

static void io_uring_discard(struct backend *backend, int fd)
{
    struct io_uring_backend *self = io_uring_of(backend);
    if (fd < FIRST_DIRECT) {
        sys.close(fd);
        return;
    }
    /* Each slot is handed out once before it is closed, so there is room. */
    self->discarded[self->discarded_count++] = (unsigned)(fd - FIRST_DIRECT);
}

static int io_uring_send_op(struct backend *backend, struct io_source *source, struct io_send *send)
{
    assert(source->sending == NULL);
    send->sent = 0;
    if (send->length == 0 || send->length > INT32_MAX)
        return -EINVAL;
    source->sending = send;
    mark_dirty(io_uring_of(backend), source);
    return 0;
}

static int io_uring_shutdown_op(struct backend *backend, struct io_source *source)
{
    struct io_uring_backend *self = io_uring_of(backend);
    if (source->fd < FIRST_DIRECT)
        return sys.shutdown(source->fd, SHUT_WR);
    struct io_uring_sqe *sqe = submission(self);
    if (sqe == NULL)
        return -EAGAIN;
    io_uring_prep_shutdown(sqe, kernel_fd(source), SHUT_WR);
    sqe->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
    sqe->user_data = ring_free_token(OP_QUIET, 0);
    return 0;
}

static void io_uring_recycle(struct backend *backend, uint16_t buffer)
{
    ring_buffers_give(&io_uring_of(backend)->buffers, buffer);
}

static int io_uring_wake(struct backend *backend)
{
    return wake_signal(&io_uring_of(backend)->wake);
}

/* ---- opening and closing ---- */

/* Requests hold their files until they have ended, so that closing the ring alone would leave a
 * listening port taken for some milliseconds more. Bounded, because a mechanism that is broken may
 * never end them. */
static void end_sources(struct io_uring_backend *self)
{
    struct io_event events[64];
    unsigned left = 0;
    for (uint32_t slot = 0; slot < self->sources.capacity; slot++) {
        struct io_source *source = self->sources.slots[slot].source;
        if (source == NULL)
            continue;
        left++;
        if (!(source->state & STATE_RELEASED))
            io_uring_release(&self->base, source);
    }
    uint64_t deadline_ns = clock_now_ns() + NS_PER_S;
    while (left > 0 && clock_now_ns() < deadline_ns) {
        int count = io_uring_wait(&self->base, deadline_ns, events, 64);
        for (int i = 0; i < count; i++)
            left -= events[i].kind == IO_CLOSED;
        if (count < 0)
            break;
    }
}

static void io_uring_close(struct backend *backend)
{
    struct io_uring_backend *self = io_uring_of(backend);
    end_sources(self);
    ring_close(&self->ring);
    ring_buffers_close(&self->buffers);
    source_table_close(&self->sources);
    wake_close(&self->wake);
    free(self->discarded);
    free(self);
}

static int open_parts(struct io_uring_backend *self, const struct backend_config *config)
{
    int r = ring_open(&self->ring, config, &self->base.counters);
    if (r < 0)
        return r;
    if (config->features & BACKEND_DIRECT) {
        self->discarded = calloc(config->direct_count, sizeof *self->discarded);
        r = self->discarded == NULL
                ? -ENOMEM
                : sys_io_uring.register_files_sparse(&self->ring.uring, config->direct_count);
    }
    if (r >= 0)
        r = ring_buffers_open(&self->buffers, &self->ring, config);
    if (r < 0) {
        ring_close(&self->ring);
        free(self->discarded);
    }
    return r;
}

static int io_uring_open(struct backend **out, const struct backend_config *config)
{
    struct io_uring_backend *self = calloc(1, sizeof *self);
    if (self == NULL)
        return -ENOMEM;
    self->base.ops = &io_uring_ops;
    list_init(&self->base.dirty);
    list_init(&self->starved);
    source_table_init(&self->sources);
    int r = wake_open(&self->wake);
    if (r >= 0) {
        /* The read of it must wait, and a non-blocking one would fail instead. */
        r = sys.set_nonblocking(self->wake.read_fd, false);
        if (r >= 0)
            r = open_parts(self, config);
        if (r < 0)
            wake_close(&self->wake);
    }
    if (r < 0) {
        free(self);
        return r;
    }
    self->base.buffers = &self->buffers.pool;
    self->base.granted = self->ring.granted;
    *out = &self->base;
    return 0;
}

const struct backend_ops io_uring_ops = {
    .nonblocking = false,
    .open = io_uring_open,
    .close = io_uring_close,
    .adopt = io_uring_adopt,
    .release = io_uring_release,
    .discard = io_uring_discard,
    .send = io_uring_send_op,
    .shutdown = io_uring_shutdown_op,
    .recycle = io_uring_recycle,
    .wait = io_uring_wait,
    .wake = io_uring_wake,
};
