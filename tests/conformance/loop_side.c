#include "tests/conformance/loop_side.h"

#include "tests/conformance/network.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void on_tick(struct loop_timer *timer)
{
    (void)timer;
}

void loop_side_begin(struct fixture *f, struct loop_side *side, unsigned event_budget)
{
    *side = (struct loop_side){.fixture = f};
    struct loop_options options = loop_default_options(f->variant);
    options.config = f->config;
    options.event_budget = event_budget;
    int r = loop_open(&side->loop, &options);
    if (r < 0)
        fail_case("opening the loop: %s", strerror(-r));
    loop_timer_init(side->loop, &side->tick);
    expect_equal(loop_timer_start(&side->tick, on_tick, NS_PER_MS, NS_PER_MS), 0);
    loop_listener_init(side->loop, &side->listener);
    side->listener.handle.data = side;
}

void loop_side_listen(struct loop_side *side, int backlog, loop_connection_function *on_connection)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = own_loopback_address()};
    socklen_t length = sizeof side->address;
    expect_equal(
        loop_listen(&side->listener, (struct sockaddr *)&any, sizeof any, backlog, on_connection),
        0);
    expect_equal(loop_listener_address(&side->listener, (struct sockaddr *)&side->address, &length),
                 0);
}

static void on_served_closed(struct loop_handle *handle)
{
    struct loop_stream *stream = list_owner(handle, struct loop_stream, handle);
    served_of(stream)->closes++;
}

void served_close(struct served *served)
{
    loop_close(&served->stream.handle, on_served_closed);
}

static void on_listener_closed(struct loop_handle *handle)
{
    struct loop_side *side = handle->data;
    side->listener_closes++;
}

static void close_one(struct loop_handle *handle, void *context)
{
    struct loop_side *side = context;
    if (loop_is_closing(handle))
        return;
    if (handle->kind == LOOP_STREAM)
        served_close(served_of(list_owner(handle, struct loop_stream, handle)));
    else
        loop_close(handle, handle == &side->listener.handle ? on_listener_closed : NULL);
}

void loop_side_end(struct loop_side *side)
{
    loop_walk(side->loop, close_one, side);
    expect_equal(loop_run(side->loop, LOOP_DEFAULT), 0);
    expect_equal(side->listener_closes, 1);
    while (side->served != NULL) {
        struct served *served = side->served;
        expect_equal(served->closes, 1);
        side->served = served->next;
        free(served);
    }
    expect_equal(loop_destroy(side->loop), 0);
}

struct served *served_take(struct loop_listener *listener)
{
    struct loop_side *side = listener->handle.data;
    struct served *served = calloc(1, sizeof *served);
    expect(served != NULL, "memory for the case");
    loop_stream_init(side->loop, &served->stream);
    served->side = side;
    served->next = side->served;
    side->served = served;
    int r = loop_accept(listener, &served->stream);
    if (r >= 0)
        return served;
    expect_equal(r, -EAGAIN);
    served_close(served);
    return NULL;
}

void served_read(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    struct served *served = served_of(stream);
    if (loop_is_closing(&stream->handle))
        fail_case("a stream that is closing was given %zd bytes", bytes);
    if (bytes > 0) {
        served->garbled |= !pattern_continues(data, served->received, (size_t)bytes);
        served->received += (uint64_t)bytes;
        served->reads++;
    } else if (bytes == 0) {
        served->ends++;
    } else {
        served->errors++;
    }
}

static bool count_connection(struct loop_side *side, int status)
{
    if (status < 0) {
        side->failures++;
        side->failure = status;
    } else {
        side->connections++;
    }
    return status >= 0;
}

void on_connection_read(struct loop_listener *listener, int status)
{
    if (!count_connection(listener->handle.data, status))
        return;
    struct served *served = served_take(listener);
    expect(served != NULL, "memory for the case");
    expect_equal(loop_read_start(&served->stream, served_read), 0);
}

void on_connection_leave(struct loop_listener *listener, int status)
{
    count_connection(listener->handle.data, status);
}

void loop_side_step(struct loop_side *side, uint64_t limit_ns, const char *purpose)
{
    waited_for = purpose;
    if (clock_now_ns() > limit_ns)
        fail_case("the loop does not get there: %s", purpose);
    expect_equal(loop_run(side->loop, LOOP_ONCE), 1);
}

void loop_side_run_for(struct loop_side *side, unsigned duration_ms)
{
    for (uint64_t end_ns = in_ms(duration_ms); clock_now_ns() < end_ns;)
        expect_equal(loop_run(side->loop, LOOP_ONCE), 1);
}
