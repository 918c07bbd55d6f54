#include "harness/subjects/loop_server.h"

#include "backends/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A kernel that holds on to requests of closed streams gives them back much sooner. */
#define DROP_TIMEOUT_NS (10 * NS_PER_S)

void loop_server_fail(struct accept_server *server, int r)
{
    server->error = r;
    loop_stop(server->loop);
}

static void on_deadline(struct loop_timer *timer)
{
    loop_server_fail(timer->handle.data, -ETIMEDOUT);
}

/* ---- connections ---- */

/* Takes the connection that the listener offers, if there is one, it is wanted, and a stream is
 * free. The listener does not offer another before. */
static void take_offered(struct accept_server *server)
{
    bool wanted = server->on_accepted || server->accept_left > 0;
    if (!server->offered || !wanted || server->free_count == 0)
        return;
    struct loop_stream *stream = server->free[--server->free_count];
    loop_stream_init(server->loop, stream);
    stream->handle.data = server;
    server->offered = false;
    int r = loop_accept(&server->listener, stream);
    if (r < 0) {
        loop_server_fail(server, r);
        loop_close(&stream->handle, loop_server_closed);
    } else if (server->on_accepted) {
        server->on_accepted(server, stream);
    } else {
        server->open[server->open_count++] = stream;
        server->accept_left--;
    }
}

static void on_connection(struct loop_listener *listener, int status)
{
    struct accept_server *server = listener->handle.data;
    if (status < 0) {
        loop_server_fail(server, status);
        return;
    }
    server->offered = true;
    take_offered(server);
    if (server->accept_left == 0 && !server->on_accepted)
        loop_stop(server->loop);
}

static bool all_closed(const struct accept_server *server)
{
    return server->free_count + server->open_count == server->capacity;
}

void loop_server_closed(struct loop_handle *handle)
{
    struct accept_server *server = handle->data;
    server->free[server->free_count++] = list_owner(handle, struct loop_stream, handle);
    take_offered(server);
    if (all_closed(server) && !server->on_accepted)
        loop_stop(server->loop);
}

/* ---- runs ---- */

/* Runs the loop until done() says so, or something failed, or deadline_ns has passed: -ETIMEDOUT.
 * Without done(), for the latter two alone. */
static int run_until(struct accept_server *server, bool (*done)(const struct accept_server *),
                     uint64_t deadline_ns)
{
    server->error = 0;
    loop_update_time(server->loop);
    int r = loop_timer_start_at(&server->deadline, on_deadline, deadline_ns, 0);
    while (r >= 0 && server->error == 0 && !(done && done(server)))
        r = loop_run(server->loop, LOOP_DEFAULT);
    loop_timer_stop(&server->deadline);
    return r < 0 ? r : server->error;
}

int loop_server_run(struct accept_server *server, uint64_t deadline_ns,
                    void (*on_accepted)(struct accept_server *, struct loop_stream *))
{
    server->on_accepted = on_accepted;
    take_offered(server);
    loop_listener_resume(&server->listener);
    int r = run_until(server, NULL, deadline_ns);
    server->on_accepted = NULL;
    return r == -ETIMEDOUT ? 0 : r;
}

static bool all_accepted(const struct accept_server *server)
{
    return server->accept_left == 0;
}

int loop_server_drain(struct accept_server *server, unsigned count, uint64_t deadline_ns)
{
    if (count > server->limit - server->open_count)
        return -ENOBUFS;
    server->accept_left = count;
    take_offered(server);
    loop_listener_resume(&server->listener);
    int r = run_until(server, all_accepted, deadline_ns);
    server->accept_left = 0;
    return r;
}

int loop_server_drop(struct accept_server *server)
{
    while (server->open_count > server->held)
        loop_close(&server->open[--server->open_count]->handle, loop_server_closed);
    return run_until(server, all_closed, clock_now_ns() + DROP_TIMEOUT_NS);
}

/* ---- opening and closing ---- */

int loop_server_take_memory(struct accept_server *server, unsigned capacity)
{
    server->streams = malloc(capacity * sizeof *server->streams);
    server->free = malloc(capacity * sizeof(struct loop_stream *));
    server->open = malloc(capacity * sizeof(struct loop_stream *));
    if (!server->streams || !server->free || !server->open)
        return -ENOMEM;
    memset(server->streams, 0, capacity * sizeof *server->streams);
    memset(server->open, 0, capacity * sizeof(struct loop_stream *));
    for (unsigned i = 0; i < capacity; i++) /* the first one is taken first */
        server->free[i] = &server->streams[capacity - 1 - i];
    server->capacity = server->free_count = capacity;
    return 0;
}

int loop_server_listen(struct accept_server *server, unsigned backlog)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    loop_timer_init(server->loop, &server->deadline);
    loop_listener_init(server->loop, &server->listener);
    server->deadline.handle.data = server->listener.handle.data = server;
    int r = loop_listen(&server->listener, (struct sockaddr *)&address, size, (int)backlog,
                        on_connection);
    if (r == 0)
        r = loop_listener_address(&server->listener, (struct sockaddr *)&address, &size);
    server->port = ntohs(address.sin_port);
    return r;
}

static void close_handle(struct loop_handle *handle, void *context)
{
    (void)context;
    if (!loop_is_closing(handle))
        loop_close(handle, handle->kind == LOOP_STREAM ? loop_server_closed : NULL);
}

/* A read that has ended need not be cancelled, which costs io_uring 16 us each: by now the
 * generator has reset its ends. */
static void take_ends(struct accept_server *server)
{
    unsigned before = 0;
    int r;
    server->closing = true;
    do {
        before = server->ended;
        r = loop_run(server->loop, LOOP_NOWAIT);
    } while (r >= 0 && server->ended > before);
}

void loop_server_close(struct accept_server *server)
{
    if (server->loop) {
        take_ends(server);
        loop_walk(server->loop, close_handle, server);
        while (loop_run(server->loop, LOOP_DEFAULT) > 0)
            ; /* stopped by a stream that has closed */
        loop_destroy(server->loop);
    }
    free(server->exchanges);
    free(server->response);
    free(server->streams);
    free(server->free);
    free(server->open);
    free(server);
}
