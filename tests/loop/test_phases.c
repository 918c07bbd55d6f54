/* The order of phases, and how long poll blocks. */
#include "tests/loop/fixture.h"

static struct loop_timer *victim;

static void close_victim(struct loop_hook *hook)
{
    trace_hook(hook);
    if (!loop_is_closing(&victim->handle))
        loop_close(&victim->handle, trace_close);
}

static void one_iteration_runs_the_phases_in_order(void **state)
{
    (void)state;
    victim = new_timer("victim");
    new_check("check");
    prepare_calling(close_victim);
    new_idle("idle");
    struct loop_stream *stream = new_stream("read", NULL);
    assert_int_equal(loop_read_start(stream, trace_read), 0);
    fake_deliver_bytes(&stream->source, "poll");
    write_named(stream, "pending");
    timer_in("timer", 0);
    assert_int_equal(loop_run(loop, LOOP_NOWAIT), 1);
    assert_trace("timer pending idle prepare read:poll check victim:closed");
}

static void every_iteration_runs_every_hook_once(void **state)
{
    (void)state;
    new_check("check");
    new_prepare("prepare");
    new_idle("idle");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(loop_run(loop, LOOP_NOWAIT), 1);
        assert_trace("idle prepare check");
    }
    assert_int_equal(fake_call_count(FAKE_WAIT), 3);
}

/* ---- time ---- */

static void advance_and_trace(struct loop_hook *hook)
{
    fake_advance(MS(10));
    trace("%s:%d", (const char *)hook->handle.data,
          (int)((loop_now_ns(loop) - FAKE_EPOCH_NS) / NS_PER_MS));
}

static void time_is_read_at_the_start_of_an_iteration_and_after_poll(void **state)
{
    (void)state;
    idle_calling(advance_and_trace);
    prepare_calling(advance_and_trace);
    check_calling(advance_and_trace);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("idle:0 prepare:0 check:20");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("idle:30 prepare:30 check:50");
}

static void update_time_reads_the_clock_at_once(void **state)
{
    (void)state;
    fake_advance(MS(7));
    assert_int_equal(loop_now_ns(loop), FAKE_EPOCH_NS);
    loop_update_time(loop);
    assert_int_equal(loop_now_ns(loop), FAKE_EPOCH_NS + MS(7));
}

static void without_a_clock_of_its_own_the_loop_reads_the_monotonic_one(void **state)
{
    (void)state;
    struct loop_options options = fixture_options();
    options.now_ns = NULL;
    uint64_t before_ns = clock_now_ns();
    fixture_reopen(&options);
    loop_update_time(loop);
    assert_true(before_ns <= loop_now_ns(loop) && loop_now_ns(loop) <= clock_now_ns());
}

/* ---- how long poll blocks ---- */

static void poll_blocks_until_the_nearest_timer(void **state)
{
    (void)state;
    timer_in("late", MS(300));
    timer_in("near", MS(40) + 123);
    timer_in("middle", MS(200));
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_int_equal(fake_call(FAKE_WAIT, 0)->deadline_ns, FAKE_EPOCH_NS + MS(40) + 123);
    assert_trace("near");
}

static void poll_has_no_deadline_when_there_is_no_timer(void **state)
{
    (void)state;
    keep_alive();
    fake_at(FAKE_EPOCH_NS + MS(5));
    fake_deliver_nothing();
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_true(last_wait_was_without_deadline());
    assert_int_equal(elapsed_ns(), MS(5));
}

static void an_unreferenced_timer_still_limits_how_long_poll_blocks(void **state)
{
    (void)state;
    keep_alive();
    loop_unref(&timer_in("timer", MS(10))->handle);
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_int_equal(last_wait_ns(), MS(10));
    assert_trace("timer");
}

static void start_timer(struct loop_hook *hook)
{
    loop_hook_stop(hook);
    timer_in("timer", MS(3));
}

static void a_timer_started_in_prepare_limits_how_long_poll_blocks(void **state)
{
    (void)state;
    timer_in("late", MS(100));
    prepare_calling(start_timer);
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_int_equal(last_wait_ns(), MS(3));
    assert_trace("timer");
}

static void poll_does_not_block_while_an_idle_hook_is_active(void **state)
{
    (void)state;
    new_idle("idle");
    timer_in("timer", MS(100));
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_int_equal(last_wait_ns(), 0);
    assert_int_equal(elapsed_ns(), 0);
    assert_trace("idle");
}

static void poll_does_not_block_while_an_unreferenced_idle_hook_is_active(void **state)
{
    (void)state;
    loop_unref(&new_idle("idle")->handle);
    timer_in("timer", MS(100));
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_int_equal(last_wait_ns(), 0);
    assert_trace("idle");
}

static void stop_hook(struct loop_hook *hook)
{
    trace_hook(hook);
    loop_hook_stop(hook);
}

static void poll_blocks_again_once_the_idle_hook_has_stopped(void **state)
{
    (void)state;
    idle_calling(stop_hook);
    timer_in("timer", MS(100));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("idle timer");
    assert_int_equal(elapsed_ns(), MS(100));
}

static void stop_loop(struct loop_hook *hook)
{
    trace_hook(hook);
    loop_stop(loop);
}

static void poll_does_not_block_once_the_loop_is_to_stop(void **state)
{
    (void)state;
    prepare_calling(stop_loop);
    timer_in("timer", MS(100));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 1);
    assert_trace("prepare");
    assert_int_equal(fake_call_count(FAKE_WAIT), 1);
    assert_int_equal(last_wait_ns(), 0);
}

static struct loop_stream *stream_to_write;

static void write_once(struct loop_hook *hook)
{
    trace_hook(hook);
    loop_hook_stop(hook);
    write_named(stream_to_write, "written");
}

static void poll_does_not_block_while_a_callback_is_pending(void **state)
{
    (void)state;
    stream_to_write = new_stream("stream", NULL);
    prepare_calling(write_once);
    timer_in("timer", MS(100));
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_int_equal(last_wait_ns(), 0);
    assert_trace("prepare");
    assert_int_equal(loop_run(loop, LOOP_NOWAIT), 1);
    assert_trace("written");
}

static void an_iteration_of_mode_once_that_ran_a_pending_callback_does_not_block(void **state)
{
    (void)state;
    write_named(new_stream("stream", NULL), "written");
    timer_in("timer", MS(100));
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_trace("written");
    assert_int_equal(last_wait_ns(), 0);
}

static void poll_does_not_block_while_a_handle_is_closing(void **state)
{
    (void)state;
    victim = new_timer("victim");
    prepare_calling(close_victim);
    timer_in("timer", MS(100));
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_trace("prepare victim:closed");
    assert_int_equal(last_wait_ns(), 0);
}

static struct loop_async *keeper;

static void unref_keeper(struct loop_hook *hook)
{
    trace_hook(hook);
    loop_unref(&hook->handle);
    loop_unref(&keeper->handle);
}

static void poll_does_not_block_when_nothing_referenced_is_left_to_wait_for(void **state)
{
    (void)state;
    keeper = keep_alive();
    prepare_calling(unref_keeper);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("prepare");
    assert_int_equal(last_wait_ns(), 0);
}

static void interest_changes_reach_the_kernel_in_the_poll_of_the_same_iteration(void **state)
{
    (void)state;
    new_idle("idle");
    struct loop_stream *stream = new_stream("stream", NULL);
    assert_int_equal(fake_call_count(FAKE_WAIT), 0);
    assert_int_equal(loop_read_start(stream, trace_read), 0);
    loop_run(loop, LOOP_NOWAIT);
    assert_int_equal(fake_call(FAKE_WAIT, 0)->changes, 1);
    loop_run(loop, LOOP_NOWAIT);
    assert_int_equal(fake_call(FAKE_WAIT, 1)->changes, 0);
}

static void poll_takes_no_more_events_than_its_budget_and_the_other_phases_run_between(void **state)
{
    (void)state;
    struct loop_options options = fixture_options();
    options.event_budget = 2;
    fixture_reopen(&options);
    struct loop_stream *stream = new_stream("read", NULL);
    assert_int_equal(loop_read_start(stream, trace_read), 0);
    static const char *const texts[] = {"1", "2", "3", "4", "5"};
    for (size_t i = 0; i < 5; i++)
        fake_deliver_bytes(&stream->source, texts[i]);
    new_check("check");
    for (int i = 0; i < 3; i++)
        loop_run(loop, LOOP_NOWAIT);
    assert_int_equal(fake_call(FAKE_WAIT, -1)->capacity, 2);
    assert_trace("read:1 read:2 check read:3 read:4 check read:5 check");
}

static void a_wait_that_ends_without_an_event_changes_nothing(void **state)
{
    (void)state;
    timer_in("timer", MS(100));
    fake_at(FAKE_EPOCH_NS + MS(30));
    fake_deliver_nothing();
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_trace("");
    assert_int_equal(loop_run(loop, LOOP_ONCE), 0);
    assert_int_equal(last_wait_ns(), MS(70));
    assert_trace("timer");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(one_iteration_runs_the_phases_in_order),
        loop_test(every_iteration_runs_every_hook_once),
        loop_test(time_is_read_at_the_start_of_an_iteration_and_after_poll),
        loop_test(update_time_reads_the_clock_at_once),
        loop_test(without_a_clock_of_its_own_the_loop_reads_the_monotonic_one),
        loop_test(poll_blocks_until_the_nearest_timer),
        loop_test(poll_has_no_deadline_when_there_is_no_timer),
        loop_test(an_unreferenced_timer_still_limits_how_long_poll_blocks),
        loop_test(a_timer_started_in_prepare_limits_how_long_poll_blocks),
        loop_test(poll_does_not_block_while_an_idle_hook_is_active),
        loop_test(poll_does_not_block_while_an_unreferenced_idle_hook_is_active),
        loop_test(poll_blocks_again_once_the_idle_hook_has_stopped),
        loop_test(poll_does_not_block_once_the_loop_is_to_stop),
        loop_test(poll_does_not_block_while_a_callback_is_pending),
        loop_test(an_iteration_of_mode_once_that_ran_a_pending_callback_does_not_block),
        loop_test(poll_does_not_block_while_a_handle_is_closing),
        loop_test(poll_does_not_block_when_nothing_referenced_is_left_to_wait_for),
        loop_test(interest_changes_reach_the_kernel_in_the_poll_of_the_same_iteration),
        loop_test(poll_takes_no_more_events_than_its_budget_and_the_other_phases_run_between),
        loop_test(a_wait_that_ends_without_an_event_changes_nothing),
    };
    return run_loop_tests(tests, argc, argv);
}
