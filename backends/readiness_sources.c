/* What readiness backends do between two waits: sources come and go, sends begin, and the whole
 * opens and closes. */
#include "backends/readiness.h"

#include "backends/syscalls.h"

#include <assert.h>
#include <errno.h>

int readiness_send_some(struct io_source *source, struct io_send *send)
{
    while (send->sent < send->length) {
        const char *rest = (const char *)send->data + send->sent;
        int n = sys.send(source->fd, rest, send->length - send->sent);
        if (n == -EAGAIN)
            return 0;
        if (n < 0 && n != -EINTR)
            return n;
        if (n > 0)
            send->sent += (size_t)n;
    }
    return 1;
}

int readiness_adopt(struct backend *backend, struct io_source *source)
{
    list_init(&source->dirty);
    list_init(&source->resume);
    return source_table_add(&readiness_of(backend)->sources, source);
}

int readiness_release(struct backend *backend, struct io_source *source)
{
    struct readiness *self = readiness_of(backend);
    /* Before close(2), because a duplicate of the descriptor would keep an epoll registration
     * alive. Taking an open descriptor off the watch cannot fail. */
    if (self->mechanism->forget != NULL)
        self->mechanism->forget(self, source);
    else if (source->have != 0 || source->state & READINESS_REGISTERED)
        self->mechanism->change(self, source, 0);
    list_remove(&source->dirty);
    list_remove(&source->resume);
    source_table_remove(&self->sources, source);
    sys.close(source->fd);
    source->sending = NULL;
    source->want = source->have = source->ready = source->state = 0;
    return 1;
}

int readiness_release_later(struct readiness *self, struct io_source *source)
{
    list_remove(&source->resume);
    source->sending = NULL;
    source->want = source->ready = 0;
    source->state = (uint16_t)((source->state & ~READINESS_STARVED) | READINESS_RELEASED);
    readiness_mark_dirty(self, source);
    return 0;
}

void readiness_released(struct readiness *self, struct io_source *source)
{
    sys.close(source->fd);
    list_remove(&source->dirty);
    source->state |= READINESS_ENDED;
    list_append(&self->resume, &source->resume);
}

void readiness_discard(struct backend *backend, int fd)
{
    (void)backend;
    sys.close(fd);
}

int readiness_send(struct backend *backend, struct io_source *source, struct io_send *send)
{
    assert(source->sending == NULL);
    send->sent = 0;
    if (send->length == 0 || send->length > INT32_MAX)
        return -EINVAL;
    int r = readiness_send_some(source, send);
    if (r != 0)
        return r < 0 ? r : (int)send->length;
    source->sending = send;
    source->ready &= (uint16_t)~READY_OUT;
    readiness_mark_dirty(readiness_of(backend), source);
    return 0;
}

int readiness_shutdown(struct backend *backend, struct io_source *source)
{
    (void)backend;
    return sys.shutdown(source->fd, SHUT_WR);
}

void readiness_recycle(struct backend *backend, uint16_t buffer)
{
    buffer_pool_give(&readiness_of(backend)->pool, buffer);
}

int readiness_wake(struct backend *backend)
{
    struct readiness *self = readiness_of(backend);
    return self->mechanism->wake != NULL ? self->mechanism->wake(self) : wake_signal(&self->wake);
}

static int open_wake(struct readiness *self)
{
    if (self->mechanism->wake != NULL) {
        list_init(&self->wake_source.resume);
        self->wake_source.want = IO_WANT_READABLE;
        return 0;
    }
    int r = wake_open(&self->wake);
    if (r < 0)
        return r;
    self->wake_source.fd = self->wake.read_fd;
    r = readiness_adopt(&self->base, &self->wake_source);
    if (r < 0)
        wake_close(&self->wake);
    else
        backend_want(&self->base, &self->wake_source, IO_WANT_READABLE);
    return r;
}

int readiness_open(struct readiness *self, const struct backend_config *config)
{
    int r = buffer_pool_open(&self->pool, config->buffer_count, config->buffer_size);
    if (r < 0)
        return r;
    self->base.buffers = &self->pool;
    self->accept_budget = config->accept_budget;
    self->receive_budget = config->receive_budget;
    list_init(&self->base.dirty);
    list_init(&self->resume);
    list_init(&self->starved);
    source_table_init(&self->sources);
    r = open_wake(self);
    if (r < 0)
        buffer_pool_close(&self->pool);
    return r;
}

void readiness_close(struct readiness *self)
{
    for (uint32_t slot = 0; slot < self->sources.capacity; slot++) {
        struct io_source *source = self->sources.slots[slot].source;
        if (source != NULL && source != &self->wake_source && !(source->state & READINESS_ENDED))
            sys.close(source->fd);
    }
    source_table_close(&self->sources);
    if (self->mechanism->wake == NULL)
        wake_close(&self->wake);
    buffer_pool_close(&self->pool);
}
