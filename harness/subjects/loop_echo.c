/* The echo workload on any backend, through the public interface of the loop and nothing else. What
 * is received is kept in its buffer and written from there. */
#include "harness/subjects/loop_subject.h"

#include "backends/clock.h"
#include "harness/contract/echo_ops.h"
#include "loop/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct echo_server {
    struct loop *loop;
    struct loop_listener listener;
    struct loop_timer deadline;
    uint16_t port;
    struct echo_progress progress;
    /* What ended a run before its time. */
    int error;
    /* It closes; connections that have ended since. */
    bool closing;
    unsigned ended;
    /* The first progress.accepted are open. */
    unsigned capacity;
    struct loop_stream *streams;
    /* By the number of the data that they write. */
    struct loop_write *writes;
};

static void stop_with(struct echo_server *server, int r)
{
    server->error = r;
    loop_stop(server->loop);
}

static void on_deadline(struct loop_timer *timer)
{
    stop_with(timer->handle.data, -ETIMEDOUT);
}

/* ---- connections ---- */

static void on_written(struct loop_write *write, int status)
{
    struct echo_server *server = write->data;
    loop_read_give_back(server->loop, (int)(write - server->writes));
    if (status == 0)
        server->progress.bytes += write->send.length;
    else if (!server->closing)
        stop_with(server, status == -EPIPE ? -ECONNRESET : status);
}

static void ended(struct echo_server *server, struct loop_stream *stream)
{
    if (!server->closing) {
        stop_with(server, -ECONNRESET);
        return;
    }
    server->ended++;
    loop_close(&stream->handle, NULL);
}

static void on_read(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    struct echo_server *server = stream->handle.data;
    if (bytes <= 0) {
        ended(server, stream);
        return;
    }
    int number = loop_read_keep(stream), r = number;
    if (number >= 0) {
        struct loop_write *write = &server->writes[number];
        write->data = server;
        r = loop_write(stream, write, data, (size_t)bytes, on_written);
    }
    if (r < 0)
        stop_with(server, r);
}

static void on_connection(struct loop_listener *listener, int status)
{
    struct echo_server *server = listener->handle.data;
    if (status == 0 && server->progress.accepted == server->capacity)
        status = -ENOBUFS;
    if (status < 0) {
        stop_with(server, status);
        return;
    }
    struct loop_stream *stream = &server->streams[server->progress.accepted];
    loop_stream_init(server->loop, stream);
    stream->handle.data = server;
    int r = loop_accept(listener, stream);
    if (r == 0)
        r = loop_read_start(stream, on_read);
    if (r < 0)
        stop_with(server, r);
    else
        server->progress.accepted++;
}

static int loop_echo_serve(struct echo_server *server, uint64_t deadline_ns)
{
    server->error = 0;
    loop_update_time(server->loop);
    int r = loop_timer_start_at(&server->deadline, on_deadline, deadline_ns, 0);
    while (r >= 0 && server->error == 0)
        r = loop_run(server->loop, LOOP_DEFAULT);
    loop_timer_stop(&server->deadline);
    if (r >= 0)
        r = server->error;
    return r == -ETIMEDOUT ? 0 : r;
}

/* ---- opening and closing ---- */

static void close_handle(struct loop_handle *handle, void *context)
{
    (void)context;
    if (!loop_is_closing(handle))
        loop_close(handle, NULL);
}

/* A read that has ended need not be cancelled, which costs io_uring 16 us each. */
static void take_ends(struct echo_server *server)
{
    unsigned before;
    int r;
    server->closing = true;
    do {
        before = server->ended;
        r = loop_run(server->loop, LOOP_NOWAIT);
    } while (r >= 0 && server->ended > before);
}

static void loop_echo_close(struct echo_server *server)
{
    if (server->loop) {
        take_ends(server);
        loop_walk(server->loop, close_handle, NULL);
        while (loop_run(server->loop, LOOP_DEFAULT) > 0)
            ; /* stopped by what a connection ended with */
        loop_destroy(server->loop);
    }
    free(server->streams);
    free(server->writes);
    free(server);
}

static int take_memory(struct echo_server *server, unsigned capacity, unsigned buffers)
{
    server->streams = malloc(capacity * sizeof *server->streams);
    server->writes = malloc(buffers * sizeof *server->writes);
    if (!server->streams || !server->writes)
        return -ENOMEM;
    /* Touched before anything is timed. */
    memset(server->streams, 0, capacity * sizeof *server->streams);
    memset(server->writes, 0, buffers * sizeof *server->writes);
    server->capacity = capacity;
    return 0;
}

static int listen_on(struct echo_server *server, const struct echo_setup *setup)
{
    struct echo_address address = setup->address;
    bool is_tcp = address.any.sa_family == AF_INET;
    loop_timer_init(server->loop, &server->deadline);
    loop_listener_init(server->loop, &server->listener);
    server->deadline.handle.data = server->listener.handle.data = server;
    int r = loop_listen(&server->listener, &address.any, address.size, (int)setup->backlog,
                        on_connection);
    if (r == 0 && is_tcp)
        r = loop_listener_no_delay(&server->listener);
    if (r == 0 && is_tcp)
        r = loop_listener_address(&server->listener, &address.any, &address.size);
    server->port = is_tcp ? ntohs(address.in.sin_port) : 0;
    return r;
}

static int loop_echo_open(struct echo_server **out, const struct echo_setup *setup,
                          const char **what)
{
    struct loop_options options = loop_default_options(setup->subject->variant);
    options.config = *setup->config;
    options.config.accept_budget = setup->budget;
    *what = "allocating the streams";
    struct echo_server *server = calloc(1, sizeof *server);
    if (!server)
        return -ENOMEM;
    int r = take_memory(server, setup->capacity, options.config.buffer_count);
    if (r == 0) {
        *what = "opening the loop";
        r = loop_open(&server->loop, &options);
    }
    if (r == 0) {
        *what = "listening";
        r = listen_on(server, setup);
    }
    if (r < 0)
        loop_echo_close(server);
    else
        *out = server;
    return r;
}

static uint16_t loop_echo_port(const struct echo_server *server)
{
    return server->port;
}

static void loop_echo_progress(const struct echo_server *server, struct echo_progress *progress)
{
    *progress = server->progress;
}

static void loop_echo_counters(const struct echo_server *server, struct backend_counters *counters)
{
    *counters = loop_backend(server->loop)->counters;
}

static uint32_t loop_echo_granted(const struct echo_server *server)
{
    return loop_backend(server->loop)->granted;
}

const struct echo_ops loop_echo_ops = {
    .open = loop_echo_open,
    .port = loop_echo_port,
    .serve = loop_echo_serve,
    .progress = loop_echo_progress,
    .counters = loop_echo_counters,
    .granted = loop_echo_granted,
    .close = loop_echo_close,
};
