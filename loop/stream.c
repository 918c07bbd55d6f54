#include "loop/internal.h"

#include "backends/buffer_pool.h"
#include "backends/syscalls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What arrived for a stream that does not read: the kernel has given it away, so it is kept here.
 * The buffer goes back at once, because a stream that never reads on must not starve the others. */
struct loop_kept {
    struct loop_kept *next;
    int result;
    char data[];
};

void loop_stream_init(struct loop *loop, struct loop_stream *stream)
{
    *stream = (struct loop_stream){0};
    handle_init(loop, &stream->handle, LOOP_STREAM);
}

int loop_stream_open(struct loop_stream *stream, int fd)
{
    struct backend *backend = stream->handle.loop->backend;
    if (stream->handle.flags & (HANDLE_OPEN | HANDLE_CLOSING))
        return -EINVAL;
    int r = sys.set_nonblocking(fd, backend->ops->nonblocking);
    if (r < 0)
        return r;
    stream->source.fd = fd; /* the rest is as loop_stream_init() left it */
    r = backend->ops->adopt(backend, &stream->source);
    if (r >= 0)
        stream->handle.flags |= HANDLE_OPEN;
    return r;
}

/* ---- reading ---- */

static bool holds_back(const struct loop_stream *stream)
{
    return stream->kept != NULL || stream->read_status < 0;
}

static void set_reading(struct loop_stream *stream, bool on)
{
    struct backend *backend = stream->handle.loop->backend;
    if (on) {
        stream->handle.flags |= HANDLE_READING;
        handle_activate(&stream->handle);
    } else {
        stream->handle.flags &= (uint8_t)~HANDLE_READING;
        handle_deactivate(&stream->handle);
    }
    backend_want(backend, &stream->source, on ? IO_WANT_RECV : 0);
}

int loop_read_start(struct loop_stream *stream, loop_read_function *on_read)
{
    if (on_read == NULL || loop_is_closing(&stream->handle))
        return -EINVAL;
    if (!(stream->handle.flags & HANDLE_OPEN))
        return -ENOTCONN;
    if (stream->handle.flags & HANDLE_READING)
        return -EALREADY;
    stream->on_read = on_read;
    set_reading(stream, true);
    if (holds_back(stream))
        pending_add(&stream->handle);
    return 0;
}

void loop_read_stop(struct loop_stream *stream)
{
    if (stream->handle.flags & HANDLE_READING)
        set_reading(stream, false);
}

static void deliver(struct loop_stream *stream, int result, const void *data)
{
    if (result <= 0)
        set_reading(stream, false);
    stream->on_read(stream, result, data);
    ticks_after_callback(stream->handle.loop);
}

static void keep(struct loop_stream *stream, int result, const void *data)
{
    size_t bytes = result > 0 ? (size_t)result : 0;
    struct loop_kept *kept = malloc(sizeof *kept + bytes);
    if (kept == NULL)
        stream->read_status = -ENOMEM;
    if (stream->read_status < 0) {
        /* Nothing may be delivered behind the gap: reading ends in this error, now and later. */
        free(kept);
        return;
    }
    *kept = (struct loop_kept){.result = result};
    if (bytes > 0)
        memcpy(kept->data, data, bytes);
    struct loop_kept **end = &stream->kept;
    while (*end != NULL)
        end = &(*end)->next;
    *end = kept;
}

static void deliver_kept(struct loop_stream *stream)
{
    while (stream->kept != NULL && stream->handle.flags & HANDLE_READING) {
        struct loop_kept *kept = stream->kept;
        stream->kept = kept->next;
        deliver(stream, kept->result, kept->result > 0 ? kept->data : NULL);
        free(kept);
    }
    if (stream->read_status < 0 && stream->handle.flags & HANDLE_READING)
        deliver(stream, stream->read_status, NULL);
}

/* The callback may keep the buffer, and may close the stream. */
static void lend(struct loop_stream *stream, const struct io_event *event)
{
    struct loop *loop = stream->handle.loop;
    loop->lendable = event->buffer;
    deliver(stream, event->result, buffer_pool_data(loop->backend->buffers, event->buffer));
    if (loop->lendable >= 0)
        loop_read_give_back(loop, loop->lendable);
    loop->lendable = -1;
}

static void received(struct loop_stream *stream, const struct io_event *event)
{
    struct backend *backend = stream->handle.loop->backend;
    bool reads = stream->handle.flags & HANDLE_READING && !holds_back(stream);
    if (reads && event->result > 0) {
        lend(stream, event);
    } else if (reads) {
        deliver(stream, event->result, NULL);
    } else {
        const void *data =
            event->result > 0 ? buffer_pool_data(backend->buffers, event->buffer) : NULL;
        keep(stream, event->result, data);
        if (event->result > 0)
            backend->ops->recycle(backend, event->buffer);
    }
}

int loop_read_keep(struct loop_stream *stream)
{
    struct loop *loop = stream->handle.loop;
    int number = loop->lendable;
    loop->lendable = -1;
    return number >= 0 ? number : -EAGAIN;
}

void loop_read_give_back(struct loop *loop, int number)
{
    loop->backend->ops->recycle(loop->backend, (uint16_t)number);
}

/* ---- writing ---- */

static void append(struct loop_write **first, struct loop_write **last, struct loop_write *write)
{
    write->next = NULL;
    if (*first == NULL)
        *first = write;
    else
        (*last)->next = write;
    *last = write;
}

/* The first unsent one is over; its callback is still to come. */
static void finish_first(struct loop_stream *stream, int status)
{
    struct loop_write *write = stream->unsent;
    stream->unsent = write->next;
    write->status = status;
    append(&stream->finished, &stream->last_finished, write);
}

/* Hands writes to the backend until one is on its way. After one has failed, none that follows may
 * go out: the peer would see a gap. */
static void send_next(struct loop_stream *stream)
{
    struct backend *backend = stream->handle.loop->backend;
    while (stream->unsent != NULL) {
        struct io_send *send = &stream->unsent->send;
        int r = stream->write_status;
        if (r == 0)
            r = send->length == 0 ? 1 : backend->ops->send(backend, &stream->source, send);
        if (r == 0)
            return;
        if (r < 0)
            stream->write_status = r;
        finish_first(stream, r < 0 ? r : 0);
    }
}

static void call_finished(struct loop_stream *stream)
{
    struct loop_write *write = stream->finished;
    stream->finished = NULL;
    while (write != NULL) {
        struct loop_write *next = write->next;
        stream->handle.loop->requests--;
        if (write->callback != NULL)
            write->callback(write, write->status);
        ticks_after_callback(stream->handle.loop);
        write = next;
    }
}

static void call_shutdown(struct loop_stream *stream, int status)
{
    stream->handle.flags |= HANDLE_SHUT;
    stream->handle.loop->requests--;
    if (stream->on_shutdown != NULL)
        stream->on_shutdown(stream, status);
    ticks_after_callback(stream->handle.loop);
}

/* Once every write is out and called back, the sending direction ends if that was asked. */
static void finish_shutdown(struct loop_stream *stream)
{
    uint8_t flags = stream->handle.flags;
    if (!(flags & HANDLE_SHUTTING) || flags & (HANDLE_SHUT | HANDLE_CLOSING))
        return;
    if (stream->unsent != NULL || stream->finished != NULL)
        return;
    struct backend *backend = stream->handle.loop->backend;
    call_shutdown(stream, backend->ops->shutdown(backend, &stream->source));
}

int loop_write(struct loop_stream *stream, struct loop_write *write, const void *data,
               size_t length, loop_write_function *callback)
{
    uint8_t flags = stream->handle.flags;
    if (flags & HANDLE_CLOSING || length > INT32_MAX)
        return -EINVAL;
    if (!(flags & HANDLE_OPEN))
        return -ENOTCONN;
    if (flags & HANDLE_SHUTTING)
        return -EPIPE;
    write->send = (struct io_send){.data = data, .length = length};
    write->stream = stream;
    write->callback = callback;
    bool idle = stream->unsent == NULL;
    append(&stream->unsent, &stream->last_unsent, write);
    stream->handle.loop->requests++;
    if (idle)
        send_next(stream);
    if (stream->finished != NULL)
        pending_add(&stream->handle);
    return 0;
}

int loop_shutdown(struct loop_stream *stream, loop_shutdown_function *on_shutdown)
{
    uint8_t flags = stream->handle.flags;
    if (flags & HANDLE_CLOSING)
        return -EINVAL;
    if (!(flags & HANDLE_OPEN))
        return -ENOTCONN;
    if (flags & HANDLE_SHUTTING)
        return -EALREADY;
    stream->on_shutdown = on_shutdown;
    stream->handle.flags |= HANDLE_SHUTTING;
    stream->handle.loop->requests++;
    if (stream->unsent == NULL)
        pending_add(&stream->handle);
    return 0;
}

/* ---- what the loop calls ---- */

void stream_event(struct loop_stream *stream, const struct io_event *event)
{
    if (event->kind == IO_RECV) {
        received(stream, event);
    } else if (event->kind == IO_SEND) {
        if (event->result < 0)
            stream->write_status = event->result;
        finish_first(stream, event->result < 0 ? event->result : 0);
        send_next(stream);
        call_finished(stream);
        finish_shutdown(stream);
    }
}

void stream_run_pending(struct loop_stream *stream)
{
    call_finished(stream);
    finish_shutdown(stream);
    deliver_kept(stream);
}

void stream_cancel(struct loop_stream *stream)
{
    while (stream->unsent != NULL)
        finish_first(stream, -ECANCELED);
    call_finished(stream);
    if ((stream->handle.flags & (HANDLE_SHUTTING | HANDLE_SHUT)) == HANDLE_SHUTTING)
        call_shutdown(stream, -ECANCELED);
    while (stream->kept != NULL) {
        struct loop_kept *kept = stream->kept;
        stream->kept = kept->next;
        free(kept);
    }
}
