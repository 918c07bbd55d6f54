/* Accepting that fails, and the pause after it. */
#include "tests/loop/connections.h"

static void lack_of_descriptors_pauses_the_listener_which_then_tries_again(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_and_take);
    fake_deliver_accept(&listener->source, -EMFILE);
    loop_run(loop, LOOP_ONCE);
    assert_trace("c:EMFILE");
    assert_int_equal(listener->source.want, 0);
    deliver_connections(listener, 1, 1);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("");
    loop_run(loop, LOOP_ONCE);
    assert_int_equal(last_wait_ns(), LOOP_ACCEPT_PAUSE_NS);
    loop_run(loop, LOOP_ONCE);
    assert_int_equal(elapsed_ns(), LOOP_ACCEPT_PAUSE_NS);
    assert_trace("c");
    assert_taken_in_order(1, 1);
}

static void a_listener_may_fail_again_after_its_pause_and_tries_on(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_and_take);
    for (int i = 1; i <= 3; i++) {
        fake_deliver_accept(&listener->source, -EMFILE);
        fake_next_wait();
        loop_run(loop, LOOP_ONCE);
        loop_run(loop, LOOP_ONCE);
        assert_trace("c:EMFILE");
        assert_int_equal(elapsed_ns(), (uint64_t)i * LOOP_ACCEPT_PAUSE_NS);
    }
    deliver_connections(listener, 1, 1);
    loop_run(loop, LOOP_ONCE);
    assert_trace("c");
}

static void a_listener_that_paused_once_goes_on_after_a_late_take_at_once(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_connection);
    fake_deliver_accept(&listener->source, -EMFILE);
    loop_run(loop, LOOP_ONCE);
    loop_run(loop, LOOP_ONCE);
    deliver_connections(listener, 1, 2);
    loop_run(loop, LOOP_NOWAIT);
    assert_int_equal(take_connection(listener), 0);
    loop_run(loop, LOOP_NOWAIT);
    assert_int_equal(take_connection(listener), 0);
    loop_run(loop, LOOP_NOWAIT);
    deliver_connections(listener, 3, 3);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("c:EMFILE c c c");
}

static void a_paused_listener_keeps_the_loop_alive_only_while_it_is_referenced(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_and_take);
    fake_deliver_accept(&listener->source, -EMFILE);
    loop_run(loop, LOOP_ONCE);
    assert_true(loop_alive(loop));
    loop_unref(&listener->handle);
    assert_false(loop_alive(loop));
    loop_ref(&listener->handle);
    assert_true(loop_alive(loop));
    fixture_clear_trace();
}

static void count_visit(struct loop_handle *handle, void *count)
{
    (void)handle;
    ++*(int *)count;
}

static void the_pause_of_a_listener_is_not_a_handle_of_the_user(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_and_take);
    fake_deliver_accept(&listener->source, -EMFILE);
    loop_run(loop, LOOP_ONCE);
    int count = 0;
    loop_walk(loop, count_visit, &count);
    assert_int_equal(count, 1);
    fixture_clear_trace();
}

static void a_listener_closed_while_it_pauses_is_closed_once_and_never_tries_again(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_and_take);
    fake_deliver_accept(&listener->source, -EMFILE);
    loop_run(loop, LOOP_ONCE);
    loop_close(&listener->handle, trace_close);
    timer_in("later", 2 * LOOP_ACCEPT_PAUSE_NS);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("c:EMFILE c:closed later");
    assert_int_equal(elapsed_ns(), 2 * LOOP_ACCEPT_PAUSE_NS);
}

static void close_on_error(struct loop_listener *listener, int status)
{
    trace_connection(listener, status);
    loop_close(&listener->handle, trace_close);
}

static void a_listener_closed_by_its_error_callback_does_not_try_again(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", close_on_error);
    fake_deliver_accept(&listener->source, -EMFILE);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("c:EMFILE c:closed");
    assert_int_equal(elapsed_ns(), 0);
}

static void an_error_after_a_connection_that_was_not_taken_loses_neither(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_connection);
    deliver_connections(listener, 1, 2);
    fake_deliver_accept(&listener->source, -EMFILE);
    loop_run(loop, LOOP_NOWAIT);
    listener->on_connection = trace_and_take;
    assert_int_equal(take_connection(listener), 0);
    for (int i = 0; i < 4; i++)
        loop_run(loop, LOOP_NOWAIT);
    assert_non_null(strstr(fixture_trace(), "c:EMFILE"));
    fixture_clear_trace();
    assert_taken_in_order(1, 2);
    assert_int_equal(listener->source.want, 0); /* pauses all the same */
    deliver_connections(listener, 3, 3);
    loop_run(loop, LOOP_ONCE);
    loop_run(loop, LOOP_ONCE);
    assert_trace("c");
    assert_taken_in_order(1, 3);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        listener_test(lack_of_descriptors_pauses_the_listener_which_then_tries_again),
        listener_test(a_listener_may_fail_again_after_its_pause_and_tries_on),
        listener_test(a_listener_that_paused_once_goes_on_after_a_late_take_at_once),
        listener_test(a_paused_listener_keeps_the_loop_alive_only_while_it_is_referenced),
        listener_test(the_pause_of_a_listener_is_not_a_handle_of_the_user),
        listener_test(a_listener_closed_while_it_pauses_is_closed_once_and_never_tries_again),
        listener_test(a_listener_closed_by_its_error_callback_does_not_try_again),
        listener_test(an_error_after_a_connection_that_was_not_taken_loses_neither),
    };
    return run_loop_tests(tests, argc, argv);
}
