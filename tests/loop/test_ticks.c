/* The two task queues by themselves: their order, what refills them, whom they starve. */
#include "tests/loop/tasks.h"

static void ticks_run_in_the_order_in_which_they_were_queued(void **state)
{
    (void)state;
    tick("1");
    tick("2");
    tick("3");
    loop_run_tasks(loop);
    assert_trace("1 2 3");
}

static void microtasks_run_in_the_order_in_which_they_were_queued(void **state)
{
    (void)state;
    microtask("1");
    microtask("2");
    microtask("3");
    loop_run_tasks(loop);
    assert_trace("1 2 3");
}

static void every_tick_runs_before_the_first_microtask(void **state)
{
    (void)state;
    microtask("m1");
    tick("t1");
    microtask("m2");
    tick("t2");
    loop_run_tasks(loop);
    assert_trace("t1 t2 m1 m2");
}

static void queue_both(struct loop_task *task)
{
    trace("%s", (const char *)task->data);
    microtask("new-m");
    tick("new-t");
}

static void what_a_tick_queues_runs_in_the_same_drain_ticks_first(void **state)
{
    (void)state;
    tick_calling(queue_both);
    tick("t");
    microtask("m");
    loop_run_tasks(loop);
    assert_trace("tick t new-t m new-m");
}

static void a_tick_queued_by_a_microtask_waits_until_no_microtask_is_left(void **state)
{
    (void)state;
    microtask_calling(queue_both);
    microtask("m");
    loop_run_tasks(loop);
    assert_trace("microtask m new-m new-t");
}

static unsigned rounds_left;

static void queue_the_other_kind(struct loop_task *task);

static void queue_a_tick(struct loop_task *task)
{
    trace("m");
    assert_int_equal(loop_next_tick(task, queue_the_other_kind), 0);
}

static void queue_the_other_kind(struct loop_task *task)
{
    trace("t");
    if (rounds_left-- > 0)
        assert_int_equal(loop_microtask(task, queue_a_tick), 0);
}

static void the_two_queues_are_drained_again_while_either_refills(void **state)
{
    (void)state;
    rounds_left = 3;
    tick_calling(queue_the_other_kind);
    loop_run_tasks(loop);
    assert_trace("t m t m t m t");
}

static void a_task_that_is_queued_already_is_refused_on_both_queues(void **state)
{
    (void)state;
    struct loop_task *queued = tick("t");
    assert_int_equal(loop_next_tick(queued, queue_both), -EBUSY);
    assert_int_equal(loop_microtask(queued, queue_both), -EBUSY);
    struct loop_task *other = microtask("m");
    assert_int_equal(loop_next_tick(other, queue_both), -EBUSY);
    loop_run_tasks(loop);
    assert_trace("t m");
}

static void a_task_without_a_callback_is_refused(void **state)
{
    (void)state;
    struct loop_task task;
    loop_task_init(loop, &task);
    assert_int_equal(loop_next_tick(&task, NULL), -EINVAL);
    assert_int_equal(loop_microtask(&task, NULL), -EINVAL);
    loop_run_tasks(loop);
}

static void free_itself(struct loop_task *task)
{
    trace("freed");
    free(task);
}

static void a_task_is_the_callers_again_once_its_callback_has_begun(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct loop_task *task = malloc(sizeof *task);
        assert_non_null(task);
        loop_task_init(loop, task);
        assert_int_equal(
            i == 0 ? loop_next_tick(task, free_itself) : loop_microtask(task, free_itself), 0);
    }
    loop_run_tasks(loop);
    assert_trace("freed freed");
}

/* ---- who waits for whom ---- */

static void queue_itself(struct loop_task *task)
{
    if (rounds_left == 0) {
        trace("last");
        return;
    }
    rounds_left--;
    bool is_tick = strcmp(task->data, "tick") == 0;
    assert_int_equal((is_tick ? loop_next_tick : loop_microtask)(task, queue_itself), 0);
}

static void a_tick_that_queues_itself_starves_the_loop_for_as_long_as_it_does(void **state)
{
    (void)state;
    rounds_left = 100000;
    timer_in("timer", 0);
    immediate("immediate");
    tick_calling(queue_itself);
    microtask("microtask");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("last microtask timer immediate");
    assert_int_equal(fake_call_count(FAKE_WAIT), 1);
}

static void a_microtask_that_queues_itself_starves_even_the_ticks(void **state)
{
    (void)state;
    rounds_left = 100000;
    timer_in("timer", 0);
    microtask_calling(queue_itself);
    microtask_calling(queue_both);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("microtask new-m last new-t timer");
}

static void the_tasks_of_a_main_program_run_before_the_first_phase(void **state)
{
    (void)state;
    timer_in("timer", 0);
    immediate("immediate");
    tick("tick");
    microtask("microtask");
    trace("end");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("end tick microtask timer immediate");
}

static void start_a_timer(struct loop_task *task)
{
    (void)task;
    timer_in("timer", MS(5));
}

static void a_task_of_the_main_program_may_be_what_makes_the_loop_alive(void **state)
{
    (void)state;
    tick_calling(start_a_timer);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("timer");
}

static void queued_tasks_alone_neither_keep_the_loop_alive_nor_are_they_lost(void **state)
{
    (void)state;
    tick("tick");
    assert_false(loop_alive(loop));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("tick");
    assert_int_equal(fake_call_count(FAKE_WAIT), 0);
}

static void a_loop_with_a_queued_task_is_not_destroyed(void **state)
{
    (void)state;
    tick("tick");
    assert_int_equal(loop_destroy(loop), -EBUSY);
    loop_run_tasks(loop);
    microtask("microtask");
    assert_int_equal(loop_destroy(loop), -EBUSY);
    loop_run_tasks(loop);
    assert_trace("tick microtask");
}

static void an_unknown_way_to_drain_is_refused(void **state)
{
    (void)state;
    struct loop_options options = fixture_options();
    options.drain = (enum loop_drain)2;
    struct loop *other;
    assert_int_equal(loop_open(&other, &options), -EINVAL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(ticks_run_in_the_order_in_which_they_were_queued),
        loop_test(microtasks_run_in_the_order_in_which_they_were_queued),
        loop_test(every_tick_runs_before_the_first_microtask),
        loop_test(what_a_tick_queues_runs_in_the_same_drain_ticks_first),
        loop_test(a_tick_queued_by_a_microtask_waits_until_no_microtask_is_left),
        loop_test(the_two_queues_are_drained_again_while_either_refills),
        loop_test(a_task_that_is_queued_already_is_refused_on_both_queues),
        loop_test(a_task_without_a_callback_is_refused),
        loop_test(a_task_is_the_callers_again_once_its_callback_has_begun),
        loop_test(a_tick_that_queues_itself_starves_the_loop_for_as_long_as_it_does),
        loop_test(a_microtask_that_queues_itself_starves_even_the_ticks),
        loop_test(the_tasks_of_a_main_program_run_before_the_first_phase),
        loop_test(a_task_of_the_main_program_may_be_what_makes_the_loop_alive),
        loop_test(queued_tasks_alone_neither_keep_the_loop_alive_nor_are_they_lost),
        loop_test(a_loop_with_a_queued_task_is_not_destroyed),
        loop_test(an_unknown_way_to_drain_is_refused),
    };
    return run_loop_tests(tests, argc, argv);
}
