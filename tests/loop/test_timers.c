/* Timers: order, repeats, start and stop. */
#include "tests/loop/fixture.h"

static struct loop_timer *first;

/* ---- order ---- */

static void
of_timers_at_100_200_300_and_400_ms_a_loop_blocked_until_250_ms_runs_the_first_two(void **state)
{
    (void)state;
    timer_in("400", MS(400));
    timer_in("200", MS(200));
    timer_in("100", MS(100));
    timer_in("300", MS(300));
    fake_advance(MS(250));
    assert_int_equal(loop_run(loop, LOOP_NOWAIT), 1);
    assert_trace("100 200");
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_int_equal(last_wait_ns(), MS(50));
    assert_trace("300");
    assert_int_equal(loop_run(loop, LOOP_ONCE), 0);
    assert_int_equal(elapsed_ns(), MS(400));
    assert_trace("400");
}

static void timers_due_at_the_same_time_run_in_the_order_of_their_start(void **state)
{
    (void)state;
    struct loop_timer *restarted = timer_in("restarted", MS(10));
    timer_in("a", MS(10));
    timer_in("b", MS(10));
    fake_advance(MS(4));
    loop_update_time(loop);
    timer_in("c", MS(6));
    timer_start(restarted, trace_timer, MS(6), 0);
    timer_in("earlier", MS(5));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("earlier a b c restarted");
}

static void a_thousand_timers_due_together_run_in_the_order_of_their_start(void **state)
{
    (void)state;
    static char names[1000][8];
    static char expected[8000];
    size_t length = 0;
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(names[i], sizeof names[i], "%u", i);
        length +=
            (size_t)snprintf(expected + length, sizeof expected - length, i ? " %u" : "%u", i);
        timer_in(names[i], MS(1));
    }
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace(expected);
}

static void start_at_takes_an_absolute_time(void **state)
{
    (void)state;
    first = new_timer("first");
    assert_int_equal(loop_timer_start_at(first, trace_time, FAKE_EPOCH_NS + MS(20), MS(5)), 0);
    timer_in("between", MS(10));
    loop_run(loop, LOOP_ONCE);
    loop_run(loop, LOOP_ONCE);
    loop_run(loop, LOOP_ONCE);
    assert_trace("between first@20 first@25");
}

static void a_timer_whose_absolute_time_has_passed_runs_in_the_next_iteration(void **state)
{
    (void)state;
    first = new_timer("first");
    assert_int_equal(loop_timer_start_at(first, trace_time, 1, 0), 0);
    assert_int_equal(loop_run(loop, LOOP_NOWAIT), 0);
    assert_trace("first@0");
}

static void a_timer_is_never_early_when_poll_returns_before_its_deadline(void **state)
{
    (void)state;
    first = new_timer("first");
    timer_start(first, trace_time, MS(10), 0);
    fake_at(FAKE_EPOCH_NS + MS(10) - 1);
    fake_deliver_nothing();
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_trace("");
    assert_int_equal(loop_run(loop, LOOP_ONCE), 0);
    assert_int_equal(last_wait_ns(), 1);
    assert_trace("first@10");
}

static void a_delay_too_long_for_the_clock_never_ends(void **state)
{
    (void)state;
    first = new_timer("first");
    timer_start(first, trace_time, UINT64_MAX - 5, 0);
    fake_at(FAKE_EPOCH_NS + MS(10));
    fake_deliver_nothing();
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_trace("");
}

/* ---- repeats ---- */

static void trace_active(struct loop_timer *timer)
{
    trace("%s", loop_is_active(&timer->handle) ? "active" : "inactive");
}

static void a_repeating_timer_is_armed_again_before_its_callback(void **state)
{
    (void)state;
    timer_start(new_timer("timer"), trace_active, MS(1), MS(1));
    loop_run(loop, LOOP_ONCE);
    assert_trace("active");
}

static void a_timer_that_runs_once_is_not_active_in_its_callback(void **state)
{
    (void)state;
    timer_start(new_timer("timer"), trace_active, MS(1), 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("inactive");
}

static unsigned runs_left;

static void stop_after_runs(struct loop_timer *timer)
{
    trace_time(timer);
    if (--runs_left == 0)
        loop_timer_stop(timer);
}

static void a_repeating_timer_runs_every_interval_until_it_is_stopped(void **state)
{
    (void)state;
    runs_left = 4;
    timer_start(new_timer("timer"), stop_after_runs, MS(5), MS(10));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("timer@5 timer@15 timer@25 timer@35");
}

static void a_repeating_timer_that_missed_intervals_runs_once_and_not_once_for_each(void **state)
{
    (void)state;
    timer_start(new_timer("timer"), trace_time, MS(10), MS(10));
    fake_advance(MS(55));
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("timer@55");
}

static void start_with_another_interval(struct loop_timer *timer)
{
    trace_time(timer);
    timer_start(timer, trace_time, MS(100), 0);
}

static void a_repeating_timer_restarted_in_its_callback_keeps_only_the_new_start(void **state)
{
    (void)state;
    timer_start(new_timer("timer"), start_with_another_interval, MS(10), MS(10));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("timer@10 timer@110");
}

static void
among_timers_due_together_one_armed_again_comes_after_those_already_waiting(void **state)
{
    (void)state;
    runs_left = 2;
    timer_start(new_timer("repeating"), stop_after_runs, MS(10), MS(10));
    first = new_timer("waiting");
    timer_start(first, trace_time, MS(20), 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("repeating@10 waiting@20 repeating@20");
}

static struct loop_timer *many[64];

static void start_many(struct loop_timer *timer)
{
    (void)timer;
    for (size_t i = 0; i < 200; i++)
        timer_in("started", MS(5));
}

static void repeating_timers_are_armed_again_however_many_were_started_meanwhile(void **state)
{
    (void)state;
    timer_start(new_timer("first"), start_many, MS(1), 0);
    for (size_t i = 0; i < 64; i++) {
        many[i] = new_timer("repeating");
        timer_start(many[i], trace_timer, MS(1), MS(1));
    }
    loop_run(loop, LOOP_ONCE);
    for (size_t i = 0; i < 64; i++)
        assert_true(loop_is_active(&many[i]->handle));
    fixture_clear_trace();
}

/* ---- start and stop ---- */

static void stopping_a_timer_that_does_not_run_changes_nothing(void **state)
{
    (void)state;
    struct loop_timer *timer = new_timer("timer");
    loop_timer_stop(timer);
    timer_start(timer, trace_timer, 0, 0);
    loop_timer_stop(timer);
    loop_timer_stop(timer);
    assert_false(loop_is_active(&timer->handle));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("");
}

static void a_closing_timer_or_one_without_a_callback_cannot_be_started(void **state)
{
    (void)state;
    struct loop_timer *timer = new_timer("timer");
    assert_int_equal(loop_timer_start(timer, NULL, 0, 0), -EINVAL);
    assert_int_equal(loop_timer_start_at(timer, NULL, 0, 0), -EINVAL);
    assert_false(loop_is_active(&timer->handle));
    loop_close(&timer->handle, trace_close);
    assert_int_equal(loop_timer_start(timer, trace_timer, 0, 0), -EINVAL);
    assert_int_equal(loop_timer_start_at(timer, trace_timer, 0, 0), -EINVAL);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("timer:closed");
}

static void a_late_wait_runs_all_timers_that_fell_due_in_order(void **state)
{
    (void)state;
    fake_script.oversleep_ns = MS(25);
    timer_in("30", MS(30));
    timer_in("10", MS(10));
    timer_in("20", MS(20));
    timer_in("40", MS(40));
    loop_run(loop, LOOP_ONCE);
    assert_trace("10 20 30");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(
            of_timers_at_100_200_300_and_400_ms_a_loop_blocked_until_250_ms_runs_the_first_two),
        loop_test(timers_due_at_the_same_time_run_in_the_order_of_their_start),
        loop_test(a_thousand_timers_due_together_run_in_the_order_of_their_start),
        loop_test(start_at_takes_an_absolute_time),
        loop_test(a_timer_whose_absolute_time_has_passed_runs_in_the_next_iteration),
        loop_test(a_timer_is_never_early_when_poll_returns_before_its_deadline),
        loop_test(a_delay_too_long_for_the_clock_never_ends),
        loop_test(a_repeating_timer_is_armed_again_before_its_callback),
        loop_test(a_timer_that_runs_once_is_not_active_in_its_callback),
        loop_test(a_repeating_timer_runs_every_interval_until_it_is_stopped),
        loop_test(a_repeating_timer_that_missed_intervals_runs_once_and_not_once_for_each),
        loop_test(a_repeating_timer_restarted_in_its_callback_keeps_only_the_new_start),
        loop_test(among_timers_due_together_one_armed_again_comes_after_those_already_waiting),
        loop_test(repeating_timers_are_armed_again_however_many_were_started_meanwhile),
        loop_test(stopping_a_timer_that_does_not_run_changes_nothing),
        loop_test(a_closing_timer_or_one_without_a_callback_cannot_be_started),
        loop_test(a_late_wait_runs_all_timers_that_fell_due_in_order),
    };
    return run_loop_tests(tests, argc, argv);
}
