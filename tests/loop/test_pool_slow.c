/* Slow jobs: at most half of the threads, and the others are for fast ones. */
#include "tests/loop/pool_fixture.h"

#include <stdatomic.h>

/* Where fast jobs stand, apart from slow ones. */
static struct gate fast_gate;

static void fast_gate_work(struct pool_job *job)
{
    (void)job;
    gate_pass(&fast_gate);
}

static void open_fast_gate(void)
{
    static const struct gate new_gate = GATE_INITIALIZER;
    fast_gate = new_gate;
}

static void submit_slow_named(const char *name, pool_work_function *work)
{
    submit_slow(new_job(name), work, trace_done);
}

/* With `threads` of them, slow jobs get `most`; fast ones that come later get the rest. */
static void expect_share(unsigned threads, unsigned most)
{
    open_fast_gate();
    open_pool(threads);
    for (unsigned i = 0; i < threads + 3; i++)
        submit_slow_named("slow", gate_work);
    for (unsigned i = most; i < threads; i++)
        submit_named("fast", fast_gate_work);
    gate_wait(&gate, most);
    gate_wait(&fast_gate, threads - most); /* every thread has a job now */
    assert_int_equal(gate_arrived(&gate), most);
    assert_int_equal(counters().waiting, threads + 3 - most);
    gate_open(&fast_gate, GATE_FOR_ALL);
    RUN_WHILE(counters().completed < threads - most);
    submit_named("fast", no_work);
    if (most < threads)
        RUN_WHILE(counters().completed < threads - most + 1);
    assert_int_equal(gate_arrived(&gate), most);
    gate_open(&gate, GATE_FOR_ALL);
    RUN_ALL();
    assert_int_equal(gate_arrived(&gate), threads + 3);
    fixture_clear_trace();
}

static void slow_jobs_hold_two_of_four_threads(void **state)
{
    (void)state;
    expect_share(4, 2);
}

static void slow_jobs_hold_three_of_five_threads(void **state)
{
    (void)state;
    expect_share(5, 3);
}

static void slow_jobs_hold_one_of_two_threads(void **state)
{
    (void)state;
    expect_share(2, 1);
}

static void a_slow_job_runs_on_a_single_thread(void **state)
{
    (void)state;
    open_pool(1);
    submit_slow_named("slow", no_work);
    submit_slow_named("slow", no_work);
    RUN_ALL();
    assert_trace("slow slow");
}

static void on_a_single_thread_slow_and_fast_jobs_keep_their_order(void **state)
{
    (void)state;
    open_pool(1);
    submit_named("barrier", gate_work);
    submit_slow_named("s1", no_work);
    submit_named("f1", no_work);
    submit_slow_named("s2", no_work);
    submit_named("f2", no_work);
    gate_open(&gate, 1);
    RUN_ALL();
    assert_trace("barrier s1 f1 s2 f2");
}

static void a_slow_job_that_was_passed_goes_before_all_that_came_later(void **state)
{
    (void)state;
    open_fast_gate();
    open_pool(2);
    submit_slow_named("running", gate_work);
    gate_wait(&gate, 1);
    submit_slow_named("passed", no_work);
    submit_named("fast", fast_gate_work);
    gate_wait(&fast_gate, 1); /* it has passed */
    submit_named("f", no_work);
    submit_slow_named("s", no_work);
    gate_open(&gate, 1); /* the slow one ends, and its thread takes the rest */
    RUN_WHILE(counters().completed < 4);
    assert_trace("running passed f s");
    gate_open(&fast_gate, 1);
}

static void slow_jobs_that_are_held_back_keep_their_order(void **state)
{
    (void)state;
    open_pool(2);
    submit_slow_named("running", gate_work);
    gate_wait(&gate, 1);
    submit_slow_named("a", no_work);
    submit_slow_named("b", no_work);
    submit_slow_named("c", no_work);
    submit_named("fast", no_work);
    RUN_WHILE(counters().completed < 1); /* it has passed them */
    gate_open(&gate, 1);
    RUN_ALL();
    assert_trace("fast running a b c");
}

static void a_slow_job_that_is_held_back_can_be_cancelled(void **state)
{
    (void)state;
    open_pool(2);
    submit_slow_named("running", gate_work);
    gate_wait(&gate, 1);
    struct pool_job *held = new_job("held"), *next = new_job("next");
    submit_slow(held, no_work, trace_done);
    submit_slow(next, no_work, trace_done);
    submit_named("fast", no_work);
    RUN_WHILE(counters().completed < 1);
    assert_trace("fast");
    assert_int_equal(counters().waiting, 2);
    assert_int_equal(pool_cancel(held), 0);
    assert_int_equal(counters().waiting, 1);
    loop_run(loop, LOOP_ONCE);
    gate_open(&gate, 1);
    RUN_ALL();
    char expected[64];
    snprintf(expected, sizeof expected, "held:%d running next", -ECANCELED);
    assert_trace(expected);
    submit_slow(held, no_work, trace_done);
    RUN_ALL();
    assert_trace("held");
}

static void a_slow_job_that_was_held_back_and_runs_now_is_not_cancelled(void **state)
{
    (void)state;
    open_pool(2);
    submit_slow_named("first", gate_work);
    gate_wait(&gate, 1);
    struct pool_job *held = new_job("held");
    submit_slow(held, gate_work, trace_done);
    submit_named("fast", no_work);
    RUN_WHILE(counters().completed < 1); /* it has passed */
    gate_open(&gate, 1);
    gate_wait(&gate, 2);
    assert_int_equal(pool_cancel(held), -EBUSY);
    gate_open(&gate, 1);
    submit_slow_named("next", gate_work);
    gate_wait(&gate, 3); /* it has ended */
    assert_int_equal(pool_cancel(held), -EBUSY);
    gate_open(&gate, 1);
    RUN_ALL();
    assert_trace("fast first held next");
    assert_int_equal(counters().waiting, 0);
}

#define MANY 20000

static atomic_int slow_now, slow_most;
static unsigned ended;

static void slow_work(struct pool_job *job)
{
    (void)job;
    int now = atomic_fetch_add(&slow_now, 1) + 1, most = atomic_load(&slow_most);
    while (now > most && !atomic_compare_exchange_weak(&slow_most, &most, now))
        ;
    atomic_fetch_sub(&slow_now, 1);
}

static void note_end(struct pool_job *job, int status)
{
    (void)job;
    ended += status == 0;
}

static void of_many_mixed_jobs_none_is_lost_and_slow_ones_never_hold_more(void **state)
{
    (void)state;
    static struct pool_job many[MANY];
    memset(many, 0, sizeof many);
    atomic_store(&slow_most, 0);
    ended = 0;
    open_pool(4);
    for (unsigned i = 0; i < MANY; i++)
        if (i % 7 < 4)
            submit_slow(&many[i], slow_work, note_end);
        else
            submit(&many[i], no_work, note_end);
    RUN_ALL();
    assert_int_equal(ended, MANY);
    assert_in_range(atomic_load(&slow_most), 1, 2);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        pool_test(slow_jobs_hold_two_of_four_threads),
        pool_test(slow_jobs_hold_three_of_five_threads),
        pool_test(slow_jobs_hold_one_of_two_threads),
        pool_test(a_slow_job_runs_on_a_single_thread),
        pool_test(on_a_single_thread_slow_and_fast_jobs_keep_their_order),
        pool_test(a_slow_job_that_was_passed_goes_before_all_that_came_later),
        pool_test(slow_jobs_that_are_held_back_keep_their_order),
        pool_test(a_slow_job_that_is_held_back_can_be_cancelled),
        pool_test(a_slow_job_that_was_held_back_and_runs_now_is_not_cancelled),
        pool_test(of_many_mixed_jobs_none_is_lost_and_slow_ones_never_hold_more),
    };
    return run_loop_tests(tests, argc, argv);
}
