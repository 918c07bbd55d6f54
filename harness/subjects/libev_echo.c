/* The echo workload on libev: an ev_io for each connection, whose callback receives and sends by
 * itself, because libev has no streams. */
#include "harness/subjects/libev_echo.h"

#include "backends/clock.h"
#include "backends/syscalls.h"
#include "harness/subjects/echo_pump.h"
#include "harness/subjects/refusal.h"

#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>

struct echo_server {
    struct ev_loop *loop;
    struct ev_io listener;
    struct ev_timer deadline;
    uint16_t port;
    unsigned budget;
    /* What ended a run before its time. */
    int error;
    struct echo_pump pump;
    /* watchers[i] is of pump.connections[i]. */
    struct ev_io *watchers;
};

static void stop_with(struct echo_server *server, int r)
{
    server->error = r;
    ev_break(server->loop, EVBREAK_ALL);
}

static void on_deadline(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    stop_with(timer->data, -ETIMEDOUT);
}

/* ---- connections ---- */

static void on_ready(struct ev_loop *loop, struct ev_io *watcher, int events)
{
    struct echo_server *server = watcher->data;
    (void)events;
    int wish = echo_pump_run(&server->pump, &server->pump.connections[watcher - server->watchers]);
    int wanted = wish == ECHO_WRITABLE ? EV_WRITE : EV_READ;
    if (wish < 0) {
        stop_with(server, wish);
    } else if (!(watcher->events & wanted)) {
        ev_io_stop(loop, watcher);
        ev_io_set(watcher, watcher->fd, wanted);
        ev_io_start(loop, watcher);
    }
}

static void on_connection(struct ev_loop *loop, struct ev_io *listener, int events)
{
    struct echo_server *server = listener->data;
    int r = 1;
    (void)events;
    for (unsigned i = 0; i < server->budget && r > 0; i++) {
        struct echo_connection *added;
        r = echo_pump_accept(&server->pump, listener->fd, &added);
        if (r <= 0)
            break;
        struct ev_io *watcher = &server->watchers[added - server->pump.connections];
        ev_io_init(watcher, on_ready, added->fd, EV_READ);
        watcher->data = server;
        ev_io_start(loop, watcher);
    }
    if (r < 0)
        stop_with(server, r);
}

static int libev_serve(struct echo_server *server, uint64_t deadline_ns)
{
    uint64_t now_ns = clock_now_ns();
    uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    server->error = 0;
    ev_now_update(server->loop);
    ev_timer_init(&server->deadline, on_deadline, (double)left_ns / (double)NS_PER_S, 0);
    server->deadline.data = server;
    ev_timer_start(server->loop, &server->deadline);
    while (server->error == 0)
        ev_run(server->loop, 0);
    ev_timer_stop(server->loop, &server->deadline);
    return server->error == -ETIMEDOUT ? 0 : server->error;
}

/* ---- opening and closing ---- */

/* The method that the name asks for and no other. NULL: this system does not have it, or there is
 * no memory. */
static struct ev_loop *open_loop(const struct subject *subject)
{
    static const struct {
        const char *name;
        unsigned flag;
    } methods[] = {
        {"select", EVBACKEND_SELECT}, {"poll", EVBACKEND_POLL}, {"epoll", EVBACKEND_EPOLL}};
    const char *behind = strchr(subject->name, '-'), *method = behind ? behind + 1 : "epoll";
    unsigned flag = 0;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        flag |= strcmp(methods[i].name, method) == 0 ? methods[i].flag : 0;
    struct ev_loop *loop = ev_loop_new(flag | EVFLAG_NOENV);
    if (loop == NULL || ev_backend(loop) == flag)
        return loop;
    ev_loop_destroy(loop);
    return NULL;
}

static void libev_close(struct echo_server *server)
{
    int listener_fd = server->listener.fd;
    if (server->loop != NULL)
        ev_loop_destroy(server->loop);
    echo_pump_close(&server->pump);
    if (listener_fd >= 0)
        sys.close(listener_fd);
    free(server->watchers);
    free(server);
}

static int take_memory(struct echo_server *server, const struct echo_setup *setup)
{
    server->listener.fd = -1;
    server->budget = setup->budget;
    int r = echo_pump_open(&server->pump, setup);
    server->watchers = malloc(setup->capacity * sizeof *server->watchers);
    if (r < 0 || server->watchers == NULL)
        return -ENOMEM;
    /* Touched before anything is timed. */
    memset(server->watchers, 0, setup->capacity * sizeof *server->watchers);
    return 0;
}

static int libev_open(struct echo_server **out, const struct echo_setup *setup, const char **what)
{
    *what = "allocating the connections";
    struct echo_server *server = calloc(1, sizeof *server);
    if (!server)
        return -ENOMEM;
    int r = take_memory(server, setup);
    if (r == 0) {
        *what = "opening libev's loop";
        server->loop = open_loop(setup->subject);
        r = server->loop != NULL ? 0 : -ENOMEM;
    }
    int fd = r == 0 ? echo_listen(setup, true, &server->port, what) : r;
    if (fd < 0) {
        libev_close(server);
        return fd;
    }
    ev_io_init(&server->listener, on_connection, fd, EV_READ);
    server->listener.data = server;
    ev_io_start(server->loop, &server->listener);
    *out = server;
    return 0;
}

static uint16_t libev_port(const struct echo_server *server)
{
    return server->port;
}

static void libev_progress(const struct echo_server *server, struct echo_progress *progress)
{
    *progress = server->pump.progress;
}

int libev_available(const struct subject *subject, char *reason, uint32_t *granted)
{
    *granted = 0;
    struct ev_loop *loop = open_loop(subject);
    if (loop == NULL)
        return subject_refused(subject, -ENOTSUP, reason);
    ev_loop_destroy(loop);
    return 0;
}

/* libev has no counters. */
const struct echo_ops libev_echo_ops = {
    .open = libev_open,
    .port = libev_port,
    .serve = libev_serve,
    .progress = libev_progress,
    .close = libev_close,
};
