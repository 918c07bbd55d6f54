/* From completions to events. */
#include "backends/io_uring_backend.h"

#include "backends/accept_errors.h"

#include <errno.h>
#include <poll.h>

static void emit(struct io_uring_backend *self, struct io_uring_batch *batch,
                 struct io_source *source, enum io_kind kind, int result, unsigned buffer)
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
        io_uring_asked(self, BACKEND_MULTISHOT) && !(source->state & STATE_RELEASED);
    io_uring_mark_dirty(self, source);
}

static void emit_final(struct io_uring_backend *self, struct io_uring_batch *batch,
                       struct io_source *source, unsigned interest, enum io_kind kind, int result)
{
    source->want &= (uint16_t)~interest;
    emit(self, batch, source, kind, result, 0);
}

/* The request ended by our own cancel, or for a reason that the next one will not meet. */
static bool passes(int result)
{
    return result == -ECANCELED || result == -EAGAIN || result == -EINTR;
}

static void accepted(struct io_uring_backend *self, struct io_uring_batch *batch,
                     struct io_source *source, const struct io_uring_cqe *cqe)
{
    int result = cqe->res;
    if (!(cqe->flags & IORING_CQE_F_MORE))
        ended(self, source, HELD_ACCEPT);
    if (result >= 0 && io_uring_asked(self, BACKEND_DIRECT))
        result += FIRST_DIRECT;
    if (result >= 0 && source->state & STATE_RELEASED)
        io_uring_discard(&self->base, result);
    else if (result >= 0)
        emit(self, batch, source, IO_ACCEPT, result, 0);
    else if (!passes(result) && !accept_error_passes(result) && source->want & IO_WANT_ACCEPT)
        emit_final(self, batch, source, IO_WANT_ACCEPT, IO_ACCEPT, result);
}

static void received(struct io_uring_backend *self, struct io_uring_batch *batch,
                     struct io_source *source, const struct io_uring_cqe *cqe)
{
    bool released = source->state & STATE_RELEASED;
    if (!(cqe->flags & IORING_CQE_F_MORE))
        ended(self, source, HELD_RECV);
    if (cqe->res > 0)
        source->state |= STATE_FED;
    bool bundle = io_uring_asked(self, BACKEND_BUNDLE) && cqe->res > 0;
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
        list_append(source->state & STATE_FED ? &self->starved : &self->hungry, &source->resume);
        source->state |= STATE_STARVED;
    } else if (source->want & IO_WANT_RECV) {
        emit_final(self, batch, source, IO_WANT_RECV, IO_RECV, cqe->res);
    }
}

static void tell_bundle(struct io_uring_backend *self, struct io_uring_batch *batch)
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

static void polled(struct io_uring_backend *self, struct io_uring_batch *batch,
                   struct io_source *source, const struct io_uring_cqe *cqe)
{
    ended(self, source, HELD_POLL);
    if (source->state & STATE_RELEASED || passes(cqe->res))
        return;
    unsigned interest = IO_WANT_READABLE | IO_WANT_WRITABLE;
    if (cqe->res < 0) {
        if (source->want & interest)
            emit_final(self, batch, source, interest, IO_POLL, cqe->res);
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

static void sent(struct io_uring_backend *self, struct io_uring_batch *batch,
                 struct io_source *source, const struct io_uring_cqe *cqe)
{
    struct io_send *send = source->sending;
    source->have &= (uint16_t)~HELD_SEND;
    io_uring_mark_dirty(self, source);
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

static void closed(struct io_uring_backend *self, struct io_uring_batch *batch,
                   struct io_source *source)
{
    list_remove(&source->dirty);
    list_remove(&source->resume);
    source_table_remove(&self->sources, source);
    emit(self, batch, source, IO_CLOSED, 0, 0);
}

static void woken(struct io_uring_backend *self, struct io_uring_batch *batch)
{
    /* The request has read the eventfd; only now may another signal be worth a system call. */
    wake_taken(&self->wake);
    self->wake_armed = false;
    emit(self, batch, NULL, IO_WAKE, 0, 0);
}

static void complete(struct io_uring_backend *self, struct io_uring_batch *batch,
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
        io_uring_mark_dirty(self, source);
        break;
    case OP_CLOSE:
        closed(self, batch, source);
        break;
    }
}
void io_uring_take_completions(struct io_uring_backend *self, struct io_uring_batch *batch)
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
