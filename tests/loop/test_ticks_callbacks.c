/* Both ways to drain, behind two callbacks of every kind in one phase. The two callbacks of a
 * phase, 1 and 2, each queue a tick and a microtask. */
#include "tests/loop/connections.h"
#include "tests/loop/tasks.h"

static void queue_from_timer(struct loop_timer *timer)
{
    trace_and_queue(timer->handle.data);
}

static void arrange_timers(void)
{
    assert_int_equal(loop_timer_start(new_timer("1"), queue_from_timer, 0, 0), 0);
    assert_int_equal(loop_timer_start(new_timer("2"), queue_from_timer, 0, 0), 0);
}

static void tasks_of_timers(void **state)
{
    (void)state;
    assert_both_ways(arrange_timers);
}

/* ---- hooks: the one started last runs first ---- */

static void queue_from_hook(struct loop_hook *hook)
{
    trace_and_queue(hook->handle.data);
}

static void arrange_idle(void)
{
    idle_calling(queue_from_hook)->handle.data = "2";
    idle_calling(queue_from_hook)->handle.data = "1";
}

static void tasks_of_idle_hooks(void **state)
{
    (void)state;
    assert_both_ways(arrange_idle);
}

static void arrange_prepare(void)
{
    prepare_calling(queue_from_hook)->handle.data = "2";
    prepare_calling(queue_from_hook)->handle.data = "1";
}

static void tasks_of_prepare_hooks(void **state)
{
    (void)state;
    assert_both_ways(arrange_prepare);
}

static void arrange_check(void)
{
    check_calling(queue_from_hook)->handle.data = "2";
    check_calling(queue_from_hook)->handle.data = "1";
}

static void tasks_of_check_hooks(void **state)
{
    (void)state;
    assert_both_ways(arrange_check);
}

static void queue_from_immediate(struct loop_immediate *immediate)
{
    trace_and_queue(immediate->data);
}

static void arrange_immediates(void)
{
    immediate_calling("1", queue_from_immediate);
    immediate_calling("2", queue_from_immediate);
}

static void tasks_of_immediates(void **state)
{
    (void)state;
    assert_both_ways(arrange_immediates);
}

static void arrange_check_and_immediate(void)
{
    check_calling(queue_from_hook)->handle.data = "1";
    immediate_calling("2", queue_from_immediate);
}

static void check_hooks_and_immediates_are_one_phase_and_drained_as_one(void **state)
{
    (void)state;
    assert_both_ways(arrange_check_and_immediate);
}

/* ---- poll ---- */

static void queue_from_async(struct loop_async *async)
{
    trace_and_queue(async->handle.data);
}

static void send_async(const char *name)
{
    struct loop_async *async = NEW(struct loop_async);
    loop_async_init(loop, async, queue_from_async);
    async->handle.data = (void *)name;
    assert_int_equal(loop_async_send(async), 0);
}

static void arrange_asyncs(void)
{
    send_async("1");
    send_async("2");
}

static void tasks_of_asyncs(void **state)
{
    (void)state;
    assert_both_ways(arrange_asyncs);
}

static void queue_from_connection(struct loop_listener *listener, int status)
{
    assert_int_equal(status, 0);
    trace_and_queue(listener->handle.data);
    take_connection(listener);
}

static void deliver_connection_to(const char *name, int fd)
{
    fake_deliver_accept(&new_listener(name, queue_from_connection)->source, fd);
}

static void arrange_connections(void)
{
    static int next_fd = FAKE_FD;
    taken_count = 0;
    deliver_connection_to("1", next_fd++);
    deliver_connection_to("2", next_fd++);
}

static void tasks_of_connections(void **state)
{
    (void)state;
    assert_both_ways(arrange_connections);
}

static void queue_from_failed_listener(struct loop_listener *listener, int status)
{
    assert_int_equal(status, -EMFILE);
    trace_and_queue(listener->handle.data);
}

static void arrange_failed_accepts(void)
{
    fake_deliver_accept(&new_listener("1", queue_from_failed_listener)->source, -EMFILE);
    fake_deliver_accept(&new_listener("2", queue_from_failed_listener)->source, -EMFILE);
}

static void tasks_of_listeners_that_failed(void **state)
{
    (void)state;
    assert_both_ways(arrange_failed_accepts);
}

/* ---- closing: the handle closed last is called back first ---- */

static void queue_from_close(struct loop_handle *handle)
{
    trace_and_queue(handle->data);
}

static void arrange_closes(void)
{
    struct loop_timer *second = new_timer("2");
    loop_close(&second->handle, queue_from_close);
    loop_close(&new_timer("1")->handle, queue_from_close);
}

static void tasks_of_close_callbacks(void **state)
{
    (void)state;
    assert_both_ways(arrange_closes);
}

/* ---- across phases ---- */

static void the_timers_that_end_an_iteration_of_mode_once_are_drained_too(void **state)
{
    (void)state;
    assert_int_equal(loop_timer_start(new_timer("timer"), queue_from_timer, MS(5), 0), 0);
    assert_int_equal(loop_run(loop, LOOP_ONCE), 0);
    assert_trace("timer timer.t timer.m");
    drain_after_phase();
    assert_int_equal(loop_timer_start(new_timer("timer"), queue_from_timer, MS(5), 0), 0);
    assert_int_equal(loop_run(loop, LOOP_ONCE), 0);
    assert_trace("timer timer.t timer.m");
}

/* ---- the example of two timers with chained microtasks ---- */

static void second_microtask(struct loop_task *task)
{
    trace("P%sb", (const char *)task->data);
}

static void first_microtask(struct loop_task *task)
{
    trace("P%sa", (const char *)task->data);
    assert_int_equal(loop_microtask(task, second_microtask), 0);
}

static void queue_chained_microtasks(struct loop_timer *timer)
{
    trace("T%s", (const char *)timer->handle.data);
    microtask_calling(first_microtask)->data = timer->handle.data;
}

static void two_timers_with_chained_microtasks(const char *expected)
{
    assert_int_equal(loop_timer_start(new_timer("0"), queue_chained_microtasks, 0, 0), 0);
    assert_int_equal(loop_timer_start(new_timer("1"), queue_chained_microtasks, 0, 0), 0);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace(expected);
}

static void chained_microtasks_of_two_timers_run_as_in_node_11_or_as_in_node_10(void **state)
{
    (void)state;
    two_timers_with_chained_microtasks("T0 P0a P0b T1 P1a P1b");
    drain_after_phase();
    two_timers_with_chained_microtasks("T0 T1 P0a P1a P0b P1b");
}

/* ---- a task may do what its callback may ---- */

static struct loop_timer *victim;

static void stop_victim(struct loop_task *task)
{
    (void)task;
    trace("stop");
    loop_timer_stop(victim);
}

static void queue_stop_of_victim(struct loop_timer *timer)
{
    trace_timer(timer);
    tick_calling(stop_victim);
}

static void a_tick_of_one_due_timer_can_stop_the_next_one_unless_drained_per_phase(void **state)
{
    (void)state;
    assert_int_equal(loop_timer_start(new_timer("first"), queue_stop_of_victim, 0, 0), 0);
    victim = timer_in("victim", 0);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("first stop");
    drain_after_phase();
    assert_int_equal(loop_timer_start(new_timer("first"), queue_stop_of_victim, 0, 0), 0);
    victim = timer_in("victim", 0);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("first victim stop");
}

static struct loop_listener *offering;

static void take_in_tick(struct loop_task *task)
{
    (void)task;
    assert_int_equal(take_connection(offering), 0);
}

static void queue_taking(struct loop_listener *listener, int status)
{
    assert_int_equal(status, 0);
    trace("connection");
    offering = listener;
    tick_calling(take_in_tick);
}

static void a_connection_may_be_taken_in_a_tick_of_its_callback(void **state)
{
    (void)state;
    taken_count = 0;
    struct loop_listener *listener = new_listener("listener", queue_taking);
    deliver_connections(listener, 1, 3);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("connection connection connection");
    assert_taken_in_order(1, 3);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(tasks_of_timers),
        loop_test(tasks_of_idle_hooks),
        loop_test(tasks_of_prepare_hooks),
        loop_test(tasks_of_check_hooks),
        loop_test(tasks_of_immediates),
        loop_test(check_hooks_and_immediates_are_one_phase_and_drained_as_one),
        loop_test(tasks_of_asyncs),
        loop_test(tasks_of_connections),
        loop_test(tasks_of_listeners_that_failed),
        loop_test(tasks_of_close_callbacks),
        loop_test(the_timers_that_end_an_iteration_of_mode_once_are_drained_too),
        loop_test(chained_microtasks_of_two_timers_run_as_in_node_11_or_as_in_node_10),
        loop_test(a_tick_of_one_due_timer_can_stop_the_next_one_unless_drained_per_phase),
        loop_test(a_connection_may_be_taken_in_a_tick_of_its_callback),
    };
    return run_loop_tests(tests, argc, argv);
}
