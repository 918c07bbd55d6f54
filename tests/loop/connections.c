#include "tests/loop/connections.h"

struct loop_stream *taken[TAKEN_MAX];
size_t taken_count;
static bool in_accept;

int take_connection(struct loop_listener *listener)
{
    struct loop_stream *stream = NEW(struct loop_stream);
    loop_stream_init(loop, stream);
    stream->handle.data = "stream";
    in_accept = true;
    int r = loop_accept(listener, stream);
    in_accept = false;
    if (r == 0)
        taken[taken_count++] = stream;
    return r;
}

void trace_connection(struct loop_listener *listener, int status)
{
    if (in_accept)
        fail_msg("the connection callback runs within loop_accept()");
    if (status == 0)
        trace("%s", (const char *)listener->handle.data);
    else
        trace("%s:%s", (const char *)listener->handle.data, status == -EMFILE ? "EMFILE" : "errno");
}

void trace_and_take(struct loop_listener *listener, int status)
{
    trace_connection(listener, status);
    if (status == 0)
        assert_int_equal(take_connection(listener), 0);
}

int connections_open(void **state)
{
    taken_count = 0;
    in_accept = false;
    return fixture_open(state);
}

void deliver_connections(struct loop_listener *listener, int first, int last)
{
    for (int fd = first; fd <= last; fd++)
        fake_deliver_accept(&listener->source, FAKE_FD + fd);
}

void assert_taken_in_order(int first, int last)
{
    assert_int_equal(taken_count, last - first + 1);
    for (int i = 0; i < (int)taken_count; i++)
        assert_int_equal(taken[i]->source.fd, FAKE_FD + first + i);
}
