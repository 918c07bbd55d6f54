/* Idle, prepare and check hooks; what keeps a loop alive; walking over handles. */
#include "tests/loop/fixture.h"

static struct loop_hook *other;

static void restart(struct loop_hook *hook)
{
    trace_hook(hook);
    loop_hook_stop(hook);
    assert_int_equal(loop_hook_start(hook, restart), 0);
}

static void hooks_that_restart_themselves_run_once_per_iteration_and_starve_nobody(void **state)
{
    (void)state;
    idle_calling(restart);
    prepare_calling(restart);
    check_calling(restart);
    struct loop_stream *stream = new_stream("read", NULL);
    loop_read_start(stream, trace_read);
    fake_deliver_bytes(&stream->source, "x");
    timer_in("timer", 0);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("timer idle prepare read:x check");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("idle prepare check");
}

/* An immediate, as Node has it: a check hook that stops itself. */
static void one_shot(struct loop_hook *hook)
{
    trace_hook(hook);
    loop_hook_stop(hook);
    check_calling(one_shot);
}

static void an_immediate_that_queues_another_runs_it_in_the_next_iteration(void **state)
{
    (void)state;
    check_calling(one_shot);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("check");
    timer_in("timer", 0);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("timer check");
}

static void start_other(struct loop_hook *hook)
{
    trace_hook(hook);
    assert_int_equal(loop_hook_start(other, trace_hook), 0);
}

static void start_other_from(struct loop_hook *hook,
                             void (*init)(struct loop *, struct loop_hook *))
{
    other = NEW(struct loop_hook);
    init(loop, other);
    other->handle.data = "other";
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("first");
    loop_hook_stop(hook);
    assert_int_equal(loop_hook_start(hook, trace_hook), 0);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("first other");
    loop_close(&hook->handle, NULL);
    loop_close(&other->handle, NULL);
    loop_run(loop, LOOP_NOWAIT);
}

static void a_hook_started_by_one_of_its_own_phase_runs_from_the_next_iteration_on(void **state)
{
    (void)state;
    struct loop_hook *hook = idle_calling(start_other);
    hook->handle.data = "first";
    start_other_from(hook, loop_idle_init);
    hook = prepare_calling(start_other);
    hook->handle.data = "first";
    start_other_from(hook, loop_prepare_init);
    hook = check_calling(start_other);
    hook->handle.data = "first";
    start_other_from(hook, loop_check_init);
}

static void of_the_hooks_of_a_phase_the_one_started_last_runs_first_as_in_libuv(void **state)
{
    (void)state;
    new_idle("1");
    new_idle("2");
    new_check("3");
    new_check("4");
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("2 1 4 3 2 1 4 3");
}

static void a_hook_started_by_an_earlier_phase_runs_in_the_same_iteration(void **state)
{
    (void)state;
    other = NEW(struct loop_hook);
    loop_check_init(loop, other);
    other->handle.data = "check";
    prepare_calling(start_other);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("prepare check");
}

static struct loop_hook *pair[2];

/* Whichever of the two runs first stops the other one. */
static void stop_the_other_one(struct loop_hook *hook)
{
    trace("ran");
    loop_hook_stop(pair[hook == pair[0]]);
}

static void a_hook_stopped_by_one_of_its_own_phase_does_not_run_any_more(void **state)
{
    (void)state;
    pair[0] = check_calling(stop_the_other_one);
    pair[1] = check_calling(stop_the_other_one);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("ran");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("ran");
}

static void close_the_other_one(struct loop_hook *hook)
{
    trace("ran");
    struct loop_handle *closed = &pair[hook == pair[0]]->handle;
    if (!loop_is_closing(closed))
        loop_close(closed, trace_close);
}

static void a_hook_closed_by_one_of_its_own_phase_does_not_run_any_more(void **state)
{
    (void)state;
    pair[0] = idle_calling(close_the_other_one);
    pair[1] = idle_calling(close_the_other_one);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("ran idle:closed");
}

static void close_itself(struct loop_hook *hook)
{
    trace_hook(hook);
    loop_close(&hook->handle, NULL);
}

static void a_hook_may_close_itself(void **state)
{
    (void)state;
    idle_calling(close_itself);
    prepare_calling(close_itself);
    check_calling(close_itself);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("idle prepare check");
}

static void starting_a_hook_twice_runs_it_once(void **state)
{
    (void)state;
    struct loop_hook *hook = new_check("check");
    loop_hook_start(hook, trace_hook);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("check");
}

static void a_closing_hook_or_one_without_a_callback_cannot_be_started(void **state)
{
    (void)state;
    struct loop_hook *hook = NEW(struct loop_hook);
    loop_idle_init(loop, hook);
    assert_int_equal(loop_hook_start(hook, NULL), -EINVAL);
    loop_close(&hook->handle, NULL);
    assert_int_equal(loop_hook_start(hook, trace_hook), -EINVAL);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("");
}

/* ---- alive ---- */

static void only_active_referenced_handles_keep_a_loop_alive(void **state)
{
    (void)state;
    assert_false(loop_alive(loop));
    struct loop_timer *timer = new_timer("timer");
    assert_false(loop_alive(loop));
    assert_int_equal(loop_timer_start(timer, trace_timer, MS(1), 0), 0);
    assert_true(loop_alive(loop));
    loop_unref(&timer->handle);
    assert_false(loop_alive(loop));
    assert_true(loop_is_active(&timer->handle));
    loop_ref(&timer->handle);
    assert_true(loop_alive(loop));
    loop_timer_stop(timer);
    assert_false(loop_alive(loop));
}

static void a_reference_is_taken_and_given_back_once(void **state)
{
    (void)state;
    struct loop_hook *hook = new_check("check");
    loop_unref(&hook->handle);
    loop_unref(&hook->handle);
    assert_false(loop_alive(loop));
    loop_ref(&hook->handle);
    assert_true(loop_alive(loop));
    loop_ref(&hook->handle);
    loop_unref(&hook->handle);
    assert_false(loop_alive(loop));
}

static void a_reference_given_back_while_inactive_counts_from_the_next_start(void **state)
{
    (void)state;
    struct loop_timer *timer = new_timer("timer");
    loop_unref(&timer->handle);
    assert_int_equal(loop_timer_start(timer, trace_timer, MS(1), 0), 0);
    assert_false(loop_alive(loop));
    loop_timer_stop(timer);
    loop_ref(&timer->handle);
    assert_false(loop_alive(loop));
    assert_int_equal(loop_timer_start(timer, trace_timer, MS(1), 0), 0);
    assert_true(loop_alive(loop));
}

static void an_unreferenced_timer_that_is_due_runs_while_something_else_is_alive(void **state)
{
    (void)state;
    loop_unref(&timer_in("unreferenced", MS(1))->handle);
    timer_in("referenced", MS(2));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("unreferenced referenced");
}

static void a_closing_handle_keeps_the_loop_alive_referenced_or_not(void **state)
{
    (void)state;
    struct loop_timer *timer = new_timer("timer");
    loop_unref(&timer->handle);
    loop_close(&timer->handle, trace_close);
    assert_true(loop_alive(loop));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("timer:closed");
    assert_false(loop_alive(loop));
}

static void a_write_in_flight_keeps_the_loop_alive(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("stream", NULL);
    assert_false(loop_alive(loop));
    fake_answer_send(FAKE_SEND_LATER, 0);
    loop_unref(&stream->handle);
    write_named(stream, "write");
    assert_true(loop_alive(loop));
    fake_deliver_sent(&stream->source, 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("write");
}

static void handles_know_whether_they_are_active(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("stream", NULL);
    assert_false(loop_is_active(&stream->handle));
    loop_read_start(stream, trace_read);
    assert_true(loop_is_active(&stream->handle));
    loop_read_stop(stream);
    assert_false(loop_is_active(&stream->handle));
    struct loop_hook *hook = new_idle("idle");
    assert_true(loop_is_active(&hook->handle));
    loop_hook_stop(hook);
    assert_false(loop_is_active(&hook->handle));
    struct loop_async *async = keep_alive();
    assert_true(loop_is_active(&async->handle));
    loop_close(&async->handle, NULL);
    assert_true(loop_is_closing(&async->handle));
    assert_false(loop_is_closing(&stream->handle));
}

/* ---- walk ---- */

static void ignore_connection(struct loop_listener *listener, int status)
{
    (void)listener;
    (void)status;
}

static void trace_visit(struct loop_handle *handle, void *context)
{
    trace("%s%s", (const char *)context, (const char *)handle->data);
}

static void assert_trace_in_either_order(const char *one, const char *two)
{
    const char *got = fixture_trace();
    if (strcmp(got, one) != 0 && strcmp(got, two) != 0)
        fail_msg("\"%s\" is neither \"%s\" nor \"%s\"", got, one, two);
    fixture_clear_trace();
}

static void walk_visits_every_open_handle_once_active_or_not(void **state)
{
    (void)state;
    struct loop_timer *timer = new_timer("timer");
    loop_walk(loop, trace_visit, "visit:");
    assert_trace("visit:timer");
    new_listener("listener", ignore_connection);
    loop_walk(loop, trace_visit, "");
    assert_trace_in_either_order("timer listener", "listener timer"); /* not promised */
    loop_close(&timer->handle, NULL);
    loop_run(loop, LOOP_NOWAIT);
    loop_walk(loop, trace_visit, "");
    assert_trace("listener");
}

static void close_visited(struct loop_handle *handle, void *context)
{
    (void)context;
    loop_close(handle, trace_close);
}

static void a_walk_may_close_every_handle_it_visits(void **state)
{
    (void)state;
    timer_in("handle", 0);
    timer_in("handle", 0);
    new_idle("handle");
    loop_walk(loop, close_visited, NULL);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("handle:closed handle:closed handle:closed");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(hooks_that_restart_themselves_run_once_per_iteration_and_starve_nobody),
        loop_test(an_immediate_that_queues_another_runs_it_in_the_next_iteration),
        loop_test(a_hook_started_by_one_of_its_own_phase_runs_from_the_next_iteration_on),
        loop_test(of_the_hooks_of_a_phase_the_one_started_last_runs_first_as_in_libuv),
        loop_test(a_hook_started_by_an_earlier_phase_runs_in_the_same_iteration),
        loop_test(a_hook_stopped_by_one_of_its_own_phase_does_not_run_any_more),
        loop_test(a_hook_closed_by_one_of_its_own_phase_does_not_run_any_more),
        loop_test(a_hook_may_close_itself),
        loop_test(starting_a_hook_twice_runs_it_once),
        loop_test(a_closing_hook_or_one_without_a_callback_cannot_be_started),
        loop_test(only_active_referenced_handles_keep_a_loop_alive),
        loop_test(a_reference_is_taken_and_given_back_once),
        loop_test(a_reference_given_back_while_inactive_counts_from_the_next_start),
        loop_test(an_unreferenced_timer_that_is_due_runs_while_something_else_is_alive),
        loop_test(a_closing_handle_keeps_the_loop_alive_referenced_or_not),
        loop_test(a_write_in_flight_keeps_the_loop_alive),
        loop_test(handles_know_whether_they_are_active),
        loop_test(walk_visits_every_open_handle_once_active_or_not),
        loop_test(a_walk_may_close_every_handle_it_visits),
    };
    return run_loop_tests(tests, argc, argv);
}
