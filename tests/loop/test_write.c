/* Streams: writing.
 *
 * A write that finishes at once is called back in the next pending phase, the one before idle.
 * libuv 1.44.2 also empties its pending queue after poll, so that there such a callback comes
 * before check already; the order among writes, and never from within the call, is common to both.
 */
#include "tests/loop/fixture.h"

static bool in_write;

static void trace_later(struct loop_write *write, int status)
{
    if (in_write)
        fail_msg("the callback of a write runs within loop_write()");
    trace_write(write, status);
}

static struct loop_write *write_later(struct loop_stream *stream, const char *name)
{
    struct loop_write *write = NEW(struct loop_write);
    write->data = (void *)name;
    in_write = true;
    assert_int_equal(loop_write(stream, write, name, strlen(name), trace_later), 0);
    in_write = false;
    return write;
}

static struct loop_stream *stream;

static void write_in_hook(struct loop_hook *hook)
{
    trace_hook(hook);
    loop_hook_stop(hook);
    write_later(stream, "written");
}

static void check_next_iteration(struct loop_hook *(*calling)(loop_hook_function *),
                                 const char *expected)
{
    stream = new_stream("stream", NULL);
    new_check("end");
    calling(write_in_hook);
    loop_run(loop, LOOP_NOWAIT);
    timer_in("timer", 0);
    new_idle("next");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace(expected);
}

static void a_write_that_finishes_at_once_in_idle_is_called_back_in_the_next_iteration(void **state)
{
    (void)state;
    check_next_iteration(idle_calling, "idle end timer written next end");
}

static void
a_write_that_finishes_at_once_in_prepare_is_called_back_in_the_next_iteration(void **state)
{
    (void)state;
    check_next_iteration(prepare_calling, "prepare end timer written next end");
}

static void echo(struct loop_stream *source, ssize_t bytes, const void *data)
{
    trace_read(source, bytes, data);
    write_later(source, "written");
}

static void a_write_that_finishes_at_once_in_poll_is_called_back_in_the_next_iteration(void **state)
{
    (void)state;
    stream = new_stream("read", NULL);
    assert_int_equal(loop_read_start(stream, echo), 0);
    new_check("check");
    fake_deliver_bytes(&stream->source, "x");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("read:x check");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("written check");
}

static void write_in_timer(struct loop_timer *timer)
{
    trace_timer(timer);
    write_later(stream, "written");
}

static void a_write_that_finishes_at_once_in_a_timer_is_called_back_in_a_pending_phase(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    loop_timer_start(new_timer("timer"), write_in_timer, 0, 0);
    timer_in("other timer", 0);
    new_idle("idle");
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_true(strcmp(fixture_trace(), "timer other timer written idle idle") == 0 ||
                strcmp(fixture_trace(), "timer other timer idle written idle") == 0);
    fixture_clear_trace();
}

static void write_again(struct loop_write *write, int status)
{
    trace_write(write, status);
    if (loop_is_closing(&write->stream->handle))
        return;
    struct loop_write *next = NEW(struct loop_write);
    next->data = "again";
    assert_int_equal(loop_write(write->stream, next, "again", 5, write_again), 0);
}

static void write_callbacks_that_write_again_starve_neither_other_streams_nor_phases(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct loop_write *write = NEW(struct loop_write);
        write->data = "first";
        stream = new_stream("stream", NULL);
        assert_int_equal(loop_write(stream, write, "first", 5, write_again), 0);
    }
    new_check("check");
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("first first check again again check again again check");
}

/* ---- order ---- */

static void assert_sent(const char *const *names, size_t count)
{
    assert_int_equal(fake_call_count(FAKE_SEND), count);
    for (size_t i = 0; i < count; i++) {
        const struct fake_call *send = fake_call(FAKE_SEND, (int)i);
        assert_int_equal(send->length, strlen(names[i]));
        assert_memory_equal(send->data, names[i], strlen(names[i]));
    }
}

static void writes_go_out_and_are_called_back_in_order(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    write_later(stream, "one");
    write_later(stream, "two");
    write_later(stream, "three");
    loop_run(loop, LOOP_DEFAULT);
    assert_trace("one two three");
    assert_sent((const char *const[]){"one", "two", "three"}, 3);
}

static void a_partial_write_holds_back_those_behind_it_until_all_of_it_is_out(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    fake_answer_send(FAKE_SEND_LATER, 2);
    write_later(stream, "partial");
    write_later(stream, "behind");
    keep_alive();
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("");
    assert_sent((const char *const[]){"partial"}, 1);
    fake_deliver_sent(&stream->source, 0);
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("partial behind");
    assert_sent((const char *const[]){"partial", "behind"}, 2);
}

static void writes_that_each_finish_later_are_called_back_one_by_one(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    for (int i = 0; i < 3; i++)
        fake_answer_send(FAKE_SEND_LATER, 0);
    write_later(stream, "one");
    write_later(stream, "two");
    write_later(stream, "three");
    keep_alive();
    static const char *const expected[] = {"one", "two", "three"};
    for (int i = 0; i < 3; i++) {
        fake_deliver_sent(&stream->source, 0);
        loop_run(loop, LOOP_NOWAIT);
        loop_run(loop, LOOP_NOWAIT);
        assert_trace(expected[i]);
    }
}

static void a_write_made_while_an_earlier_callback_is_pending_stays_behind_it(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    write_later(stream, "one");
    fake_answer_send(FAKE_SEND_LATER, 0);
    write_later(stream, "two");
    write_later(stream, "three");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("one");
    fake_deliver_sent(&stream->source, 0);
    loop_run(loop, LOOP_DEFAULT);
    assert_trace("two three");
}

static void writes_on_two_streams_do_not_wait_for_each_other(void **state)
{
    (void)state;
    struct loop_stream *slow = new_stream("slow", NULL), *fast = new_stream("fast", NULL);
    fake_answer_send(FAKE_SEND_LATER, 0);
    write_later(slow, "slow");
    write_later(fast, "fast");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("fast");
    fake_deliver_sent(&slow->source, 0);
    loop_run(loop, LOOP_DEFAULT);
    assert_trace("slow");
}

static void a_write_without_a_callback_is_done_too(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    assert_int_equal(loop_write(stream, NEW(struct loop_write), "x", 1, NULL), 0);
    fake_answer_send(FAKE_SEND_LATER, 0);
    assert_int_equal(loop_write(stream, NEW(struct loop_write), "y", 1, NULL), 0);
    loop_run(loop, LOOP_NOWAIT);
    fake_deliver_sent(&stream->source, 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_sent((const char *const[]){"x", "y"}, 2);
}

static void a_write_of_no_bytes_is_called_back_and_never_sent(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    fake_answer_send(FAKE_SEND_LATER, 0);
    write_later(stream, "before");
    struct loop_write *empty = NEW(struct loop_write);
    empty->data = "empty";
    int r = loop_write(stream, empty, "", 0, trace_later);
    if (r == 0) {
        write_later(stream, "after");
        fake_deliver_sent(&stream->source, 0);
        assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
        assert_trace("before empty after");
        assert_sent((const char *const[]){"before", "after"}, 2);
        return;
    }
    assert_int_equal(r, -EINVAL);
    fake_deliver_sent(&stream->source, 0);
    loop_run(loop, LOOP_DEFAULT);
    fixture_clear_trace();
}

/* ---- errors ---- */

static void a_write_that_fails_at_once_says_so_in_its_callback(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    fake_answer_send(-EPIPE, 0);
    write_later(stream, "failed");
    new_check("check");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("failed:EPIPE check");
}

static void a_write_that_fails_later_says_so_in_its_callback(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    fake_answer_send(FAKE_SEND_LATER, 0);
    write_later(stream, "failed");
    fake_deliver_sent(&stream->source, -EPIPE);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("failed:EPIPE");
}

static void writes_behind_one_that_failed_later_fail_in_order_and_are_not_sent(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    fake_answer_send(FAKE_SEND_LATER, 2);
    write_later(stream, "one");
    write_later(stream, "two");
    fake_deliver_sent(&stream->source, -EPIPE);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    write_later(stream, "three");
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("one:EPIPE two:EPIPE three:EPIPE");
    assert_sent((const char *const[]){"one"}, 1);
}

static void writes_behind_one_that_failed_at_once_fail_in_order_and_are_not_sent(void **state)
{
    (void)state;
    stream = new_stream("stream", NULL);
    fake_answer_send(-EPIPE, 0);
    write_later(stream, "one");
    write_later(stream, "two");
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("one:EPIPE two:EPIPE");
    assert_sent((const char *const[]){"one"}, 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(a_write_that_finishes_at_once_in_idle_is_called_back_in_the_next_iteration),
        loop_test(a_write_that_finishes_at_once_in_prepare_is_called_back_in_the_next_iteration),
        loop_test(a_write_that_finishes_at_once_in_poll_is_called_back_in_the_next_iteration),
        loop_test(a_write_that_finishes_at_once_in_a_timer_is_called_back_in_a_pending_phase),
        loop_test(write_callbacks_that_write_again_starve_neither_other_streams_nor_phases),
        loop_test(writes_go_out_and_are_called_back_in_order),
        loop_test(a_partial_write_holds_back_those_behind_it_until_all_of_it_is_out),
        loop_test(writes_that_each_finish_later_are_called_back_one_by_one),
        loop_test(a_write_made_while_an_earlier_callback_is_pending_stays_behind_it),
        loop_test(writes_on_two_streams_do_not_wait_for_each_other),
        loop_test(a_write_without_a_callback_is_done_too),
        loop_test(a_write_of_no_bytes_is_called_back_and_never_sent),
        loop_test(a_write_that_fails_at_once_says_so_in_its_callback),
        loop_test(a_write_that_fails_later_says_so_in_its_callback),
        loop_test(writes_behind_one_that_failed_later_fail_in_order_and_are_not_sent),
        loop_test(writes_behind_one_that_failed_at_once_fail_in_order_and_are_not_sent),
    };
    return run_loop_tests(tests, argc, argv);
}
