/* Closing, and the end of a loop. */
#include "tests/loop/fixture.h"

#include <sys/socket.h>
#include <unistd.h>

static void start_reading(struct loop_stream *stream, loop_read_function *callback)
{
    assert_int_equal(loop_read_start(stream, callback), 0);
}

static void fail_read(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    (void)data;
    fail_msg("stream %s was closed and reads %zd", (const char *)stream->handle.data, bytes);
}

/* ---- close callbacks ---- */

static void close_callbacks_run_in_the_closing_phase_and_not_before(void **state)
{
    (void)state;
    new_check("check");
    loop_close(&new_timer("timer")->handle, trace_close);
    assert_trace("");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("check timer:closed");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("check");
}

static void the_handle_closed_last_is_called_back_first(void **state)
{
    (void)state;
    loop_close(&new_timer("first")->handle, trace_close);
    loop_close(&new_idle("second")->handle, trace_close);
    loop_close(&new_timer("third")->handle, trace_close);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("third:closed second:closed first:closed");
}

static void every_kind_of_handle_is_called_back_once(void **state)
{
    (void)state;
    loop_close(&new_timer("timer")->handle, trace_close);
    loop_close(&timer_in("started", MS(1))->handle, trace_close);
    loop_close(&new_idle("idle")->handle, trace_close);
    loop_close(&new_prepare("prepare")->handle, trace_close);
    loop_close(&new_check("check")->handle, trace_close);
    struct loop_async *async = keep_alive();
    async->handle.data = "async";
    loop_close(&async->handle, trace_close);
    loop_close(&new_stream("stream", NULL)->handle, trace_close);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("stream:closed async:closed check:closed prepare:closed idle:closed "
                 "started:closed timer:closed");
    assert_int_equal(elapsed_ns(), 0);
}

static void a_close_needs_no_callback(void **state)
{
    (void)state;
    loop_close(&new_timer("timer")->handle, NULL);
    loop_close(&new_stream("stream", NULL)->handle, NULL);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_int_equal(fake_call_count(FAKE_RELEASE), 1);
}

static void free_handle(struct loop_handle *handle)
{
    trace_close(handle);
    memset(handle, 0x5a, sizeof(struct loop_timer));
    free(handle);
}

static void the_memory_is_the_users_again_in_the_close_callback(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct loop_timer *timer = malloc(sizeof *timer);
        assert_non_null(timer);
        loop_timer_init(loop, timer);
        timer->handle.data = "timer";
        loop_timer_start(timer, trace_timer, MS(1), MS(1));
        loop_close(&timer->handle, free_handle);
    }
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("timer:closed timer:closed timer:closed");
}

static void free_stream(struct loop_handle *handle)
{
    trace_close(handle);
    memset(handle, 0x5a, sizeof(struct loop_stream));
    free(handle);
}

static void close_and_free_stream(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    trace_read(stream, bytes, data);
    loop_close(&stream->handle, free_stream);
}

static void a_stream_closed_and_freed_by_its_own_callback_is_not_touched_again(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    struct loop_stream *stream = malloc(sizeof *stream);
    assert_non_null(stream);
    loop_stream_init(loop, stream);
    stream->handle.data = "stream";
    assert_int_equal(loop_stream_open(stream, ends[0]), 0);
    start_reading(stream, close_and_free_stream);
    fake_deliver_bytes(&stream->source, "one");
    fake_deliver_bytes(&stream->source, "two");
    fake_deliver_end(&stream->source, 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("stream:one stream:closed");
    assert_int_equal(fake_call_count(FAKE_RECYCLE), 2);
    close(ends[1]);
}

static void close_another(struct loop_handle *handle)
{
    trace_close(handle);
    loop_close(&new_timer("another")->handle, trace_close);
}

static void a_handle_closed_in_a_close_callback_is_called_back_in_the_next_iteration(void **state)
{
    (void)state;
    new_check("check");
    loop_close(&new_timer("timer")->handle, close_another);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("check timer:closed");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("check another:closed");
}

static void a_closing_handle_is_closing_and_not_active(void **state)
{
    (void)state;
    struct loop_timer *timer = timer_in("timer", MS(1));
    loop_close(&timer->handle, trace_close);
    assert_true(loop_is_closing(&timer->handle));
    assert_false(loop_is_active(&timer->handle));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("timer:closed");
}

/* ---- the backend's side ---- */

static struct loop_stream *stream;

static void close_stream(struct loop_hook *hook)
{
    trace_hook(hook);
    loop_hook_stop(hook);
    loop_close(&stream->handle, trace_close);
}

static void a_stream_that_is_released_at_once_closes_in_the_same_iteration(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    prepare_calling(close_stream);
    new_check("check");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("prepare check stream:closed");
    assert_int_equal(fake_call_count(FAKE_RELEASE), 1);
}

static void
a_stream_that_the_kernel_still_holds_closes_in_the_iteration_of_its_last_event(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    start_reading(stream, trace_read);
    fake_script.release_later = true;
    prepare_calling(close_stream);
    new_check("check");
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("prepare check check");
    assert_true(loop_alive(loop));
    fake_deliver_closed(&stream->source);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("check stream:closed");
    assert_int_equal(fake_call_count(FAKE_RELEASE), 1);
}

static void poll_blocks_while_the_kernel_still_holds_a_stream_that_closes(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    fake_script.release_later = true;
    loop_close(&stream->handle, trace_close);
    fake_at(FAKE_EPOCH_NS + MS(20));
    fake_deliver_closed(&stream->source);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("stream:closed");
    assert_in_range(fake_call_count(FAKE_WAIT), 1, 2);
    assert_int_equal(elapsed_ns(), MS(20));
}

static void ignore_connection(struct loop_listener *listener, int status)
{
    (void)listener;
    (void)status;
}

static void a_listener_that_the_kernel_still_holds_closes_with_its_last_event(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("listener", ignore_connection);
    new_check("check");
    fake_script.release_later = true;
    loop_close(&listener->handle, trace_close);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("check");
    fake_deliver_closed(&listener->source);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("check listener:closed");
}

/* ---- events of the batch in which a handle was closed ---- */

static struct loop_stream *pair[2];

static void close_the_other_one(struct loop_stream *reader, ssize_t bytes, const void *data)
{
    trace_read(reader, bytes, data);
    struct loop_stream *other = pair[reader == pair[0]];
    other->on_read = fail_read;
    loop_close(&other->handle, trace_close);
}

static void closing_a_peer_in_the_same_batch_delivers_nothing(void **state)
{
    (void)state;
    pair[0] = new_stream("a", NULL);
    pair[1] = new_stream("b", NULL);
    start_reading(pair[0], close_the_other_one);
    start_reading(pair[1], close_the_other_one);
    fake_deliver_bytes(&pair[0]->source, "1");
    fake_deliver_bytes(&pair[1]->source, "2");
    fake_deliver_bytes(&pair[1]->source, "3");
    fake_deliver_end(&pair[1]->source, 0);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("a:1 b:closed");
    assert_int_equal(fake_call_count(FAKE_RECYCLE), 3);
}

static void close_itself(struct loop_stream *reader, ssize_t bytes, const void *data)
{
    trace_read(reader, bytes, data);
    loop_close(&reader->handle, trace_close);
}

static void a_stream_may_close_itself_in_each_of_its_callbacks(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    start_reading(stream, close_itself);
    fake_deliver_end(&stream->source, 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("stream:end stream:closed");
    stream = new_stream("stream", NULL);
    start_reading(stream, close_itself);
    fake_deliver_end(&stream->source, -ECONNRESET);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("stream:-ECONNRESET stream:closed");
}

static struct loop_listener *listener_to_close;

static void close_listener_in_read(struct loop_stream *reader, ssize_t bytes, const void *data)
{
    trace_read(reader, bytes, data);
    loop_close(&listener_to_close->handle, trace_close);
}

static void connections_of_a_listener_closed_earlier_in_the_batch_are_discarded(void **state)
{
    (void)state;
    listener_to_close = new_listener("listener", ignore_connection);
    stream = new_stream("stream", NULL);
    start_reading(stream, close_listener_in_read);
    fake_deliver_bytes(&stream->source, "x");
    fake_deliver_accept(&listener_to_close->source, FAKE_FD + 1);
    fake_deliver_accept(&listener_to_close->source, FAKE_FD + 2);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("stream:x listener:closed");
    assert_true(fake_discarded(FAKE_FD + 1));
    assert_true(fake_discarded(FAKE_FD + 2));
}

static void events_that_are_skipped_do_not_touch_handles_released_later(void **state)
{
    (void)state;
    pair[0] = new_stream("a", NULL);
    pair[1] = new_stream("b", NULL);
    start_reading(pair[0], close_the_other_one);
    start_reading(pair[1], close_the_other_one);
    fake_script.release_later = true;
    fake_deliver_bytes(&pair[0]->source, "1");
    fake_deliver_bytes(&pair[1]->source, "2");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("a:1");
    assert_int_equal(fake_call_count(FAKE_RECYCLE), 2);
    fake_deliver_closed(&pair[1]->source);
    fake_script.release_later = false;
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("b:closed");
}

/* ---- the end of a loop ---- */

static void a_loop_with_an_open_handle_cannot_be_destroyed(void **state)
{
    (void)state;
    struct loop_timer *timer = new_timer("timer");
    assert_int_equal(loop_destroy(loop), -EBUSY);
    loop_close(&timer->handle, trace_close);
    assert_int_equal(loop_destroy(loop), -EBUSY);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("timer:closed");
    assert_int_equal(fake_call_count(FAKE_CLOSE), 0);
    assert_int_equal(loop_destroy(loop), 0);
    assert_int_equal(fake_call_count(FAKE_CLOSE), 1);
    loop = NULL;
    fake_assert_clean();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(close_callbacks_run_in_the_closing_phase_and_not_before),
        loop_test(the_handle_closed_last_is_called_back_first),
        loop_test(every_kind_of_handle_is_called_back_once),
        loop_test(a_close_needs_no_callback),
        loop_test(the_memory_is_the_users_again_in_the_close_callback),
        loop_test(a_stream_closed_and_freed_by_its_own_callback_is_not_touched_again),
        loop_test(a_handle_closed_in_a_close_callback_is_called_back_in_the_next_iteration),
        loop_test(a_closing_handle_is_closing_and_not_active),
        loop_test(a_stream_that_is_released_at_once_closes_in_the_same_iteration),
        loop_test(a_stream_that_the_kernel_still_holds_closes_in_the_iteration_of_its_last_event),
        loop_test(poll_blocks_while_the_kernel_still_holds_a_stream_that_closes),
        loop_test(a_listener_that_the_kernel_still_holds_closes_with_its_last_event),
        loop_test(closing_a_peer_in_the_same_batch_delivers_nothing),
        loop_test(a_stream_may_close_itself_in_each_of_its_callbacks),
        loop_test(connections_of_a_listener_closed_earlier_in_the_batch_are_discarded),
        loop_test(events_that_are_skipped_do_not_touch_handles_released_later),
        loop_test(a_loop_with_an_open_handle_cannot_be_destroyed),
    };
    return run_loop_tests(tests, argc, argv);
}
