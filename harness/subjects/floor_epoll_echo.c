/* floor:epoll of the echo workload: epoll_wait, recv, send. Level-triggered, every descriptor is
 * registered once; only a connection whose socket is full is changed, until it has room. */
#include "harness/subjects/floor_epoll.h"

#include "backends/clock.h"
#include "backends/syscalls_linux.h"
#include "harness/subjects/echo_pump.h"

#include <errno.h>
#include <stdlib.h>

/* As many as the loop takes in an iteration. */
#define EVENTS_PER_WAIT 256

struct echo_server {
    int epoll_fd, listener_fd;
    uint16_t port;
    unsigned budget;
    struct echo_pump pump;
    struct backend_counters counters;
    struct epoll_event events[EVENTS_PER_WAIT];
};

/* data.ptr is a connection, or NULL: the listener. */
static int tell(struct echo_server *server, int operation, int fd, uint32_t events,
                struct echo_connection *connection)
{
    struct epoll_event event = {.events = events, .data.ptr = connection};
    server->counters.changes++;
    return sys_linux.epoll_ctl(server->epoll_fd, operation, fd, &event);
}

static void floor_close(struct echo_server *server)
{
    echo_pump_close(&server->pump);
    if (server->listener_fd >= 0)
        sys.close(server->listener_fd);
    if (server->epoll_fd >= 0)
        sys.close(server->epoll_fd);
    free(server);
}

static int floor_open(struct echo_server **out, const struct echo_setup *setup, const char **what)
{
    *what = "allocating the connections";
    struct echo_server *server = calloc(1, sizeof *server);
    if (!server)
        return -ENOMEM;
    server->epoll_fd = server->listener_fd = -1;
    server->budget = setup->budget;
    int r = echo_pump_open(&server->pump, setup);
    if (r == 0) {
        *what = "epoll_create1";
        r = server->epoll_fd = sys_linux.epoll_create();
    }
    if (r >= 0)
        r = server->listener_fd = echo_listen(setup, true, &server->port, what);
    if (r >= 0) {
        *what = "epoll_ctl";
        r = tell(server, EPOLL_CTL_ADD, server->listener_fd, EPOLLIN, NULL);
    }
    if (r < 0)
        floor_close(server);
    else
        *out = server;
    return r < 0 ? r : 0;
}

static int accept_some(struct echo_server *server)
{
    int r = 1;
    for (unsigned i = 0; i < server->budget && r > 0; i++) {
        struct echo_connection *added;
        r = echo_pump_accept(&server->pump, server->listener_fd, &added);
        int told = r > 0 ? tell(server, EPOLL_CTL_ADD, added->fd, EPOLLIN, added) : 0;
        if (told < 0)
            return told;
    }
    return r;
}

static int connection_ready(struct echo_server *server, const struct epoll_event *event)
{
    struct echo_connection *connection = event->data.ptr;
    bool waited_for_room = connection->rest_size > 0;
    int wish = echo_pump_run(&server->pump, connection);
    if (wish < 0 || (wish == ECHO_WRITABLE) == waited_for_room)
        return wish;
    return tell(server, EPOLL_CTL_MOD, connection->fd, wish == ECHO_WRITABLE ? EPOLLOUT : EPOLLIN,
                connection);
}

static int floor_serve(struct echo_server *server, uint64_t deadline_ns)
{
    do {
        int ready = sys_linux.epoll_wait(server->epoll_fd, server->events, EVENTS_PER_WAIT,
                                         clock_until_ms(deadline_ns));
        server->counters.waits++;
        if (ready < 0 && ready != -EINTR)
            return ready;
        for (int i = 0; i < ready; i++) {
            const struct epoll_event *event = &server->events[i];
            int r = event->data.ptr == NULL ? accept_some(server) : connection_ready(server, event);
            if (r < 0)
                return r;
        }
    } while (clock_now_ns() < deadline_ns);
    return 0;
}

static uint16_t floor_port(const struct echo_server *server)
{
    return server->port;
}

static void floor_progress(const struct echo_server *server, struct echo_progress *progress)
{
    *progress = server->pump.progress;
}

static void floor_counters(const struct echo_server *server, struct backend_counters *counters)
{
    *counters = server->counters;
    counters->events = server->pump.events;
}

const struct echo_ops floor_epoll_echo = {
    .open = floor_open,
    .port = floor_port,
    .serve = floor_serve,
    .progress = floor_progress,
    .counters = floor_counters,
    .close = floor_close,
};
