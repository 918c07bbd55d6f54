/* Streams: ending the sending direction. */
#include "tests/loop/fixture.h"

static struct loop_stream *stream;

static void shutdown_without_writes_is_called_back_later(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    assert_int_equal(loop_shutdown(stream, trace_shutdown), 0);
    assert_trace("");
    assert_true(loop_alive(loop));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("stream:shutdown");
    assert_int_equal(fake_call_count(FAKE_SHUTDOWN), 1);
}

static void shutdown_waits_for_the_writes_before_it(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    fake_answer_send(FAKE_SEND_LATER, 0);
    write_named(stream, "one");
    write_named(stream, "two");
    assert_int_equal(loop_shutdown(stream, trace_shutdown), 0);
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_int_equal(fake_call_count(FAKE_SHUTDOWN), 0);
    assert_trace("");
    fake_deliver_sent(&stream->source, 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_int_equal(fake_call_count(FAKE_SHUTDOWN), 1);
    assert_trace("one two stream:shutdown");
}

static void shutdown_after_a_write_that_finished_at_once_comes_behind_its_callback(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    write_named(stream, "one");
    assert_int_equal(loop_shutdown(stream, trace_shutdown), 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("one stream:shutdown");
}

static void shutdown_waits_for_a_write_in_progress_behind_one_that_finished_at_once(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    write_named(stream, "one");
    fake_answer_send(FAKE_SEND_LATER, 0);
    write_named(stream, "two");
    assert_int_equal(loop_shutdown(stream, trace_shutdown), 0);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("one");
    assert_int_equal(fake_call_count(FAKE_SHUTDOWN), 0);
    fake_deliver_sent(&stream->source, 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("two stream:shutdown");
}

static void after_shutdown_nothing_can_be_written_or_shut_down_again(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    assert_int_equal(loop_shutdown(stream, trace_shutdown), 0);
    assert_int_equal(loop_shutdown(stream, trace_shutdown), -EALREADY);
    assert_int_equal(loop_write(stream, NEW(struct loop_write), "x", 1, NULL), -EPIPE);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("stream:shutdown");
    assert_int_equal(loop_shutdown(stream, trace_shutdown), -EALREADY);
    assert_int_equal(loop_write(stream, NEW(struct loop_write), "x", 1, NULL), -EPIPE);
}

static void after_shutdown_bytes_can_still_be_read(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    assert_int_equal(loop_shutdown(stream, trace_shutdown), 0);
    loop_run(loop, LOOP_NOWAIT);
    assert_int_equal(loop_read_start(stream, trace_read), 0);
    fake_deliver_bytes(&stream->source, "answer");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("stream:shutdown stream:answer");
}

static void a_shutdown_that_fails_says_so_in_its_callback(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    fake_script.shutdown_result = -ENOBUFS;
    int r = loop_shutdown(stream, trace_shutdown);
    assert_int_equal(r, 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("stream:shutdown-errno");
}

static void shutdown_needs_no_callback(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    assert_int_equal(loop_shutdown(stream, NULL), 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_int_equal(fake_call_count(FAKE_SHUTDOWN), 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(shutdown_without_writes_is_called_back_later),
        loop_test(shutdown_waits_for_the_writes_before_it),
        loop_test(shutdown_after_a_write_that_finished_at_once_comes_behind_its_callback),
        loop_test(shutdown_waits_for_a_write_in_progress_behind_one_that_finished_at_once),
        loop_test(after_shutdown_nothing_can_be_written_or_shut_down_again),
        loop_test(after_shutdown_bytes_can_still_be_read),
        loop_test(a_shutdown_that_fails_says_so_in_its_callback),
        loop_test(shutdown_needs_no_callback),
    };
    return run_loop_tests(tests, argc, argv);
}
