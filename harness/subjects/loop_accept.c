/* The accept workload on any backend, through the public interface of the loop and nothing else.
 *
 * All memory is taken and touched when the server is opened: streams, the list of free ones, the
 * list of open ones. A stream that was closed goes back to the free list and is used again. */
#include "harness/subjects/loop_server.h"
#include "harness/subjects/loop_subject.h"

#include "backends/clock.h"
#include "harness/subjects/listen_queue.h"
#include "harness/subjects/refusal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A kernel that holds on to requests of closed streams gives them back much sooner. */
#define DROP_TIMEOUT_NS (10 * NS_PER_S)
#define REST_TIMEOUT_NS (10 * NS_PER_S)

void loop_server_fail(struct accept_server *server, int r)
{
    server->error = r;
    loop_stop(server->loop);
}

static void on_deadline(struct loop_timer *timer)
{
    loop_server_fail(timer->handle.data, -ETIMEDOUT);
}

static void take_offered(struct accept_server *server);

static bool until_deadline(const struct accept_server *server)
{
    return server->serving || server->answering;
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
    if (all_closed(server) && !until_deadline(server))
        loop_stop(server->loop);
}

/* Takes the connection that the listener offers, if there is one, it is wanted, and a stream is
 * free. The listener does not offer another before. */
static void take_offered(struct accept_server *server)
{
    bool wanted = until_deadline(server) || server->accept_left > 0;
    if (!server->offered || !wanted || server->free_count == 0)
        return;
    struct loop_stream *stream = server->free[--server->free_count];
    loop_stream_init(server->loop, stream);
    stream->handle.data = server;
    server->offered = false;
    int r = loop_accept(&server->listener, stream);
    if (r < 0)
        loop_server_fail(server, r);
    if (r == 0 && server->answering) {
        loop_server_begin(server, stream);
        return;
    }
    if (r < 0 || server->serving) {
        server->accepted += r == 0;
        loop_close(&stream->handle, loop_server_closed);
        return;
    }
    server->open[server->open_count++] = stream;
    server->accept_left--;
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
    if (server->accept_left == 0 && !until_deadline(server))
        loop_stop(server->loop);
}

/* Idle connections are silent. One that ends takes the trial with it: its cost would be counted. */
static void on_idle_read(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    (void)data;
    if (bytes <= 0)
        loop_server_fail(stream->handle.data, -ECONNRESET);
}

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

static bool all_accepted(const struct accept_server *server)
{
    return server->accept_left == 0;
}

static void close_streams(struct accept_server *server, unsigned keep)
{
    while (server->open_count > keep)
        loop_close(&server->open[--server->open_count]->handle, loop_server_closed);
}

static void close_handle(struct loop_handle *handle, void *context)
{
    (void)context;
    if (!loop_is_closing(handle))
        loop_close(handle, handle->kind == LOOP_STREAM ? loop_server_closed : NULL);
}

static void loop_accept_close(struct accept_server *server)
{
    if (server->loop) {
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

static int take_memory(struct accept_server *server, unsigned capacity)
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

static int start_listening(struct accept_server *server, unsigned backlog, const char **what)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    loop_timer_init(server->loop, &server->deadline);
    loop_listener_init(server->loop, &server->listener);
    server->deadline.handle.data = server->listener.handle.data = server;
    *what = "listening on 127.0.0.1";
    int r = loop_listen(&server->listener, (struct sockaddr *)&address, size, (int)backlog,
                            on_connection);
    if (r == 0)
        r = loop_listener_address(&server->listener, (struct sockaddr *)&address, &size);
    server->port = ntohs(address.sin_port);
    return r;
}

static int loop_accept_open(struct accept_server **out, const struct accept_setup *setup,
                            const char **what)
{
    struct loop_options options = loop_default_options(setup->subject->variant);
    if (setup->config != NULL)
        options.config = *setup->config;
    options.config.accept_budget = setup->budget;
    if (options.event_budget < setup->budget)
        options.event_budget = setup->budget;
    *what = "allocating the streams";
    struct accept_server *server = calloc(1, sizeof *server);
    if (!server)
        return -ENOMEM;
    server->limit = setup->capacity;
    /* What one iteration may bring on top of what is held: serve() closes it within the iteration.
     */
    int r = take_memory(server, setup->capacity + options.event_budget);
    if (r == 0 && setup->bytes > 0)
        r = loop_server_take_exchanges(server, setup->bytes);
    if (r == 0) {
        *what = "opening the loop";
        r = loop_open(&server->loop, &options);
    }
    if (r == 0)
        r = start_listening(server, setup->backlog, what);
    if (r < 0)
        loop_accept_close(server);
    else
        *out = server;
    return r;
}

static uint16_t loop_accept_port(const struct accept_server *server)
{
    return server->port;
}

static int loop_accept_queued(const struct accept_server *server)
{
    return listen_queue_length(server->listener.source.fd);
}

/* Without blocking, because the end of a cancelled request is no event that a blocking wait returns
 * for. */
static int loop_accept_rest(struct accept_server *server)
{
    uint64_t deadline_ns = clock_now_ns() + REST_TIMEOUT_NS;
    loop_listener_pause(&server->listener);
    int r = 0;
    while (r >= 0 && !loop_listener_is_paused(&server->listener)) {
        r = loop_run(server->loop, LOOP_NOWAIT);
        if (clock_now_ns() >= deadline_ns)
            r = -ETIMEDOUT;
    }
    return r < 0 ? r : 0;
}

static int loop_accept_drain(struct accept_server *server, unsigned count, uint64_t deadline_ns)
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

static int loop_accept_hold(struct accept_server *server)
{
    for (; server->held < server->open_count; server->held++) {
        int error = loop_read_start(server->open[server->held], on_idle_read);
        if (error < 0)
            return error;
    }
    server->error = 0;
    int result = loop_run(server->loop, LOOP_NOWAIT); /* the kernel is told now, not while timed */
    return result < 0 ? result : server->error;
}

static int loop_accept_drop(struct accept_server *server)
{
    close_streams(server, server->held);
    return run_until(server, all_closed, clock_now_ns() + DROP_TIMEOUT_NS);
}

static int loop_accept_serve(struct accept_server *server, uint64_t deadline_ns, uint64_t *accepted)
{
    server->serving = true;
    server->accepted = 0;
    take_offered(server);
    loop_listener_resume(&server->listener);
    int r = run_until(server, NULL, deadline_ns);
    server->serving = false;
    *accepted = server->accepted;
    return r == -ETIMEDOUT ? 0 : r;
}

static int loop_accept_answer(struct accept_server *server, uint64_t deadline_ns,
                              uint64_t *answered)
{
    server->answering = true;
    server->answered = 0;
    take_offered(server);
    loop_listener_resume(&server->listener);
    int r = run_until(server, NULL, deadline_ns);
    server->answering = false;
    *answered = server->answered;
    return r == -ETIMEDOUT ? 0 : r;
}

static void loop_accept_counters(const struct accept_server *server,
                                 struct backend_counters *counters)
{
    *counters = loop_backend(server->loop)->counters;
}

static uint32_t loop_accept_granted(const struct accept_server *server)
{
    return loop_backend(server->loop)->granted;
}

int loop_subject_available(const struct subject *subject, char *reason, uint32_t *granted)
{
    struct backend *backend;
    struct backend_config config = backend_default_config();
    *granted = 0;
    if (subject->variant->refused) {
        snprintf(reason, REASON_BYTES, "%s is refused: %s", subject->name,
                 subject->variant->refused);
        return -ENOTSUP;
    }
    if (!subject->variant->ops)
        return subject_not_built(subject, subject->variant->needs, reason);
    int r = backend_open(&backend, subject->variant, &config);
    if (r < 0)
        return subject_refused(subject, r, reason);
    *granted = backend->granted;
    backend->ops->close(backend);
    return 0;
}

const struct accept_ops loop_accept_ops = {
    .open = loop_accept_open,
    .port = loop_accept_port,
    .queued = loop_accept_queued,
    .rest = loop_accept_rest,
    .drain = loop_accept_drain,
    .hold = loop_accept_hold,
    .drop = loop_accept_drop,
    .serve = loop_accept_serve,
    .answer = loop_accept_answer,
    .counters = loop_accept_counters,
    .granted = loop_accept_granted,
    .close = loop_accept_close,
};
