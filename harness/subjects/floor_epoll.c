/* floor:epoll, the least that a server on epoll can do: epoll_wait, then accept4 until EAGAIN or
 * until the budget of one wakeup is used up, descriptors in an array. No loop, no handles, no
 * callbacks. What a backend costs more than this is what the contract and the loop cost: the system
 * calls go through the same tables as theirs.
 *
 * The listener is registered level-triggered, once. Idle connections are registered too, but
 * nothing is ever read from them: one that becomes readable has ended, and the trial with it. */
#include "harness/subjects/floor_epoll.h"

#include "backends/accept_errors.h"
#include "backends/clock.h"
#include "backends/registry.h"
#include "backends/syscalls_linux.h"
#include "harness/subjects/floor_exchanges.h"
#include "harness/subjects/floor_listener.h"
#include "harness/subjects/listen_queue.h"
#include "harness/subjects/refusal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_PER_WAIT 64

struct accept_server {
    int epoll_fd, listener_fd;
    uint16_t port;
    unsigned budget, capacity;
    /* Connections in fds, and of them, how many a drain() was asked for: the rest came early. */
    unsigned count, expected;
    unsigned held;
    struct backend_counters counters;
    struct epoll_event events[EVENTS_PER_WAIT];
    struct exchanges exchanges;
    /* The same for all connections. */
    char *received;
    unsigned received_size, receive_budget;
    int fds[];
};

static void floor_close(struct accept_server *server)
{
    for (unsigned i = 0; i < server->count; i++)
        sys.close(server->fds[i]);
    exchanges_close(&server->exchanges);
    if (server->listener_fd >= 0)
        sys.close(server->listener_fd);
    if (server->epoll_fd >= 0)
        sys.close(server->epoll_fd);
    free(server->received);
    free(server);
}

static int watch(struct accept_server *server, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    server->counters.changes++;
    return sys_linux.epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int start(struct accept_server *server, unsigned backlog, const char **what)
{
    *what = "epoll_create1";
    server->epoll_fd = sys_linux.epoll_create();
    if (server->epoll_fd < 0)
        return server->epoll_fd;
    server->listener_fd = floor_listen(backlog, true, &server->port, what);
    if (server->listener_fd < 0)
        return server->listener_fd;
    *what = "epoll_ctl";
    return watch(server, server->listener_fd);
}

static int take_exchanges(struct accept_server *server, const struct accept_setup *setup)
{
    struct backend_config config = setup->config ? *setup->config : backend_default_config();
    server->receive_budget = config.receive_budget;
    server->received_size = config.buffer_size;
    server->received = malloc(config.buffer_size);
    return server->received ? exchanges_open(&server->exchanges, setup) : -ENOMEM;
}

static int floor_open(struct accept_server **out, const struct accept_setup *setup,
                      const char **what)
{
    /* One wakeup may take a budget more than was asked for. */
    size_t places = (size_t)setup->capacity + setup->budget;
    struct accept_server *server = malloc(sizeof *server + places * sizeof server->fds[0]);
    *what = "allocating the table of connections";
    if (!server)
        return -ENOMEM;
    *server = (struct accept_server){
        .epoll_fd = -1, .listener_fd = -1, .budget = setup->budget, .capacity = setup->capacity};
    memset(server->fds, 0xff,
           places * sizeof server->fds[0]); /* touched before anything is timed */
    int r = setup->bytes > 0 ? take_exchanges(server, setup) : 0;
    if (r == 0)
        r = start(server, setup->backlog, what);
    if (r < 0)
        floor_close(server);
    else
        *out = server;
    return r;
}

static uint16_t floor_port(const struct accept_server *server)
{
    return server->port;
}

static int floor_queued(const struct accept_server *server)
{
    return listen_queue_length(server->listener_fd);
}

/* Waits for the listener. 1: it is ready; 0: not yet; -ETIMEDOUT; -ECONNRESET: an idle connection
 * ended. */
static int wait_ready(struct accept_server *server, uint64_t deadline_ns)
{
    int timeout_ms = clock_until_ms(deadline_ns);
    int ready = sys_linux.epoll_wait(server->epoll_fd, server->events, EVENTS_PER_WAIT, timeout_ms);
    server->counters.waits++;
    if (ready < 0)
        return ready == -EINTR ? 0 : ready;
    if (ready == 0)
        return -ETIMEDOUT;
    for (int i = 0; i < ready; i++)
        if (server->events[i].data.fd != server->listener_fd)
            return -ECONNRESET;
    return 1;
}

/* One connection: its descriptor, or -EAGAIN when the queue is empty. */
static int take(struct accept_server *server)
{
    for (;;) {
        int fd = sys.accept(server->listener_fd);
        if (fd >= 0) {
            server->counters.events++;
            return fd;
        }
        if (!accept_error_passes(fd))
            return fd;
    }
}

static int floor_drain(struct accept_server *server, unsigned count, uint64_t deadline_ns)
{
    if (count > server->capacity - server->expected)
        return -ENOBUFS;
    server->expected += count;
    while (server->count < server->expected) {
        int r = wait_ready(server, deadline_ns);
        for (unsigned i = 0; i < server->budget && r > 0; i++) {
            r = take(server);
            if (r >= 0) {
                server->fds[server->count++] = r;
                r = 1;
            }
        }
        if (r < 0 && r != -EAGAIN) {
            server->expected -= count;
            return r;
        }
    }
    return 0;
}

static int floor_hold(struct accept_server *server)
{
    for (; server->held < server->expected; server->held++) {
        int r = watch(server, server->fds[server->held]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int floor_drop(struct accept_server *server)
{
    while (server->count > server->held)
        sys.close(server->fds[--server->count]);
    server->expected = server->held;
    return 0;
}

static int floor_serve(struct accept_server *server, uint64_t deadline_ns, uint64_t *accepted)
{
    *accepted = 0;
    for (;;) {
        int r = wait_ready(server, deadline_ns);
        for (unsigned i = 0; i < server->budget && r > 0; i++) {
            r = take(server);
            if (r >= 0) {
                sys.close(r);
                ++*accepted;
                r = 1;
            }
        }
        if (r == -ETIMEDOUT || (r == 1 && clock_now_ns() >= deadline_ns))
            return 0;
        if (r < 0 && r != -EAGAIN)
            return r;
    }
}

/* ---- exchanges ---- */

static void exchange_end(struct accept_server *server, int fd)
{
    server->exchanges.by_fd[fd].is_open = false;
    sys.close(fd);
}

/* A connection that was just accepted. */
static int exchange_begin(struct accept_server *server, int fd)
{
    int r = exchanges_begin(&server->exchanges, fd);
    if (r < 0)
        return r;
    r = watch(server, fd);
    if (r < 0)
        exchange_end(server, fd);
    return r;
}

static int want_writable(struct accept_server *server, int fd, bool wanted)
{
    struct epoll_event event = {.events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.fd = fd};
    server->counters.changes++;
    return sys_linux.epoll_ctl(server->epoll_fd, EPOLL_CTL_MOD, fd, &event);
}

/* Sends what is left of the response; the rest when the socket has room. > 0: it is all sent. */
static int exchange_respond(struct accept_server *server, int fd, bool was_waiting)
{
    struct exchange *exchange = &server->exchanges.by_fd[fd];
    int sent = sys.send(fd, server->exchanges.response + exchange->sent,
                        server->exchanges.bytes - exchange->sent);
    if (sent < 0 && sent != -EAGAIN && sent != -EINTR) {
        exchange_end(server, fd);
        return 0;
    }
    exchange->sent += sent > 0 ? (unsigned)sent : 0;
    bool is_whole = exchange->sent == server->exchanges.bytes;
    int r = is_whole == was_waiting ? want_writable(server, fd, !is_whole) : 0;
    return r < 0 ? r : is_whole;
}

/* Reads what is there, up to the budget of one wakeup. > 0: the response is on its way, whole. */
static int exchange_receive(struct accept_server *server, int fd)
{
    struct exchange *exchange = &server->exchanges.by_fd[fd];
    bool was_whole = exchange->received >= server->exchanges.bytes;
    for (unsigned i = 0; i < server->receive_budget; i++) {
        int got = sys.recv(fd, server->received, server->received_size);
        if (got == -EAGAIN || got == -EINTR)
            break;
        if (got <= 0) {
            exchange_end(server, fd);
            return 0;
        }
        server->counters.events++;
        exchange->received += (unsigned)got;
        if ((size_t)got < server->received_size)
            break; /* that was all */
    }
    if (was_whole || exchange->received < server->exchanges.bytes)
        return 0;
    return exchange_respond(server, fd, false);
}

/* > 0: its response was sent whole. */
static int exchange_ready(struct accept_server *server, const struct epoll_event *event)
{
    int fd = event->data.fd;
    if ((unsigned)fd >= server->exchanges.places || !server->exchanges.by_fd[fd].is_open)
        return -ECONNRESET; /* an idle connection ended */
    if (event->events & (EPOLLERR | EPOLLHUP)) {
        exchange_end(server, fd); /* reset: there is nothing to read */
        return 0;
    }
    if (event->events & EPOLLIN)
        return exchange_receive(server, fd);
    return exchange_respond(server, fd, true);
}

static int accept_exchanges(struct accept_server *server)
{
    for (unsigned i = 0; i < server->budget; i++) {
        int fd = take(server);
        int r = fd < 0 ? fd : exchange_begin(server, fd);
        if (r < 0)
            return r == -EAGAIN ? 0 : r;
    }
    return 0;
}

static int floor_answer(struct accept_server *server, uint64_t deadline_ns, uint64_t *answered)
{
    *answered = 0;
    for (;;) {
        int ready = sys_linux.epoll_wait(server->epoll_fd, server->events, EVENTS_PER_WAIT,
                                         clock_until_ms(deadline_ns));
        server->counters.waits++;
        if (ready < 0 && ready != -EINTR)
            return ready;
        for (int i = 0; i < ready; i++) {
            const struct epoll_event *event = &server->events[i];
            int r = event->data.fd == server->listener_fd ? accept_exchanges(server)
                                                          : exchange_ready(server, event);
            if (r < 0)
                return r;
            *answered += (uint64_t)r;
        }
        if (clock_now_ns() >= deadline_ns)
            return 0;
    }
}

static void floor_counters(const struct accept_server *server, struct backend_counters *counters)
{
    *counters = server->counters;
}

static uint32_t floor_granted(const struct accept_server *server)
{
    (void)server;
    return 0;
}

int floor_epoll_available(const struct subject *subject, char *reason, uint32_t *granted)
{
    *granted = 0;
    int fd = sys_linux.epoll_create();
    if (fd < 0)
        return subject_refused(subject, fd, reason);
    sys.close(fd);
    return 0;
}

const struct accept_ops floor_epoll_accept = {
    .open = floor_open,
    .port = floor_port,
    .queued = floor_queued,
    .drain = floor_drain,
    .hold = floor_hold,
    .drop = floor_drop,
    .serve = floor_serve,
    .answer = floor_answer,
    .counters = floor_counters,
    .granted = floor_granted,
    .close = floor_close,
};
