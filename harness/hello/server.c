/* The server owns every connection: a place is on the list `free` or on the list `open`, and
 * returns to `free` once the loop has closed its stream. Without a free place no connection is
 * taken from the listener, which offers no other before. */
#include "harness/hello/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* The kernel cuts it to its own limit. */
    BACKLOG = 4096,
    BUFFERS = 1024,
};

struct hello_server {
    struct hello_shared shared;
    struct loop_listener listener;
    struct loop_async stop;
    /* Of the whole run, and then of the grace. */
    struct loop_timer end;
    struct hello_connection *connections;
    struct list free, open;
    /* The listener has a connection for which no place was free. */
    bool offered;
    uint64_t grace_ns;
    void (*on_accept_failure)(int error);
};

static struct hello_server *server_of(struct hello_shared *shared)
{
    return list_owner(shared, struct hello_server, shared);
}

/* ---- connections ---- */

static void fail_accept(struct hello_server *server, int error)
{
    if (server->shared.counts.accept_failures++ == 0)
        server->on_accept_failure(error);
}

/* Takes the connection that the listener offers, if there is one and a place is free. */
static void take_offered(struct hello_server *server)
{
    if (!server->offered || list_is_empty(&server->free))
        return;
    struct list *node = list_take_first(&server->free);
    list_append(&server->open, node);
    server->offered = false;
    int r = hello_connection_open(list_owner(node, struct hello_connection, node), &server->shared,
                                  &server->listener);
    if (r < 0)
        fail_accept(server, r);
    else
        server->shared.counts.connections++;
}

static void on_connection(struct loop_listener *listener, int status)
{
    struct hello_server *server = list_owner(listener, struct hello_server, listener);
    if (status < 0) {
        fail_accept(server, status);
        return;
    }
    server->offered = true;
    take_offered(server);
}

/* Without these two, nothing keeps the loop alive any more. */
static void end_when_empty(struct hello_server *server)
{
    if (!server->shared.ending || !list_is_empty(&server->open) ||
        loop_is_closing(&server->stop.handle))
        return;
    loop_close(&server->stop.handle, NULL);
    loop_close(&server->end.handle, NULL);
    hello_timeouts_close(&server->shared.timeouts);
}

static void on_closed(struct hello_connection *connection)
{
    struct hello_server *server = server_of(connection->shared);
    list_remove(&connection->node);
    list_prepend(&server->free, &connection->node); /* its memory is warm */
    take_offered(server);
    end_when_empty(server);
}

/* ---- the end ---- */

/* A connection that is closed stays on the list until the loop has closed it. */
static void visit_open(struct hello_server *server, void (*visit)(struct hello_connection *))
{
    for (struct list *node = server->open.next; node != &server->open; node = node->next)
        visit(list_owner(node, struct hello_connection, node));
}

static void on_grace_over(struct loop_timer *timer)
{
    visit_open(list_owner(timer, struct hello_server, end), hello_connection_close);
}

static void end(struct hello_server *server)
{
    if (server->shared.ending)
        return;
    server->shared.ending = true;
    server->offered = false;
    loop_close(&server->listener.handle, NULL);
    if (loop_timer_start(&server->end, on_grace_over, server->grace_ns, 0) < 0)
        on_grace_over(&server->end);
    visit_open(server, hello_connection_end);
    end_when_empty(server);
}

static void on_stop(struct loop_async *async)
{
    end(list_owner(async, struct hello_server, stop));
}

static void on_run_over(struct loop_timer *timer)
{
    end(list_owner(timer, struct hello_server, end));
}

/* ---- the beginning ---- */

static int take_memory(struct hello_server *server, unsigned connections)
{
    list_init(&server->free);
    list_init(&server->open);
    server->connections = calloc(connections, sizeof *server->connections);
    if (server->connections == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < connections; i++)
        list_append(&server->free, &server->connections[i].node);
    return 0;
}

static int open_loop(struct hello_server *server, const struct hello_setup *setup)
{
    struct loop_options options = loop_default_options(setup->variant);
    options.config.buffer_size = HELLO_INPUT_BYTES;
    options.config.buffer_count = BUFFERS;
    if (options.config.direct_count < setup->connections + 1) /* and the listener */
        options.config.direct_count = setup->connections + 1;
    return loop_open(&server->shared.loop, &options);
}

/* From here on the loop knows the handles, and only it can end them. */
static int start(struct hello_server *server, const struct hello_setup *setup,
                 enum hello_step *step)
{
    struct loop *loop = server->shared.loop;
    struct hello_timeouts *timeouts = &server->shared.timeouts;
    loop_listener_init(loop, &server->listener);
    loop_async_init(loop, &server->stop, on_stop);
    loop_timer_init(loop, &server->end);
    *step = HELLO_STEP_TIMERS;
    int r = hello_timeouts_open(loop, timeouts);
    memcpy(timeouts->lengths_ns, setup->waits_ns, sizeof timeouts->lengths_ns);
    timeouts->expire = hello_connection_expire;
    if (r == 0 && setup->run_ns != UINT64_MAX)
        r = loop_timer_start(&server->end, on_run_over, setup->run_ns, 0);
    if (r < 0)
        return r;
    *step = HELLO_STEP_LISTEN;
    r = loop_listen(&server->listener, setup->address, setup->address_bytes, BACKLOG,
                    on_connection);
    return r < 0 ? r : loop_listener_no_delay(&server->listener);
}

int hello_server_open(struct hello_server **out, const struct hello_setup *setup,
                      enum hello_step *step)
{
    *step = HELLO_STEP_MEMORY;
    struct hello_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return -ENOMEM;
    server->shared.limits = setup->limits;
    server->shared.on_closed = on_closed;
    server->grace_ns = setup->grace_ns;
    server->on_accept_failure = setup->on_accept_failure;
    int r = take_memory(server, setup->connections);
    if (r == 0) {
        *step = HELLO_STEP_LOOP;
        r = open_loop(server, setup);
    }
    if (r == 0) {
        r = start(server, setup, step);
        if (r < 0) {
            end(server);
            hello_server_run(server);
        }
    }
    if (r < 0)
        hello_server_close(server);
    else
        *out = server;
    return r;
}

int hello_server_address(const struct hello_server *server, struct sockaddr *address,
                         socklen_t *bytes)
{
    return loop_listener_address(&server->listener, address, bytes);
}

int hello_server_run(struct hello_server *server)
{
    return loop_run(server->shared.loop, LOOP_DEFAULT);
}

void hello_server_stop(struct hello_server *server)
{
    loop_async_send(&server->stop);
}

const struct hello_counts *hello_server_counts(const struct hello_server *server)
{
    return &server->shared.counts;
}

void hello_server_close(struct hello_server *server)
{
    if (server->shared.loop != NULL)
        loop_destroy(server->shared.loop);
    free(server->connections);
    free(server);
}
