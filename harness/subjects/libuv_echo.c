/* The echo workload on libuv: uv_read_start, uv_try_write, and uv_write for what does not fit into
 * the socket; until that is out, nothing more is read from the connection.
 *
 * Reads go into one buffer that all connections share, of the size that the other subjects have.
 * Timers have whole milliseconds, so that a run ends up to one later. */
#include "harness/subjects/libuv_echo.h"

#include "backends/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

union stream {
    uv_handle_t handle;
    uv_stream_t any;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
};

struct connection {
    union stream stream;
    uv_write_t write;
    /* What waits for room; NULL: nothing did so far. */
    char *rest;
    size_t rest_size;
};

struct echo_server {
    uv_loop_t loop;
    union stream listener;
    uv_timer_t deadline;
    bool loop_is_open, is_unix, closing;
    uint16_t port;
    struct echo_progress progress;
    /* What ended a run before its time; -errno, as all of libuv's codes on these systems. */
    int error;
    size_t buffer_size;
    char *buffer;
    unsigned capacity;
    /* The first progress.accepted are open. */
    struct connection *connections;
};

static void stop_with(struct echo_server *server, int r)
{
    server->error = r;
    uv_stop(&server->loop);
}

static void on_deadline(uv_timer_t *timer)
{
    stop_with(timer->data, -ETIMEDOUT);
}

/* ---- connections ---- */

static void lend_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct echo_server *server = handle->data;
    (void)suggested;
    *buffer = uv_buf_init(server->buffer, (unsigned)server->buffer_size);
}

static void on_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer);

static void on_written(uv_write_t *write, int status)
{
    struct connection *connection = write->data;
    struct echo_server *server = connection->stream.any.data;
    if (server->closing)
        return;
    if (status == 0) {
        server->progress.bytes += connection->rest_size;
        status = uv_read_start(&connection->stream.any, lend_buffer, on_read);
    }
    if (status < 0)
        stop_with(server, status == UV_EPIPE ? -ECONNRESET : status);
}

static int write_rest(struct echo_server *server, struct connection *connection, const char *data,
                      size_t size)
{
    if (connection->rest == NULL)
        connection->rest = malloc(server->buffer_size);
    if (connection->rest == NULL)
        return -ENOMEM;
    memcpy(connection->rest, data, size);
    connection->rest_size = size;
    connection->write.data = connection;
    uv_read_stop(&connection->stream.any);
    uv_buf_t buffer = uv_buf_init(connection->rest, (unsigned)size);
    return uv_write(&connection->write, &connection->stream.any, &buffer, 1, on_written);
}

static void on_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer)
{
    struct echo_server *server = stream->data;
    if (bytes == 0)
        return; /* nothing was there after all */
    if (bytes < 0) {
        stop_with(server, bytes == UV_EOF ? -ECONNRESET : (int)bytes);
        return;
    }
    uv_buf_t whole = uv_buf_init(buffer->base, (unsigned)bytes);
    int sent = uv_try_write(stream, &whole, 1);
    if (sent == UV_EAGAIN)
        sent = 0;
    int r = sent < 0 ? sent : 0;
    server->progress.bytes += sent > 0 ? (uint64_t)sent : 0;
    if (r == 0 && sent < bytes)
        r = write_rest(server, (struct connection *)stream, buffer->base + sent,
                       (size_t)(bytes - sent));
    if (r < 0)
        stop_with(server, r == UV_EPIPE ? -ECONNRESET : r);
}

static int stream_init(struct echo_server *server, union stream *stream)
{
    int r = server->is_unix ? uv_pipe_init(&server->loop, &stream->pipe, 0)
                            : uv_tcp_init(&server->loop, &stream->tcp);
    stream->handle.data = server;
    return r;
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct echo_server *server = listener->data;
    if (status == 0 && server->progress.accepted == server->capacity)
        status = -ENOBUFS;
    if (status < 0) {
        stop_with(server, status);
        return;
    }
    struct connection *connection = &server->connections[server->progress.accepted];
    int r = stream_init(server, &connection->stream);
    if (r == 0)
        server->progress.accepted++;
    if (r == 0)
        r = uv_accept(listener, &connection->stream.any);
    if (r == 0 && !server->is_unix)
        r = uv_tcp_nodelay(&connection->stream.tcp, 1);
    if (r == 0)
        r = uv_read_start(&connection->stream.any, lend_buffer, on_read);
    if (r < 0)
        stop_with(server, r);
}

static int libuv_serve(struct echo_server *server, uint64_t deadline_ns)
{
    server->error = 0;
    uv_update_time(&server->loop);
    uint64_t now_ns = clock_now_ns();
    uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    uint64_t left_ms = (left_ns + NS_PER_MS - 1) / NS_PER_MS;
    int r = uv_timer_start(&server->deadline, on_deadline, left_ms, 0);
    while (r == 0 && server->error == 0)
        uv_run(&server->loop, UV_RUN_DEFAULT);
    uv_timer_stop(&server->deadline);
    if (r == 0)
        r = server->error;
    return r == -ETIMEDOUT ? 0 : r;
}

/* ---- opening and closing ---- */

static void close_handle(uv_handle_t *handle, void *context)
{
    (void)context;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void libuv_close(struct echo_server *server)
{
    if (server->loop_is_open) {
        server->closing = true;
        uv_walk(&server->loop, close_handle, NULL);
        uv_run(&server->loop, UV_RUN_DEFAULT);
        uv_loop_close(&server->loop);
    }
    for (uint64_t i = 0; i < server->progress.accepted; i++)
        free(server->connections[i].rest);
    free(server->connections);
    free(server->buffer);
    free(server);
}

static int listen_on(struct echo_server *server, const struct echo_setup *setup, const char **what)
{
    struct sockaddr_in bound;
    int size = sizeof bound;
    int r = stream_init(server, &server->listener);
    *what = "bind";
    if (r == 0 && server->is_unix)
        r = uv_pipe_bind(&server->listener.pipe, setup->address.local.sun_path);
    else if (r == 0)
        r = uv_tcp_bind(&server->listener.tcp, &setup->address.any, 0);
    if (r == 0) {
        *what = "listen";
        r = uv_listen(&server->listener.any, (int)setup->backlog, on_connection);
    }
    if (r == 0 && !server->is_unix)
        r = uv_tcp_getsockname(&server->listener.tcp, (struct sockaddr *)&bound, &size);
    server->port = r == 0 && !server->is_unix ? ntohs(bound.sin_port) : 0;
    return r;
}

static int take_memory(struct echo_server *server, const struct echo_setup *setup)
{
    server->buffer_size = setup->config->buffer_size;
    server->capacity = setup->capacity;
    server->buffer = malloc(server->buffer_size);
    server->connections = malloc(setup->capacity * sizeof *server->connections);
    if (!server->buffer || !server->connections)
        return -ENOMEM;
    /* Touched before anything is timed. */
    memset(server->buffer, 0, server->buffer_size);
    memset(server->connections, 0, setup->capacity * sizeof *server->connections);
    return 0;
}

static int libuv_open(struct echo_server **out, const struct echo_setup *setup, const char **what)
{
    *what = "allocating the connections";
    struct echo_server *server = calloc(1, sizeof *server);
    if (!server)
        return -ENOMEM;
    server->is_unix = setup->address.any.sa_family == AF_UNIX;
    int r = take_memory(server, setup);
    if (r == 0) {
        *what = "opening libuv's loop";
        r = uv_loop_init(&server->loop);
        server->loop_is_open = r == 0;
    }
    if (r == 0) {
        uv_timer_init(&server->loop, &server->deadline);
        server->deadline.data = server;
        r = listen_on(server, setup, what);
    }
    if (r < 0)
        libuv_close(server);
    else
        *out = server;
    return r;
}

static uint16_t libuv_port(const struct echo_server *server)
{
    return server->port;
}

static void libuv_progress(const struct echo_server *server, struct echo_progress *progress)
{
    *progress = server->progress;
}

/* libuv has no counters. */
const struct echo_ops libuv_echo_ops = {
    .open = libuv_open,
    .port = libuv_port,
    .serve = libuv_serve,
    .progress = libuv_progress,
    .close = libuv_close,
};
