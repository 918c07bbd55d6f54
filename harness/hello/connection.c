/* Every callback of the loop ends in go_on(), which looks at the state of the connection and does
 * what is next: write, read, wait, close. No callback needs to know which one came before. */
#include "harness/hello/connection.h"

#include <assert.h>
#include <string.h>

static void on_closed(struct loop_handle *handle)
{
    struct hello_connection *connection =
        list_owner(handle, struct hello_connection, stream.handle);
    connection->shared->on_closed(connection);
}

void hello_connection_close(struct hello_connection *connection)
{
    if (loop_is_closing(&connection->stream.handle))
        return;
    hello_wait_end(&connection->waiter);
    loop_close(&connection->stream.handle, on_closed);
}

static void wait_for(struct hello_connection *connection, enum hello_wait wait)
{
    if (connection->waiter.wait != wait)
        hello_wait_begin(&connection->shared->timeouts, &connection->waiter, wait);
}

/* ---- from input to output ---- */

static bool has_room(const struct hello_connection *connection)
{
    return connection->filled + HELLO_RESPONSE_BYTES <= HELLO_OUTPUT_BYTES;
}

static void put_answer(struct hello_connection *connection, unsigned status, bool keep_alive)
{
    struct hello_shared *shared = connection->shared;
    const struct hello_answer answer = {
        .status = status,
        .keep_alive = keep_alive && !shared->ending,
        .old = connection->request.old,
        .head_only = connection->request.head_only,
    };
    hello_date_update(&shared->date, loop_now_ns(shared->loop));
    connection->filled += (uint16_t)hello_response_write(connection->output + connection->filled,
                                                         &answer, &shared->date);
    connection->answers++;
    connection->last = !answer.keep_alive;
    shared->counts.refusals += status >= 400;
}

static void put_continue(struct hello_connection *connection)
{
    connection->filled +=
        (uint16_t)hello_response_write_continue(connection->output + connection->filled);
}

/* Answers what it can. Returns how many bytes are used: fewer than there are for want of room. */
static size_t take(struct hello_connection *connection, const char *data, size_t length)
{
    struct hello_request *request = &connection->request;
    size_t used = 0, bytes;
    while (used < length && !connection->last && has_room(connection)) {
        switch (hello_request_feed(request, data + used, length - used, &bytes)) {
        case HELLO_MORE:
            break;
        case HELLO_CONTINUE:
            put_continue(connection);
            break;
        case HELLO_ANSWER:
            put_answer(connection, request->status, request->keep_alive);
            break;
        }
        used += bytes;
    }
    return connection->last ? length : used;
}

/* ---- what is to be done next ---- */

static void on_read(struct loop_stream *stream, ssize_t bytes, const void *data);
static void on_written(struct loop_write *write, int status);

static int send_output(struct hello_connection *connection)
{
    connection->sending = connection->filled;
    connection->answers_sending = connection->answers;
    hello_wait_begin(&connection->shared->timeouts, &connection->waiter, HELLO_WAIT_WRITE);
    return loop_write(&connection->stream, &connection->write, connection->output,
                      connection->sending, on_written);
}

/* Half of the connection is closed, and the rest when the client has closed its half: a connection
 * closed with input unread is reset, and a reset may take away the answer before it is read. */
static int shut(struct hello_connection *connection)
{
    connection->shut = true;
    wait_for(connection, HELLO_WAIT_LINGER);
    return loop_shutdown(&connection->stream, NULL);
}

static int keep_reading(struct hello_connection *connection)
{
    if (connection->reading || connection->ended || connection->held_end > 0)
        return 0;
    connection->reading = true;
    return loop_read_start(&connection->stream, on_read);
}

/* Nothing is being written, and nothing held. Whether the connection is over. */
static bool is_over(const struct hello_connection *connection)
{
    if (connection->ended)
        return true;
    return connection->shared->ending && !connection->last &&
           !hello_request_begun(&connection->request);
}

static void go_on(struct hello_connection *connection)
{
    int r = 0;
    if (connection->sending == 0 && connection->filled > 0)
        r = send_output(connection);
    bool quiet = connection->sending == 0 && connection->held_end == 0;
    if (quiet && is_over(connection)) {
        hello_connection_close(connection);
        return;
    }
    if (r == 0)
        r = keep_reading(connection);
    if (r == 0 && quiet && connection->last && !connection->shut)
        r = shut(connection);
    if (quiet && !connection->last)
        wait_for(connection,
                 hello_request_begun(&connection->request) ? HELLO_WAIT_REQUEST : HELLO_WAIT_IDLE);
    if (r < 0)
        hello_connection_close(connection);
}

/* ---- what the loop says ---- */

static void hold(struct hello_connection *connection, const char *data, size_t length)
{
    assert(connection->held_end == 0 && length <= HELLO_INPUT_BYTES);
    memcpy(connection->held, data, length);
    connection->held_first = 0;
    connection->held_end = (uint16_t)length;
    connection->reading = false;
    loop_read_stop(&connection->stream);
}

static void on_read(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    struct hello_connection *connection = list_owner(stream, struct hello_connection, stream);
    if (bytes < 0) {
        hello_connection_close(connection);
        return;
    }
    if (bytes == 0) {
        connection->ended = true;
    } else if (!connection->last) {
        size_t used = take(connection, data, (size_t)bytes);
        if (used < (size_t)bytes)
            hold(connection, (const char *)data + used, (size_t)bytes - used);
    }
    go_on(connection);
}

static void take_held(struct hello_connection *connection)
{
    size_t left = connection->held_end - connection->held_first;
    size_t used = take(connection, connection->held + connection->held_first, left);
    connection->held_first += (uint16_t)used;
    if (used == left)
        connection->held_first = connection->held_end = 0;
}

static void on_written(struct loop_write *write, int status)
{
    struct hello_connection *connection = list_owner(write, struct hello_connection, write);
    if (loop_is_closing(&connection->stream.handle))
        return;
    if (status < 0) {
        hello_connection_close(connection);
        return;
    }
    connection->shared->counts.answers += connection->answers_sending;
    connection->answers -= connection->answers_sending;
    connection->filled -= connection->sending;
    memmove(connection->output, connection->output + connection->sending, connection->filled);
    connection->sending = connection->answers_sending = 0;
    if (connection->held_end > 0)
        take_held(connection);
    go_on(connection);
}

void hello_connection_expire(struct hello_waiter *waiter, enum hello_wait wait)
{
    struct hello_connection *connection = list_owner(waiter, struct hello_connection, waiter);
    connection->shared->counts.timeouts[wait]++;
    if (wait == HELLO_WAIT_REQUEST) {
        put_answer(connection, 408, false);
        go_on(connection);
    } else {
        hello_connection_close(connection);
    }
}

/* ---- from beginning to end ---- */

int hello_connection_open(struct hello_connection *connection, struct hello_shared *shared,
                          struct loop_listener *listener)
{
    loop_stream_init(shared->loop, &connection->stream);
    hello_waiter_init(&connection->waiter);
    hello_request_init(&connection->request, &shared->limits);
    connection->shared = shared;
    connection->held_first = connection->held_end = 0;
    connection->sending = connection->filled = 0;
    connection->answers_sending = connection->answers = 0;
    connection->reading = connection->last = connection->shut = connection->ended = false;
    int r = loop_accept(listener, &connection->stream);
    if (r < 0)
        hello_connection_close(connection);
    else
        go_on(connection);
    return r;
}

void hello_connection_end(struct hello_connection *connection)
{
    if (!loop_is_closing(&connection->stream.handle))
        go_on(connection);
}
