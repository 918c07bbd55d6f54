#include "loop/internal.h"

#include "backends/syscalls.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

void loop_listener_init(struct loop *loop, struct loop_listener *listener)
{
    *listener = (struct loop_listener){.accepted = -1};
    handle_init(loop, &listener->handle, LOOP_LISTENER);
    timer_init_internal(loop, &listener->retry);
}

static void want_connections(struct loop_listener *listener, bool on)
{
    uint16_t want = on && !listener->paused ? IO_WANT_ACCEPT : 0;
    backend_want(listener->handle.loop->backend, &listener->source, want);
}

static int open_socket(const struct sockaddr *address, socklen_t length, int backlog,
                       bool nonblocking)
{
    int fd = sys.socket(address->sa_family, SOCK_STREAM, 0);
    if (fd < 0)
        return fd;
    /* A server that is started again must not wait for connections of its last life to expire. */
    int r = sys.set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (r >= 0)
        r = sys.set_nonblocking(fd, nonblocking);
    if (r >= 0)
        r = sys.bind(fd, address, length);
    if (r >= 0)
        r = sys.listen(fd, backlog);
    if (r >= 0)
        return fd;
    sys.close(fd);
    return r;
}

int loop_listen(struct loop_listener *listener, const struct sockaddr *address, socklen_t length,
                int backlog, loop_connection_function *on_connection)
{
    struct backend *backend = listener->handle.loop->backend;
    if (on_connection == NULL || loop_is_closing(&listener->handle))
        return -EINVAL;
    if (listener->handle.flags & HANDLE_OPEN)
        return -EALREADY;
    int fd = open_socket(address, length, backlog, backend->ops->nonblocking);
    if (fd < 0)
        return fd;
    listener->source = (struct io_source){.fd = fd};
    int r = backend->ops->adopt(backend, &listener->source);
    if (r < 0) {
        sys.close(fd);
        return r;
    }
    listener->on_connection = on_connection;
    listener->handle.flags |= HANDLE_OPEN;
    handle_activate(&listener->handle);
    want_connections(listener, true);
    return 0;
}

int loop_listener_no_delay(struct loop_listener *listener)
{
    if (!(listener->handle.flags & HANDLE_OPEN))
        return -ENOTCONN;
    return sys.set_option(listener->source.fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

int loop_listener_address(const struct loop_listener *listener, struct sockaddr *address,
                          socklen_t *length)
{
    if (!(listener->handle.flags & HANDLE_OPEN))
        return -ENOTCONN;
    return getsockname(listener->source.fd, address, length) < 0 ? -errno : 0;
}

void loop_listener_pause(struct loop_listener *listener)
{
    listener->paused = true;
    if (listener->handle.flags & HANDLE_OPEN)
        want_connections(listener, false);
}

void loop_listener_resume(struct loop_listener *listener)
{
    listener->paused = false;
    bool untaken = listener->accepted >= 0 || listener->waiting_count > 0;
    if (listener->handle.flags & HANDLE_OPEN && !(listener->handle.flags & HANDLE_FAILED) &&
        !untaken)
        want_connections(listener, true);
}

/* A readiness backend takes a connection only when wait() finds the interest, a request in the
 * kernel whenever one comes. */
bool loop_listener_is_paused(const struct loop_listener *listener)
{
    bool standing = listener->handle.loop->tier == TIER_COMPLETION && listener->source.inflight > 0;
    return listener->paused && !standing;
}

/* Inline, with offer(): the accept path shall not pay two calls for one check of a word. */
static inline void call(struct loop_listener *listener, int status)
{
    listener->on_connection(listener, status);
    ticks_after_callback(listener->handle.loop);
}

static void discard(struct loop_listener *listener, int fd)
{
    struct backend *backend = listener->handle.loop->backend;
    backend->ops->discard(backend, fd);
}

static void retry(struct loop_timer *timer)
{
    struct loop_listener *listener = list_owner(timer, struct loop_listener, retry);
    listener->handle.flags &= (uint8_t)~HANDLE_FAILED;
    if (listener->accepted < 0 && listener->waiting_count == 0)
        want_connections(listener, true);
}

/* A lack of descriptors or memory does not end by asking again at once, and would keep the loop
 * busy. */
static void fail(struct loop_listener *listener, int status)
{
    listener->handle.flags |= HANDLE_FAILED;
    int r = loop_timer_start(&listener->retry, retry, LOOP_ACCEPT_PAUSE_NS, 0);
    if (r < 0)
        retry(&listener->retry);
    call(listener, status);
}

static inline void offer(struct loop_listener *listener, int fd)
{
    listener->accepted = fd;
    call(listener, 0);
    if (listener->accepted >= 0 && !loop_is_closing(&listener->handle))
        want_connections(listener, false);
}

/* A connection came while another one was not yet taken. */
static int put_aside(struct loop_listener *listener, int fd)
{
    if (listener->waiting_first > 0) {
        /* Those that were taken leave room in front, or the array would grow for ever. */
        memmove(listener->waiting, listener->waiting + listener->waiting_first,
                listener->waiting_count * sizeof *listener->waiting);
        listener->waiting_first = 0;
    }
    uint32_t end = listener->waiting_count;
    if (end == listener->waiting_capacity) {
        uint32_t capacity = listener->waiting_capacity == 0 ? 16 : listener->waiting_capacity * 2;
        int *waiting = realloc(listener->waiting, capacity * sizeof *waiting);
        if (waiting == NULL)
            return -ENOMEM;
        listener->waiting = waiting;
        listener->waiting_capacity = capacity;
    }
    listener->waiting[end] = fd;
    listener->waiting_count++;
    return 0;
}

static int take_waiting(struct loop_listener *listener)
{
    int fd = listener->waiting[listener->waiting_first++];
    if (--listener->waiting_count == 0)
        listener->waiting_first = 0;
    return fd;
}

void listener_event(struct loop_listener *listener, const struct io_event *event)
{
    if (event->result < 0) {
        fail(listener, event->result);
    } else if (listener->accepted < 0 && listener->waiting_count == 0) {
        offer(listener, event->result);
    } else {
        int r = put_aside(listener, event->result);
        if (r < 0) {
            discard(listener, event->result);
            fail(listener, r);
        }
    }
}

/* In the pending phase: those put aside, now that the one before them was taken. */
void listener_run_pending(struct loop_listener *listener)
{
    while (listener->accepted < 0 && listener->waiting_count > 0)
        offer(listener, take_waiting(listener));
    uint8_t not_now = HANDLE_CLOSING | HANDLE_FAILED;
    if (listener->accepted < 0 && !(listener->handle.flags & not_now))
        want_connections(listener, true);
}

int loop_accept(struct loop_listener *listener, struct loop_stream *stream)
{
    int fd = listener->accepted;
    if (fd < 0)
        return -EAGAIN;
    if (stream->handle.flags & (HANDLE_OPEN | HANDLE_CLOSING))
        return -EINVAL;
    listener->accepted = -1;
    /* Taken later than in its callback, or others came meanwhile: the pending phase goes on with
     * them. */
    if (listener->waiting_count > 0 || listener->source.want == 0)
        pending_add(&listener->handle);
    struct backend *backend = listener->handle.loop->backend;
    stream->source.fd = fd; /* the rest is as loop_stream_init() left it */
    int r = backend->ops->adopt(backend, &stream->source);
    if (r < 0)
        discard(listener, fd);
    else
        stream->handle.flags |= HANDLE_OPEN;
    return r;
}

void listener_stop(struct loop_listener *listener)
{
    loop_timer_stop(&listener->retry);
    if (listener->accepted >= 0)
        discard(listener, listener->accepted);
    listener->accepted = -1;
    while (listener->waiting_count > 0)
        discard(listener, take_waiting(listener));
    free(listener->waiting);
    listener->waiting = NULL;
    listener->waiting_capacity = 0;
}
