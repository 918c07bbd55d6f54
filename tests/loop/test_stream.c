/* Streams: opening and reading. */
#include "tests/loop/fixture.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static void start_reading(struct loop_stream *stream, loop_read_function *callback)
{
    assert_int_equal(loop_read_start(stream, callback), 0);
}

static void run_iterations(int count)
{
    for (int i = 0; i < count; i++)
        loop_run(loop, LOOP_NOWAIT);
}

/* ---- open ---- */

static void an_opened_stream_is_in_the_mode_that_the_backend_needs(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("stream", NULL);
    assert_true(fcntl(stream->source.fd, F_GETFL) & O_NONBLOCK);
    struct loop_options options = fixture_options();
    options.variant = &fake_blocking_variant;
    fixture_reopen(&options);
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    stream = NEW(struct loop_stream);
    loop_stream_init(loop, stream);
    assert_int_equal(loop_stream_open(stream, ends[0]), 0);
    assert_false(fcntl(ends[0], F_GETFL) & O_NONBLOCK);
    close(ends[1]);
}

static void a_descriptor_that_the_backend_refuses_is_still_the_callers(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    struct loop_stream *stream = NEW(struct loop_stream);
    loop_stream_init(loop, stream);
    fake_script.adopt_result = -ERANGE;
    assert_int_equal(loop_stream_open(stream, ends[0]), -ERANGE);
    fake_script.adopt_result = 0;
    assert_int_equal(loop_read_start(stream, trace_read), -ENOTCONN);
    assert_int_equal(loop_stream_open(stream, ends[0]), 0);
    start_reading(stream, trace_read);
    close(ends[1]);
}

static void a_stream_that_is_not_open_can_do_nothing_but_close(void **state)
{
    (void)state;
    struct loop_stream *stream = NEW(struct loop_stream);
    struct loop_write *write = NEW(struct loop_write);
    loop_stream_init(loop, stream);
    stream->handle.data = "stream";
    assert_int_equal(loop_read_start(stream, trace_read), -ENOTCONN);
    assert_int_equal(loop_write(stream, write, "x", 1, trace_write), -ENOTCONN);
    assert_int_equal(loop_shutdown(stream, trace_shutdown), -ENOTCONN);
    loop_read_stop(stream);
    loop_close(&stream->handle, trace_close);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("stream:closed");
}

/* ---- read ---- */

static void bytes_come_in_order_and_their_buffers_go_back(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    start_reading(stream, trace_read);
    fake_deliver_bytes(&stream->source, "one");
    fake_deliver_bytes(&stream->source, "two");
    fake_next_wait();
    fake_deliver_bytes(&stream->source, "three");
    run_iterations(2);
    assert_trace("s:one s:two s:three");
    assert_int_equal(fake_call_count(FAKE_RECYCLE), 3);
}

static void reading_starts_once_and_needs_a_callback(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    assert_int_equal(loop_read_start(stream, NULL), -EINVAL);
    assert_int_equal(loop_read_start(stream, trace_read), 0);
    assert_int_equal(loop_read_start(stream, trace_read), -EALREADY);
    loop_read_stop(stream);
    loop_read_stop(stream);
    assert_int_equal(loop_read_start(stream, trace_read), 0);
    loop_close(&stream->handle, NULL);
    assert_in_range(-loop_read_start(stream, trace_read), 1, 4095);
}

static void the_end_of_file_comes_once_and_ends_reading(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    start_reading(stream, trace_read);
    fake_deliver_bytes(&stream->source, "last");
    fake_deliver_end(&stream->source, 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("s:last s:end");
    assert_int_equal(stream->source.want, 0);
    assert_false(loop_is_active(&stream->handle));
}

static void an_error_comes_once_and_ends_reading(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    start_reading(stream, trace_read);
    fake_deliver_end(&stream->source, -ECONNRESET);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("s:-ECONNRESET");
    assert_int_equal(stream->source.want, 0);
    assert_false(loop_is_active(&stream->handle));
}

static void a_stream_at_its_end_can_still_write(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    start_reading(stream, trace_read);
    fake_deliver_end(&stream->source, 0);
    run_iterations(1);
    write_named(stream, "written");
    run_iterations(1);
    assert_trace("s:end written");
}

static void nothing_is_read_before_it_is_wanted(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    fake_deliver_bytes(&stream->source, "early");
    run_iterations(2);
    assert_trace("");
    start_reading(stream, trace_read);
    run_iterations(1);
    assert_trace("s:early");
}

/* ---- read stop ---- */

static void trace_and_stop(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    trace_read(stream, bytes, data);
    loop_read_stop(stream);
}

static void stopping_takes_the_wish_back_before_the_next_poll(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    start_reading(stream, trace_and_stop);
    fake_deliver_bytes(&stream->source, "one");
    fake_next_wait();
    fake_deliver_bytes(&stream->source, "two");
    run_iterations(3);
    assert_trace("s:one");
    assert_int_equal(stream->source.want, 0);
    start_reading(stream, trace_read);
    run_iterations(1);
    assert_trace("s:two");
}

static void bytes_of_the_same_batch_wait_while_reading_is_stopped_and_none_is_lost(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    start_reading(stream, trace_and_stop);
    fake_deliver_bytes(&stream->source, "one");
    fake_deliver_bytes(&stream->source, "two");
    fake_deliver_bytes(&stream->source, "three");
    run_iterations(3);
    assert_trace("s:one");
    start_reading(stream, trace_read);
    assert_trace(""); /* never from within */
    fake_deliver_bytes(&stream->source, "four");
    run_iterations(3);
    assert_trace("s:two s:three s:four");
    assert_int_equal(fake_call_count(FAKE_RECYCLE), 4);
}

static void bytes_that_waited_come_one_by_one_when_each_callback_stops_again(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    start_reading(stream, trace_and_stop);
    fake_deliver_bytes(&stream->source, "one");
    fake_deliver_bytes(&stream->source, "two");
    fake_deliver_bytes(&stream->source, "three");
    run_iterations(2);
    assert_trace("s:one");
    start_reading(stream, trace_and_stop);
    run_iterations(2);
    assert_trace("s:two");
    start_reading(stream, trace_and_stop);
    run_iterations(2);
    assert_trace("s:three");
    assert_int_equal(fake_call_count(FAKE_RECYCLE), 3);
}

static void an_end_of_the_same_batch_waits_too_while_reading_is_stopped(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    start_reading(stream, trace_and_stop);
    fake_deliver_bytes(&stream->source, "one");
    fake_deliver_end(&stream->source, -ECONNRESET);
    run_iterations(2);
    assert_trace("s:one");
    start_reading(stream, trace_read);
    run_iterations(3);
    assert_trace("s:-ECONNRESET");
    assert_false(loop_is_active(&stream->handle));
}

static void poll_does_not_block_when_reading_starts_again_with_bytes_waiting(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    start_reading(stream, trace_and_stop);
    fake_deliver_bytes(&stream->source, "one");
    fake_deliver_bytes(&stream->source, "two");
    run_iterations(1);
    timer_in("timer", MS(100));
    start_reading(stream, trace_and_stop);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("s:one s:two timer");
}

static void closing_a_stream_gives_back_the_buffers_of_bytes_that_waited(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    start_reading(stream, trace_and_stop);
    fake_deliver_bytes(&stream->source, "one");
    fake_deliver_bytes(&stream->source, "two");
    run_iterations(1);
    loop_close(&stream->handle, trace_close);
    run_iterations(1);
    assert_trace("s:one s:closed");
    assert_int_equal(fake_call_count(FAKE_RECYCLE), 2);
}

static void stop_and_start(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    trace_read(stream, bytes, data);
    loop_read_stop(stream);
    start_reading(stream, trace_read);
}

static void stopping_and_starting_again_in_the_callback_keeps_bytes_in_order(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    start_reading(stream, stop_and_start);
    fake_deliver_bytes(&stream->source, "one");
    fake_deliver_bytes(&stream->source, "two");
    fake_next_wait();
    fake_deliver_bytes(&stream->source, "three");
    run_iterations(4);
    assert_trace("s:one s:two s:three");
}

static void start_in_hook(struct loop_hook *hook)
{
    loop_hook_stop(hook);
    start_reading(hook->handle.data, trace_read);
}

static void
bytes_that_waited_come_before_those_of_the_poll_in_which_reading_starts_again(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    start_reading(stream, trace_and_stop);
    fake_deliver_bytes(&stream->source, "one");
    fake_deliver_bytes(&stream->source, "two");
    keep_alive();
    run_iterations(1);
    prepare_calling(start_in_hook)->handle.data = stream;
    fake_deliver_bytes(&stream->source, "three");
    run_iterations(3);
    assert_trace("s:one s:two s:three");
}

/* ---- streams among each other ---- */

static struct loop_stream *others[2];

static void stop_the_other_one(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    trace_read(stream, bytes, data);
    loop_read_stop(others[stream == others[0]]);
}

static void a_stream_stopped_by_the_callback_of_another_keeps_its_bytes_of_the_batch(void **state)
{
    (void)state;
    others[0] = new_stream("a", NULL);
    others[1] = new_stream("b", NULL);
    start_reading(others[0], stop_the_other_one);
    start_reading(others[1], stop_the_other_one);
    fake_deliver_bytes(&others[0]->source, "1");
    fake_deliver_bytes(&others[1]->source, "2");
    run_iterations(2);
    assert_trace("a:1");
    start_reading(others[1], trace_read);
    run_iterations(2);
    assert_trace("b:2");
}

static void events_of_one_batch_run_in_the_order_in_which_they_came(void **state)
{
    (void)state;
    struct loop_stream *a = new_stream("a", NULL), *b = new_stream("b", NULL);
    start_reading(a, trace_read);
    start_reading(b, trace_read);
    fake_deliver_bytes(&b->source, "1");
    fake_deliver_bytes(&a->source, "2");
    fake_deliver_bytes(&b->source, "3");
    run_iterations(1);
    assert_trace("b:1 a:2 b:3");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(an_opened_stream_is_in_the_mode_that_the_backend_needs),
        loop_test(a_descriptor_that_the_backend_refuses_is_still_the_callers),
        loop_test(a_stream_that_is_not_open_can_do_nothing_but_close),
        loop_test(bytes_come_in_order_and_their_buffers_go_back),
        loop_test(reading_starts_once_and_needs_a_callback),
        loop_test(the_end_of_file_comes_once_and_ends_reading),
        loop_test(an_error_comes_once_and_ends_reading),
        loop_test(a_stream_at_its_end_can_still_write),
        loop_test(nothing_is_read_before_it_is_wanted),
        loop_test(stopping_takes_the_wish_back_before_the_next_poll),
        loop_test(bytes_of_the_same_batch_wait_while_reading_is_stopped_and_none_is_lost),
        loop_test(bytes_that_waited_come_one_by_one_when_each_callback_stops_again),
        loop_test(an_end_of_the_same_batch_waits_too_while_reading_is_stopped),
        loop_test(poll_does_not_block_when_reading_starts_again_with_bytes_waiting),
        loop_test(closing_a_stream_gives_back_the_buffers_of_bytes_that_waited),
        loop_test(stopping_and_starting_again_in_the_callback_keeps_bytes_in_order),
        loop_test(bytes_that_waited_come_before_those_of_the_poll_in_which_reading_starts_again),
        loop_test(a_stream_stopped_by_the_callback_of_another_keeps_its_bytes_of_the_batch),
        loop_test(events_of_one_batch_run_in_the_order_in_which_they_came),
    };
    return run_loop_tests(tests, argc, argv);
}
