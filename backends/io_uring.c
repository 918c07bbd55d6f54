/* io_uring(7), Linux, completion tier: requests stand in the kernel, results come to a ring in
 * shared memory.
 *
 * Every call into the kernel is made by wait(): it builds the requests that the dirty list asks
 * for, then submits, waits and times out in one io_uring_enter. With DEFER_TASKRUN an enter gives
 * the results of 20 requests at most; a wait asks for the others at once, so that it gives as many
 * as it has room for, as other mechanisms do.
 *
 * A multishot request ends whenever the kernel likes (F_MORE is missing), also when the completion
 * queue overflows. It is then armed again; nothing else may be concluded from it.
 *
 * With DEFER_TASKRUN completions are posted only while the submitting thread is inside an enter
 * with GETEVENTS, so a wake from another thread has to be a completion itself: a read of an
 * eventfd.
 *
 * Closing a descriptor does not end the requests on it: they hold the file. release() cancels them
 * all, waits until each has ended (a cancel may answer ENOENT or EALREADY, before or after the
 * request that it concerns), and closes then, through the ring. Until then the source keeps its
 * slot, so that no number and no token is used twice.
 *
 * A receive takes a buffer when data is there, not before. Without one it ends in ENOBUFS; it is
 * armed again when one came back, and those that have gone without go first.
 *
 * The limit of open files that an accept obeys is the one that was in force when it was armed.
 *
 * Sockets are blocking: a non-blocking one would make a request fail with EAGAIN instead of
 * waiting.
 *
 * A direct descriptor is a slot of the ring's own table and no descriptor of the process. Results
 * tell of it as FIRST_DIRECT + slot. */
#include "backends/io_uring_backend.h"

#include "backends/clock.h"
#include "backends/syscalls.h"
#include "backends/syscalls_io_uring.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* Off the list of those that wait for a buffer, and off the place that its end has given it among
 * the dirty ones. */
static struct io_source *take_waiting(struct list *node)
{
    struct io_source *source = list_owner(node, struct io_source, resume);
    list_remove(node);
    list_remove(&source->dirty);
    source->state &= (uint16_t)~STATE_STARVED;
    return source;
}

/* Requests are tried in the order in which they are armed, and the first that finds bytes may take
 * every buffer there is (Linux 6.1; later ones stop after 32). So those that got none the last time
 * come before all others, in their order, and those that got some come last. */
static void feed_starved(struct io_uring_backend *self)
{
    if (self->buffers.available == 0)
        return;
    while (!list_is_empty(&self->hungry))
        list_prepend(&self->base.dirty, &take_waiting(self->hungry.previous)->dirty);
    while (!list_is_empty(&self->starved))
        list_append(&self->base.dirty, &take_waiting(self->starved.next)->dirty);
}

static int io_uring_wait(struct backend *backend, uint64_t deadline_ns, struct io_event *events,
                         unsigned capacity)
{
    struct io_uring_backend *self = io_uring_of(backend);
    struct io_uring_batch batch = {.events = events, .capacity = capacity};
    self->base.counters.waits++;
    for (;;) {
        feed_starved(self);
        io_uring_apply_changes(self);
        bool more = ring_completion(&self->ring) != NULL || self->bundle_bytes > 0 ||
                    !list_is_empty(&self->base.dirty);
        int r = 0;
        /* Completions that had no room last time need no system call, unless there is something to
         * tell. */
        if (!more || io_uring_sq_ready(&self->ring.uring) > 0)
            r = ring_enter(&self->ring, more ? 0 : deadline_ns, capacity);
        if (r < 0 && r != -EINTR && r != -ETIME && r != -EBUSY && r != -EAGAIN)
            return r;
        io_uring_take_completions(self, &batch);
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
    io_uring_mark_dirty(self, source);
    return 0;
}

static int io_uring_send_op(struct backend *backend, struct io_source *source, struct io_send *send)
{
    assert(source->sending == NULL);
    send->sent = 0;
    if (send->length == 0 || send->length > INT32_MAX)
        return -EINVAL;
    source->sending = send;
    io_uring_mark_dirty(io_uring_of(backend), source);
    return 0;
}

static int io_uring_shutdown_op(struct backend *backend, struct io_source *source)
{
    struct io_uring_backend *self = io_uring_of(backend);
    if (source->fd < FIRST_DIRECT)
        return sys.shutdown(source->fd, SHUT_WR);
    struct io_uring_sqe *sqe = io_uring_submission(self);
    if (sqe == NULL)
        return -EAGAIN;
    io_uring_prep_shutdown(sqe, io_uring_kernel_fd(source), SHUT_WR);
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
 * listening port taken for some milliseconds more. Gives up when nothing has ended for a second:
 * a mechanism that is broken may never end them. */
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

/* Descriptors of sources that did not end. One whose close was asked for may be closed already, and
 * its number be another's: those stay. */
static void close_left(const struct io_uring_backend *self)
{
    for (uint32_t slot = 0; slot < self->sources.capacity; slot++) {
        const struct io_source *source = self->sources.slots[slot].source;
        if (source != NULL && source->fd < FIRST_DIRECT && !(source->state & STATE_CLOSING))
            sys.close(source->fd);
    }
}

static void io_uring_close(struct backend *backend)
{
    struct io_uring_backend *self = io_uring_of(backend);
    end_sources(self);
    ring_close(&self->ring);
    close_left(self);
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
        if (r >= 0)
            r = ring_closes_slots_at_once(&self->ring);
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
    list_init(&self->base.dirty);
    list_init(&self->hungry);
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
