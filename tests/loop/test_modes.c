/* The run modes, and stopping. */
#include "tests/loop/fixture.h"

static void stop_loop(struct loop_hook *hook)
{
    trace_hook(hook);
    loop_stop(loop);
}

static void mode_once_runs_timers_that_fell_due_in_poll_before_it_returns(void **state)
{
    (void)state;
    new_check("check");
    timer_in("timer", MS(10));
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_trace("check timer");
    assert_int_equal(fake_call_count(FAKE_WAIT), 1);
}

static void stop_hook(struct loop_hook *hook)
{
    trace_hook(hook);
    loop_hook_stop(hook);
}

static void mode_once_does_not_block_behind_an_idle_hook_that_stopped_itself(void **state)
{
    (void)state;
    idle_calling(stop_hook);
    timer_in("timer", MS(100));
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_int_equal(last_wait_ns(), 0);
    assert_trace("idle");
}

static void mode_once_returns_after_an_event_even_when_no_timer_is_due(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("read", NULL);
    loop_read_start(stream, trace_read);
    timer_in("timer", MS(10));
    fake_at(FAKE_EPOCH_NS + MS(4));
    fake_deliver_bytes(&stream->source, "x");
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_trace("read:x");
}

static void mode_nowait_runs_one_iteration_and_does_not_block(void **state)
{
    (void)state;
    timer_in("timer", MS(10));
    new_prepare("prepare");
    assert_int_equal(loop_run(loop, LOOP_NOWAIT), 1);
    assert_int_equal(fake_call_count(FAKE_WAIT), 1);
    assert_int_equal(last_wait_ns(), 0);
    assert_int_equal(elapsed_ns(), 0);
    assert_trace("prepare");
}

static void mode_default_runs_until_nothing_is_alive(void **state)
{
    (void)state;
    timer_in("1", MS(10));
    timer_in("3", MS(30));
    timer_in("2", MS(20));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("1 2 3");
    assert_int_equal(elapsed_ns(), MS(30));
}

static void a_loop_with_nothing_alive_returns_without_polling(void **state)
{
    (void)state;
    new_timer("never started");
    loop_unref(&new_check("check")->handle);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_int_equal(loop_run(loop, LOOP_ONCE), 0);
    assert_int_equal(loop_run(loop, LOOP_NOWAIT), 0);
    assert_int_equal(fake_call_count(FAKE_WAIT), 0);
    assert_trace("");
}

static void stop_loop_in_timer(struct loop_timer *timer)
{
    trace_timer(timer);
    loop_stop(loop);
}

static void stop_ends_the_run_after_the_iteration_that_is_running(void **state)
{
    (void)state;
    struct loop_timer *timer = new_timer("timer");
    loop_timer_start(timer, stop_loop_in_timer, 0, MS(1));
    timer_in("due too", 0);
    new_prepare("prepare");
    new_check("check");
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 1);
    assert_trace("timer due too prepare check");
}

static void a_loop_that_was_stopped_can_run_again(void **state)
{
    (void)state;
    prepare_calling(stop_loop);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 1);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 1);
    assert_trace("prepare prepare");
}

static void a_stop_before_the_run_makes_it_run_nothing_and_is_used_up(void **state)
{
    (void)state;
    timer_in("timer", 0);
    loop_stop(loop);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 1);
    assert_trace("");
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("timer");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(mode_once_runs_timers_that_fell_due_in_poll_before_it_returns),
        loop_test(mode_once_returns_after_an_event_even_when_no_timer_is_due),
        loop_test(mode_once_does_not_block_behind_an_idle_hook_that_stopped_itself),
        loop_test(mode_nowait_runs_one_iteration_and_does_not_block),
        loop_test(mode_default_runs_until_nothing_is_alive),
        loop_test(a_loop_with_nothing_alive_returns_without_polling),
        loop_test(stop_ends_the_run_after_the_iteration_that_is_running),
        loop_test(a_loop_that_was_stopped_can_run_again),
        loop_test(a_stop_before_the_run_makes_it_run_nothing_and_is_used_up),
    };
    return run_loop_tests(tests, argc, argv);
}
