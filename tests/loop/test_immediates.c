/* Immediates: when they run, what they keep alive, whom they cannot starve. */
#include "tests/loop/tasks.h"

static void immediates_run_behind_the_check_hooks_first_in_first_out(void **state)
{
    (void)state;
    immediate("1");
    immediate("2");
    new_check("check");
    immediate("3");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("check 1 2 3");
}

static void an_immediate_runs_once(void **state)
{
    (void)state;
    immediate("1");
    keep_alive();
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("1");
}

static void queue_again(struct loop_immediate *immediate)
{
    trace_immediate(immediate);
    assert_false(loop_immediate_is_queued(immediate));
    assert_int_equal(loop_immediate_start(immediate, queue_again), 0);
}

static void an_immediate_that_queues_itself_starves_neither_timers_nor_input(void **state)
{
    (void)state;
    struct loop_immediate *again = immediate_calling("immediate", queue_again);
    struct loop_stream *stream = new_stream("read", NULL);
    loop_read_start(stream, trace_read);
    fake_deliver_bytes(&stream->source, "x");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("read:x immediate");
    timer_in("timer", 0);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("timer immediate");
    loop_immediate_stop(again);
}

static void start_timer_and_immediate(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    trace_read(stream, bytes, data);
    timer_in("timer", 0);
    immediate("immediate");
}

static void inside_an_io_callback_the_immediate_comes_before_the_timer(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("read", NULL);
    loop_read_start(stream, start_timer_and_immediate);
    fake_deliver_bytes(&stream->source, "x");
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("read:x immediate timer");
}

static void queue_immediate(struct loop_hook *hook)
{
    trace_hook(hook);
    immediate("immediate");
    loop_hook_stop(hook);
}

static void an_immediate_queued_by_a_check_hook_runs_in_the_same_phase(void **state)
{
    (void)state;
    check_calling(queue_immediate);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("check immediate");
}

/* ---- blocking and staying alive ---- */

static void a_queued_immediate_keeps_poll_from_blocking(void **state)
{
    (void)state;
    timer_in("timer", MS(100));
    immediate("immediate");
    loop_run(loop, LOOP_ONCE);
    assert_int_equal(last_wait_ns(), 0);
    assert_trace("immediate");
    loop_run(loop, LOOP_ONCE);
    assert_int_equal(last_wait_ns(), MS(100));
    assert_trace("timer");
}

static void a_queued_immediate_keeps_the_loop_alive(void **state)
{
    (void)state;
    immediate("immediate");
    assert_true(loop_alive(loop));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("immediate");
    assert_false(loop_alive(loop));
}

static void
an_unreferenced_immediate_neither_keeps_the_loop_alive_nor_poll_from_blocking(void **state)
{
    (void)state;
    struct loop_immediate *unreferenced = immediate("immediate");
    loop_immediate_unref(unreferenced);
    assert_false(loop_alive(loop));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("");
    timer_in("timer", MS(10));
    loop_run(loop, LOOP_ONCE);
    assert_int_equal(last_wait_ns(), MS(10));
    assert_trace("immediate timer");
}

static void ref_and_unref_may_be_repeated_and_changed_while_it_is_queued(void **state)
{
    (void)state;
    struct loop_immediate *one = immediate("immediate");
    loop_immediate_unref(one);
    loop_immediate_unref(one);
    assert_false(loop_alive(loop));
    loop_immediate_ref(one);
    loop_immediate_ref(one);
    assert_true(loop_alive(loop));
    loop_immediate_unref(one);
    loop_immediate_stop(one);
    loop_immediate_ref(one);
    assert_false(loop_alive(loop));
    assert_int_equal(loop_immediate_start(one, trace_immediate), 0);
    assert_true(loop_alive(loop));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("immediate");
}

/* ---- stopping ---- */

static void a_stopped_immediate_does_not_run_and_keeps_nothing_alive(void **state)
{
    (void)state;
    struct loop_immediate *stopped = immediate("immediate");
    loop_immediate_stop(stopped);
    loop_immediate_stop(stopped);
    assert_false(loop_alive(loop));
    keep_alive();
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("");
}

static struct loop_immediate *others[2];

static void stop_the_neighbours(struct loop_immediate *immediate)
{
    trace_immediate(immediate);
    loop_immediate_stop(others[0]);
    loop_immediate_stop(others[1]);
}

static void an_immediate_may_stop_those_of_its_own_phase(void **state)
{
    (void)state;
    immediate_calling("1", stop_the_neighbours);
    others[0] = immediate("2");
    immediate("3");
    others[1] = immediate("4");
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("1 3");
}

static void stop_in_tick(struct loop_task *task)
{
    (void)task;
    loop_immediate_stop(others[0]);
}

static void queue_stopping(struct loop_immediate *immediate)
{
    trace_immediate(immediate);
    tick_calling(stop_in_tick);
}

static void a_tick_of_one_immediate_may_stop_the_next(void **state)
{
    (void)state;
    immediate_calling("1", queue_stopping);
    others[0] = immediate("2");
    immediate("3");
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("1 3");
}

static void stop_the_loop(struct loop_immediate *immediate)
{
    trace_immediate(immediate);
    loop_stop(loop);
}

static void an_immediate_that_stops_the_loop_lets_those_of_its_phase_run(void **state)
{
    (void)state;
    immediate_calling("1", stop_the_loop);
    struct loop_immediate *again = immediate_calling("2", queue_again);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 1);
    assert_trace("1 2");
    assert_int_equal(loop_run(loop, LOOP_NOWAIT), 1);
    assert_trace("2");
    loop_immediate_stop(again);
}

/* ---- bad use ---- */

static void an_immediate_that_is_queued_already_is_refused(void **state)
{
    (void)state;
    struct loop_immediate *one = immediate("immediate");
    assert_int_equal(loop_immediate_start(one, queue_again), -EBUSY);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("immediate");
    assert_int_equal(loop_immediate_start(one, NULL), -EINVAL);
    assert_false(loop_alive(loop));
}

static void a_loop_with_a_queued_immediate_is_not_destroyed(void **state)
{
    (void)state;
    struct loop_immediate *one = immediate("immediate");
    loop_immediate_unref(one);
    assert_int_equal(loop_destroy(loop), -EBUSY);
    loop_immediate_stop(one);
}

static void free_itself(struct loop_immediate *immediate)
{
    trace("freed");
    free(immediate);
}

static void an_immediate_is_the_callers_again_once_its_callback_has_begun(void **state)
{
    (void)state;
    struct loop_immediate *one = malloc(sizeof *one);
    assert_non_null(one);
    loop_immediate_init(loop, one);
    assert_int_equal(loop_immediate_start(one, free_itself), 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("freed");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(immediates_run_behind_the_check_hooks_first_in_first_out),
        loop_test(an_immediate_runs_once),
        loop_test(an_immediate_that_queues_itself_starves_neither_timers_nor_input),
        loop_test(inside_an_io_callback_the_immediate_comes_before_the_timer),
        loop_test(an_immediate_queued_by_a_check_hook_runs_in_the_same_phase),
        loop_test(a_queued_immediate_keeps_poll_from_blocking),
        loop_test(a_queued_immediate_keeps_the_loop_alive),
        loop_test(an_unreferenced_immediate_neither_keeps_the_loop_alive_nor_poll_from_blocking),
        loop_test(ref_and_unref_may_be_repeated_and_changed_while_it_is_queued),
        loop_test(a_stopped_immediate_does_not_run_and_keeps_nothing_alive),
        loop_test(an_immediate_may_stop_those_of_its_own_phase),
        loop_test(a_tick_of_one_immediate_may_stop_the_next),
        loop_test(an_immediate_that_stops_the_loop_lets_those_of_its_phase_run),
        loop_test(an_immediate_that_is_queued_already_is_refused),
        loop_test(a_loop_with_a_queued_immediate_is_not_destroyed),
        loop_test(an_immediate_is_the_callers_again_once_its_callback_has_begun),
    };
    return run_loop_tests(tests, argc, argv);
}
