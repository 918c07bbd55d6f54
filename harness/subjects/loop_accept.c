/* The accept workload on any backend, through the public interface of the loop and nothing else. */
#include "harness/subjects/loop_answer.h"
#include "harness/subjects/loop_server.h"
#include "harness/subjects/loop_subject.h"

#include "backends/clock.h"
#include "harness/subjects/listen_queue.h"

#include <errno.h>
#include <stdlib.h>

#define REST_TIMEOUT_NS (10 * NS_PER_S)

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
    int r = loop_server_take_memory(server, setup->capacity + options.event_budget);
    if (r == 0 && setup->bytes > 0)
        r = loop_answer_take_memory(server, setup->bytes);
    if (r == 0) {
        *what = "opening the loop";
        r = loop_open(&server->loop, &options);
    }
    if (r == 0) {
        *what = "listening on 127.0.0.1";
        r = loop_server_listen(server, setup->backlog);
    }
    if (r < 0)
        loop_server_close(server);
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

/* Idle connections are silent. One that ends takes the trial with it: its cost would be counted. */
static void on_idle_read(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    struct accept_server *server = stream->handle.data;
    (void)data;
    if (bytes > 0)
        return;
    if (!server->closing) {
        loop_server_fail(server, -ECONNRESET);
        return;
    }
    server->ended++;
    loop_close(&stream->handle, loop_server_closed);
}

static int loop_accept_hold(struct accept_server *server)
{
    for (; server->held < server->open_count; server->held++) {
        int r = loop_read_start(server->open[server->held], on_idle_read);
        if (r < 0)
            return r;
    }
    server->error = 0;
    int r = loop_run(server->loop, LOOP_NOWAIT); /* the kernel is told now, not while timed */
    return r < 0 ? r : server->error;
}

static void close_at_once(struct accept_server *server, struct loop_stream *stream)
{
    server->accepted++;
    loop_close(&stream->handle, loop_server_closed);
}

static int loop_accept_serve(struct accept_server *server, uint64_t deadline_ns, uint64_t *accepted)
{
    server->accepted = 0;
    int r = loop_server_run(server, deadline_ns, close_at_once);
    *accepted = server->accepted;
    return r;
}

static int loop_accept_answer(struct accept_server *server, uint64_t deadline_ns,
                              uint64_t *answered)
{
    server->answered = 0;
    int r = loop_server_run(server, deadline_ns, loop_answer_begin);
    *answered = server->answered;
    return r;
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

const struct accept_ops loop_accept_ops = {
    .open = loop_accept_open,
    .port = loop_accept_port,
    .queued = loop_accept_queued,
    .rest = loop_accept_rest,
    .drain = loop_server_drain,
    .hold = loop_accept_hold,
    .drop = loop_server_drop,
    .serve = loop_accept_serve,
    .answer = loop_accept_answer,
    .counters = loop_accept_counters,
    .granted = loop_accept_granted,
    .close = loop_server_close,
};
