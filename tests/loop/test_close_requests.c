/* Writes and shutdowns of a stream that closes. */
#include "tests/loop/fixture.h"

static struct loop_stream *stream;

static void writes_cancelled_by_close_are_called_back_before_the_close_callback(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    fake_answer_send(FAKE_SEND_LATER, 3);
    write_named(stream, "in progress");
    write_named(stream, "queued");
    loop_run(loop, LOOP_NOWAIT);
    loop_close(&stream->handle, trace_close);
    assert_trace("");
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("in progress:ECANCELED queued:ECANCELED stream:closed");
    assert_int_equal(fake_call_count(FAKE_SEND), 1);
}

static void a_write_that_was_out_before_the_close_is_not_reported_as_cancelled(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    write_named(stream, "out");
    loop_close(&stream->handle, trace_close);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("out stream:closed");
}

static struct loop_stream *pair[2];

static void close_the_other_one(struct loop_stream *reader, ssize_t bytes, const void *data)
{
    trace_read(reader, bytes, data);
    loop_close(&pair[reader == pair[0]]->handle, trace_close);
}

static void the_end_of_a_send_closed_earlier_in_its_batch_is_reported_once(void **state)
{
    (void)state;
    pair[0] = new_stream("a", NULL);
    pair[1] = new_stream("b", NULL);
    assert_int_equal(loop_read_start(pair[0], close_the_other_one), 0);
    fake_answer_send(FAKE_SEND_LATER, 0);
    write_named(pair[1], "write");
    fake_deliver_bytes(&pair[0]->source, "1");
    fake_deliver_sent(&pair[1]->source, 0);
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    const char *got = fixture_trace();
    assert_true(strcmp(got, "a:1 write b:closed") == 0 ||
                strcmp(got, "a:1 write:ECANCELED b:closed") == 0);
    fixture_clear_trace();
}

static void a_shutdown_that_waits_is_cancelled_by_close(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    fake_answer_send(FAKE_SEND_LATER, 0);
    write_named(stream, "write");
    assert_int_equal(loop_shutdown(stream, trace_shutdown), 0);
    loop_close(&stream->handle, trace_close);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("write:ECANCELED stream:shutdown-ECANCELED stream:closed");
    assert_int_equal(fake_call_count(FAKE_SHUTDOWN), 0);
}

static void
cancelled_writes_of_a_stream_that_the_kernel_holds_come_once_before_its_close(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    fake_answer_send(FAKE_SEND_LATER, 0);
    write_named(stream, "write");
    fake_script.release_later = true;
    loop_close(&stream->handle, trace_close);
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    fake_deliver_closed(&stream->source);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("write:ECANCELED stream:closed");
}

static void a_closing_stream_takes_no_more_requests(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    loop_close(&stream->handle, trace_close);
    assert_in_range(-loop_write(stream, NEW(struct loop_write), "x", 1, NULL), 1, 4095);
    assert_in_range(-loop_shutdown(stream, NULL), 1, 4095);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("stream:closed");
    assert_int_equal(fake_call_count(FAKE_SEND), 0);
}

static void close_in_write(struct loop_write *write, int status)
{
    trace_write(write, status);
    loop_close(&write->stream->handle, trace_close);
}

static void a_stream_closed_by_a_write_callback_cancels_the_writes_behind(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    struct loop_write *write = NEW(struct loop_write);
    write->data = "first";
    assert_int_equal(loop_write(stream, write, "first", 5, close_in_write), 0);
    fake_answer_send(FAKE_SEND_LATER, 0);
    write_named(stream, "second");
    write_named(stream, "third");
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("first second:ECANCELED third:ECANCELED stream:closed");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(cancelled_writes_of_a_stream_that_the_kernel_holds_come_once_before_its_close),
        loop_test(writes_cancelled_by_close_are_called_back_before_the_close_callback),
        loop_test(a_write_that_was_out_before_the_close_is_not_reported_as_cancelled),
        loop_test(the_end_of_a_send_closed_earlier_in_its_batch_is_reported_once),
        loop_test(a_shutdown_that_waits_is_cancelled_by_close),
        loop_test(a_closing_stream_takes_no_more_requests),
        loop_test(a_stream_closed_by_a_write_callback_cancels_the_writes_behind),
    };
    return run_loop_tests(tests, argc, argv);
}
