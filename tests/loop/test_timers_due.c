/* What timer callbacks may do to timers that are due too. */
#include "tests/loop/fixture.h"

static struct loop_timer *second;

static void start_another_at_once(struct loop_timer *timer)
{
    trace_timer(timer);
    timer_in("new", 0);
}

static void a_timer_started_due_while_timers_run_waits_for_the_next_iteration(void **state)
{
    (void)state;
    timer_start(new_timer("timer"), start_another_at_once, 0, 0);
    new_check("check");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("timer check");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("new check");
}

static void restart_at_once(struct loop_timer *timer)
{
    trace_timer(timer);
    timer_start(timer, restart_at_once, 0, 0);
}

static void a_timer_that_restarts_itself_at_once_does_not_starve_the_other_phases(void **state)
{
    (void)state;
    timer_start(new_timer("timer"), restart_at_once, 0, 0);
    new_check("check");
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("timer check timer check");
}

static void take_time(struct loop_timer *timer)
{
    trace_timer(timer);
    fake_advance(MS(50));
    loop_update_time(loop);
}

static void a_timer_that_falls_due_while_timers_run_waits_for_the_next_iteration(void **state)
{
    (void)state;
    timer_start(new_timer("slow"), take_time, MS(10), 0);
    timer_in("later", MS(30));
    new_check("check");
    fake_advance(MS(10));
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("slow check");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("later check");
}

static void stop_second(struct loop_timer *timer)
{
    trace_timer(timer);
    loop_timer_stop(second);
    assert_false(loop_is_active(&second->handle));
}

static void a_due_timer_stopped_by_an_earlier_one_does_not_run(void **state)
{
    (void)state;
    timer_start(new_timer("first"), stop_second, 0, 0);
    second = timer_in("second", 0);
    timer_in("third", 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("first third");
}

static void restart_second(struct loop_timer *timer)
{
    trace_timer(timer);
    timer_start(second, trace_time, MS(20), 0);
    assert_true(loop_is_active(&second->handle));
}

static void a_due_timer_restarted_by_an_earlier_one_runs_once_at_its_new_time(void **state)
{
    (void)state;
    timer_start(new_timer("first"), restart_second, 0, 0);
    second = timer_in("second", 0);
    timer_in("third", 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("first third second@20");
}

static void restart_second_at_once(struct loop_timer *timer)
{
    trace_timer(timer);
    timer_start(second, trace_timer, 0, 0);
}

static void a_due_timer_restarted_due_by_an_earlier_one_waits_for_the_next_iteration(void **state)
{
    (void)state;
    timer_start(new_timer("first"), restart_second_at_once, 0, 0);
    second = timer_in("second", 0);
    new_check("check");
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("first check second check");
}

static void close_second(struct loop_timer *timer)
{
    trace_timer(timer);
    loop_close(&second->handle, trace_close);
}

static void a_due_timer_closed_by_an_earlier_one_does_not_run(void **state)
{
    (void)state;
    timer_start(new_timer("first"), close_second, 0, 0);
    second = timer_in("second", 0);
    timer_in("third", 0);
    new_check("check");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("first third check second:closed");
}

static void close_itself(struct loop_timer *timer)
{
    trace_timer(timer);
    loop_close(&timer->handle, trace_close);
}

static void a_repeating_timer_that_closes_itself_runs_once(void **state)
{
    (void)state;
    timer_start(new_timer("timer"), close_itself, MS(1), MS(1));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("timer timer:closed");
}

static void stop_second_and_start_it(struct loop_timer *timer)
{
    stop_second(timer);
    timer_start(second, trace_time, MS(5), 0);
}

static void a_due_timer_stopped_and_started_again_runs_once_at_its_new_time(void **state)
{
    (void)state;
    timer_start(new_timer("first"), stop_second_and_start_it, 0, 0);
    second = timer_in("second", 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("first second@5");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(a_timer_started_due_while_timers_run_waits_for_the_next_iteration),
        loop_test(a_timer_that_restarts_itself_at_once_does_not_starve_the_other_phases),
        loop_test(a_timer_that_falls_due_while_timers_run_waits_for_the_next_iteration),
        loop_test(a_due_timer_stopped_by_an_earlier_one_does_not_run),
        loop_test(a_due_timer_restarted_by_an_earlier_one_runs_once_at_its_new_time),
        loop_test(a_due_timer_restarted_due_by_an_earlier_one_waits_for_the_next_iteration),
        loop_test(a_due_timer_closed_by_an_earlier_one_does_not_run),
        loop_test(a_repeating_timer_that_closes_itself_runs_once),
        loop_test(a_due_timer_stopped_and_started_again_runs_once_at_its_new_time),
    };
    return run_loop_tests(tests, argc, argv);
}
