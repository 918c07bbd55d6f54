/* The echo workload on libevent, as its manual has it: an evconnlistener, a bufferevent for each
 * connection, and evbuffer_add_buffer(), which moves what came from one buffer to the other without
 * a copy. What is written goes out in the next iteration, when the socket is told to be writable:
 * that is how bufferevents work, and part of what they cost. */
#include "harness/subjects/libevent_echo.h"

#include "backends/clock.h"
#include "harness/subjects/refusal.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

struct echo_server {
    struct event_base *base;
    struct evconnlistener *listener;
    uint16_t port;
    bool is_tcp, closing;
    uint64_t accepted;
    /* That were taken from the connections, and what of them is in their buffers still. */
    uint64_t taken;
    /* What ended a run before its time. */
    int error;
    unsigned capacity;
    /* The first `accepted` are open. */
    struct bufferevent **connections;
};

static void stop_with(struct echo_server *server, int r)
{
    server->error = r;
    event_base_loopbreak(server->base);
}

/* ---- connections ---- */

static void on_read(struct bufferevent *connection, void *context)
{
    struct echo_server *server = context;
    struct evbuffer *input = bufferevent_get_input(connection);
    server->taken += evbuffer_get_length(input);
    if (evbuffer_add_buffer(bufferevent_get_output(connection), input) < 0)
        stop_with(server, -ENOMEM);
}

static void on_event(struct bufferevent *connection, short what, void *context)
{
    struct echo_server *server = context;
    (void)connection;
    int r = what & BEV_EVENT_ERROR ? -EVUTIL_SOCKET_ERROR() : -ECONNRESET;
    if (what & (BEV_EVENT_ERROR | BEV_EVENT_EOF))
        stop_with(server, r == 0 || r == -EPIPE ? -ECONNRESET : r);
}

static int add_connection(struct echo_server *server, evutil_socket_t fd)
{
    int on = 1;
    if (server->accepted == server->capacity)
        return -ENOBUFS;
    if (server->is_tcp && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
        return -errno;
    struct bufferevent *connection =
        bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (connection == NULL)
        return -ENOMEM;
    server->connections[server->accepted++] = connection;
    bufferevent_setcb(connection, on_read, NULL, on_event, server);
    return bufferevent_enable(connection, EV_READ | EV_WRITE) < 0 ? -ENOMEM : 0;
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t fd,
                          struct sockaddr *address, int size, void *context)
{
    (void)listener, (void)address, (void)size;
    struct echo_server *server = context;
    uint64_t before = server->accepted;
    int r = add_connection(server, fd);
    if (r < 0 && server->accepted == before)
        evutil_closesocket(fd);
    if (r < 0)
        stop_with(server, r);
}

static void on_accept_error(struct evconnlistener *listener, void *context)
{
    (void)listener;
    int r = -EVUTIL_SOCKET_ERROR();
    stop_with(context, r);
}

static int libevent_serve(struct echo_server *server, uint64_t deadline_ns)
{
    uint64_t now_ns = clock_now_ns();
    uint64_t left_us = deadline_ns > now_ns ? (deadline_ns - now_ns) / 1000 : 0;
    const struct timeval left = {.tv_sec = (time_t)(left_us / 1000000),
                                 .tv_usec = (suseconds_t)(left_us % 1000000)};
    server->error = 0;
    if (event_base_loopexit(server->base, &left) < 0)
        return -ENOMEM;
    return event_base_dispatch(server->base) < 0 ? -EIO : server->error;
}

/* ---- opening and closing ---- */

static void libevent_close(struct echo_server *server)
{
    for (uint64_t i = 0; i < server->accepted; i++)
        bufferevent_free(server->connections[i]);
    if (server->listener != NULL)
        evconnlistener_free(server->listener);
    if (server->base != NULL)
        event_base_free(server->base);
    free(server->connections);
    free(server);
}

/* Of one thread, without locks, with the method that the name asks for and no other. NULL: this
 * system does not have it, or there is no memory. */
static struct event_base *open_base(const struct subject *subject)
{
    const char *behind = strchr(subject->name, '-'), *method = behind ? behind + 1 : "epoll";
    size_t count = 0;
    struct event_config *config = event_config_new();
    if (config == NULL)
        return NULL;
    for (const char **each = event_get_supported_methods(); each[count] != NULL; count++) {
        if (strcmp(each[count], method) != 0)
            event_config_avoid_method(config, each[count]);
    }
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV |
                                      EVENT_BASE_FLAG_PRECISE_TIMER);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    if (base == NULL || strcmp(event_base_get_method(base), method) == 0)
        return base;
    event_base_free(base);
    return NULL;
}

static int listen_on(struct echo_server *server, const struct echo_setup *setup)
{
    struct sockaddr_in bound;
    socklen_t size = sizeof bound;
    errno = 0;
    server->listener =
        evconnlistener_new_bind(server->base, on_connection, server,
                                LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE,
                                (int)setup->backlog, &setup->address.any, (int)setup->address.size);
    if (server->listener == NULL)
        return errno != 0 ? -errno : -ENOMEM;
    evconnlistener_set_error_cb(server->listener, on_accept_error);
    if (!server->is_tcp)
        return 0;
    if (getsockname(evconnlistener_get_fd(server->listener), (struct sockaddr *)&bound, &size) < 0)
        return -errno;
    server->port = ntohs(bound.sin_port);
    return 0;
}

static int libevent_open(struct echo_server **out, const struct echo_setup *setup,
                         const char **what)
{
    *what = "allocating the connections";
    struct echo_server *server = calloc(1, sizeof *server);
    if (!server)
        return -ENOMEM;
    server->is_tcp = setup->address.any.sa_family == AF_INET;
    server->capacity = setup->capacity;
    server->connections = calloc(setup->capacity, sizeof(struct bufferevent *));
    int r = server->connections != NULL ? 0 : -ENOMEM;
    if (r == 0) {
        *what = "opening libevent's base";
        server->base = open_base(setup->subject);
        r = server->base != NULL ? 0 : -ENOMEM;
    }
    if (r == 0) {
        *what = "listening";
        r = listen_on(server, setup);
    }
    if (r < 0)
        libevent_close(server);
    else
        *out = server;
    return r;
}

static uint16_t libevent_port(const struct echo_server *server)
{
    return server->port;
}

/* What is in the buffers has not been sent. The workload asks once within what it measures, which
 * is some microseconds where there are a thousand connections. */
static void libevent_progress(const struct echo_server *server, struct echo_progress *progress)
{
    uint64_t waiting = 0;
    for (uint64_t i = 0; i < server->accepted; i++)
        waiting += evbuffer_get_length(bufferevent_get_output(server->connections[i]));
    *progress =
        (struct echo_progress){.accepted = server->accepted, .bytes = server->taken - waiting};
}

int libevent_available(const struct subject *subject, char *reason, uint32_t *granted)
{
    *granted = 0;
    struct event_base *base = open_base(subject);
    if (base == NULL)
        return subject_refused(subject, -ENOTSUP, reason);
    event_base_free(base);
    return 0;
}

/* libevent has no counters. */
const struct echo_ops libevent_echo_ops = {
    .open = libevent_open,
    .port = libevent_port,
    .serve = libevent_serve,
    .progress = libevent_progress,
    .close = libevent_close,
};
