/* Streams: data that a callback keeps. */
#include "tests/loop/fixture.h"

static int kept[2];
static const char *kept_data[2];
static unsigned kept_count;

static void keep_what_comes(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    assert_true(bytes > 0);
    kept_data[kept_count] = data;
    kept[kept_count++] = loop_read_keep(stream);
    assert_int_equal(loop_read_keep(stream), -EAGAIN);
}

static void data_that_is_kept_stays_until_it_is_given_back(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    kept_count = 0;
    assert_int_equal(loop_read_start(stream, keep_what_comes), 0);
    fake_deliver_bytes(&stream->source, "one");
    fake_deliver_bytes(&stream->source, "two");
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_int_equal(kept_count, 2);
    assert_true(kept[0] >= 0 && kept[1] >= 0 && kept[0] != kept[1]);
    assert_int_equal(fake_call_count(FAKE_RECYCLE), 0);
    assert_memory_equal(kept_data[0], "one", 3);
    assert_memory_equal(kept_data[1], "two", 3);
    assert_int_equal(loop_read_keep(stream), -EAGAIN);
    loop_read_give_back(loop, kept[1]);
    assert_int_equal(fake_call(FAKE_RECYCLE, 0)->buffer, kept[1]);
    loop_read_give_back(loop, kept[0]);
    assert_int_equal(fake_call_count(FAKE_RECYCLE), 2);
}

static void keep_and_close(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    keep_what_comes(stream, bytes, data);
    loop_close(&stream->handle, trace_close);
}

static void data_may_be_kept_by_a_callback_that_closes_its_stream(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    kept_count = 0;
    assert_int_equal(loop_read_start(stream, keep_and_close), 0);
    fake_deliver_bytes(&stream->source, "last");
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("s:closed");
    assert_int_equal(fake_call_count(FAKE_RECYCLE), 0);
    loop_read_give_back(loop, kept[0]);
    assert_int_equal(fake_call_count(FAKE_RECYCLE), 1);
}

static void stop_and_trace(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    trace_read(stream, bytes, data);
    loop_read_stop(stream);
}

static void data_that_waited_for_reading_is_in_no_buffer_and_cannot_be_kept(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    kept_count = 0;
    assert_int_equal(loop_read_start(stream, stop_and_trace), 0);
    fake_deliver_bytes(&stream->source, "one");
    fake_deliver_bytes(&stream->source, "two");
    loop_run(loop, LOOP_NOWAIT);
    assert_int_equal(loop_read_start(stream, keep_what_comes), 0);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("s:one");
    assert_int_equal(kept_count, 1);
    assert_int_equal(kept[0], -EAGAIN);
    assert_int_equal(fake_call_count(FAKE_RECYCLE), 2);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(data_that_is_kept_stays_until_it_is_given_back),
        loop_test(data_may_be_kept_by_a_callback_that_closes_its_stream),
        loop_test(data_that_waited_for_reading_is_in_no_buffer_and_cannot_be_kept),
    };
    return run_loop_tests(tests, argc, argv);
}
