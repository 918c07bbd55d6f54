/* Both ways to drain, behind what streams call back, and behind every phase of an iteration. */
#include "tests/loop/tasks.h"

static void queue_from_read(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    (void)bytes;
    (void)data;
    trace_and_queue(stream->handle.data);
}

static struct loop_stream *reading_stream(const char *name)
{
    struct loop_stream *stream = new_stream(name, NULL);
    assert_int_equal(loop_read_start(stream, queue_from_read), 0);
    return stream;
}

static void arrange_reads(void)
{
    fake_deliver_bytes(&reading_stream("1")->source, "x");
    fake_deliver_end(&reading_stream("2")->source, 0);
}

static void tasks_of_reads(void **state)
{
    (void)state;
    assert_both_ways(arrange_reads);
}

/* ---- writes and shutdowns: in poll when they finish later, in pending when at once ---- */

static void queue_from_write(struct loop_write *write, int status)
{
    assert_int_equal(status, 0);
    trace_and_queue(write->data);
}

static struct loop_stream *write_one(const char *name)
{
    struct loop_stream *stream = new_stream(name, NULL);
    struct loop_write *write = NEW(struct loop_write);
    write->data = (void *)name;
    assert_int_equal(loop_write(stream, write, "x", 1, queue_from_write), 0);
    return stream;
}

static void arrange_late_writes(void)
{
    fake_answer_send(FAKE_SEND_LATER, 0);
    fake_answer_send(FAKE_SEND_LATER, 0);
    fake_deliver_sent(&write_one("1")->source, 0);
    fake_deliver_sent(&write_one("2")->source, 0);
}

static void tasks_of_writes_that_finish_in_poll(void **state)
{
    (void)state;
    assert_both_ways(arrange_late_writes);
}

static void arrange_pending_writes(void)
{
    write_one("1");
    write_one("2");
}

static void tasks_of_writes_that_finished_at_once(void **state)
{
    (void)state;
    assert_both_ways(arrange_pending_writes);
}

static void arrange_writes_of_one_stream(void)
{
    struct loop_stream *stream = write_one("1");
    struct loop_write *second = NEW(struct loop_write);
    second->data = (void *)"2";
    assert_int_equal(loop_write(stream, second, "y", 1, queue_from_write), 0);
}

static void tasks_of_two_writes_of_one_stream(void **state)
{
    (void)state;
    assert_both_ways(arrange_writes_of_one_stream);
}

static void queue_from_shutdown(struct loop_stream *stream, int status)
{
    assert_int_equal(status, 0);
    trace_and_queue(stream->handle.data);
}

static void arrange_shutdowns(void)
{
    assert_int_equal(loop_shutdown(new_stream("1", NULL), queue_from_shutdown), 0);
    assert_int_equal(loop_shutdown(new_stream("2", NULL), queue_from_shutdown), 0);
}

static void tasks_of_shutdowns(void **state)
{
    (void)state;
    assert_both_ways(arrange_shutdowns);
}

static void queue_from_close(struct loop_handle *handle)
{
    trace_and_queue(handle->data);
}

static void queue_from_canceled_write(struct loop_write *write, int status)
{
    assert_int_equal(status, -ECANCELED);
    trace_and_queue(write->data);
}

static void arrange_canceled_write(void)
{
    fake_answer_send(FAKE_SEND_LATER, 0);
    struct loop_stream *stream = new_stream("2", NULL);
    struct loop_write *write = NEW(struct loop_write);
    write->data = (void *)"1";
    assert_int_equal(loop_write(stream, write, "x", 1, queue_from_canceled_write), 0);
    loop_close(&stream->handle, queue_from_close);
}

static void tasks_of_a_canceled_write_run_before_the_close_callback(void **state)
{
    (void)state;
    assert_both_ways(arrange_canceled_write);
}

/* ---- all of them ---- */

static void queue_from_timer(struct loop_timer *timer)
{
    trace_and_queue(timer->handle.data);
}

static void queue_from_hook(struct loop_hook *hook)
{
    trace_and_queue(hook->handle.data);
}

static void every_phase_is_drained_before_the_next_one_either_way(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(loop_timer_start(new_timer("timer"), queue_from_timer, 0, 0), 0);
        write_one("pending");
        idle_calling(queue_from_hook)->handle.data = "idle";
        prepare_calling(queue_from_hook)->handle.data = "prepare";
        fake_deliver_bytes(&reading_stream("read")->source, "x");
        check_calling(queue_from_hook)->handle.data = "check";
        loop_close(&new_timer("close")->handle, queue_from_close);
        loop_run(loop, LOOP_NOWAIT);
        assert_trace("timer timer.t timer.m pending pending.t pending.m idle idle.t idle.m "
                     "prepare prepare.t prepare.m read read.t read.m check check.t check.m "
                     "close close.t close.m");
        drain_after_phase();
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(tasks_of_reads),
        loop_test(tasks_of_writes_that_finish_in_poll),
        loop_test(tasks_of_writes_that_finished_at_once),
        loop_test(tasks_of_two_writes_of_one_stream),
        loop_test(tasks_of_shutdowns),
        loop_test(tasks_of_a_canceled_write_run_before_the_close_callback),
        loop_test(every_phase_is_drained_before_the_next_one_either_way),
    };
    return run_loop_tests(tests, argc, argv);
}
