/* The end of a pool, and what it means for the loop. */
#include "tests/loop/pool_fixture.h"

#include <pthread.h>
#include <signal.h>

static void a_pool_without_jobs_is_closed_in_the_closing_phase(void **state)
{
    (void)state;
    open_pool(4);
    loop_unref(&new_check("check")->handle);
    close_pool();
    assert_true(loop_alive(loop));
    assert_trace("");
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("check closed");
}

static void a_pool_whose_threads_sleep_is_closed(void **state)
{
    (void)state;
    open_pool(16);
    submit_named("job", no_work);
    RUN_ALL();
    close_pool();
    RUN_ALL();
    assert_trace("job closed");
}

static void closing_cancels_what_waits_and_lets_the_rest_end(void **state)
{
    (void)state;
    open_pool(1);
    submit_named("running", gate_work);
    gate_wait(&gate, 1);
    submit_named("a", no_work);
    submit_slow(new_job("b"), no_work, trace_done);
    close_pool();
    assert_trace("");
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    char expected[64];
    snprintf(expected, sizeof expected, "a:%d b:%d", -ECANCELED, -ECANCELED);
    assert_trace(expected);
    assert_true(loop_alive(loop));
    gate_open(&gate, 1);
    RUN_ALL();
    assert_trace("running closed");
}

static void closing_cancels_slow_jobs_that_are_held_back(void **state)
{
    (void)state;
    open_pool(2);
    submit_slow(new_job("running"), gate_work, trace_done);
    submit_slow(new_job("held"), no_work, trace_done);
    submit_named("fast", no_work);
    RUN_WHILE(counters().completed < 1);
    fixture_clear_trace();
    close_pool();
    loop_run(loop, LOOP_ONCE);
    gate_open(&gate, 1);
    RUN_ALL();
    char expected[64];
    snprintf(expected, sizeof expected, "held:%d running closed", -ECANCELED);
    assert_trace(expected);
}

static void closing_delivers_what_had_ended_already(void **state)
{
    (void)state;
    open_pool(1);
    submit_named("ended", no_work);
    submit_named("running", gate_work);
    gate_wait(&gate, 1);
    close_pool();
    gate_open(&gate, 1);
    RUN_ALL();
    assert_trace("ended running closed");
}

static void close_from_done(struct pool_job *job, int status)
{
    trace_done(job, status);
    close_pool();
}

static void a_pool_may_be_closed_by_its_last_done(void **state)
{
    (void)state;
    open_pool(2);
    submit(new_job("job"), no_work, close_from_done);
    RUN_ALL();
    assert_trace("job closed");
}

static void a_pool_may_be_closed_by_a_done_with_others_under_way(void **state)
{
    (void)state;
    open_pool(1);
    submit(new_job("first"), no_work, close_from_done);
    submit_named("second", no_work);
    submit_named("running", gate_work);
    submit_named("waiting", no_work);
    gate_wait(&gate, 1);
    loop_run(loop, LOOP_ONCE);
    gate_open(&gate, 1);
    RUN_ALL();
    char expected[64];
    snprintf(expected, sizeof expected, "first second waiting:%d running closed", -ECANCELED);
    assert_trace(expected);
}

static struct pool *closing;

static void submit_to_closing(struct pool_job *job, int status)
{
    trace_done(job, status);
    assert_int_equal(pool_submit(closing, job, POOL_FAST, no_work, trace_done), -ESHUTDOWN);
}

static void a_pool_that_is_closing_takes_no_job(void **state)
{
    (void)state;
    open_pool(1);
    closing = pool;
    submit(new_job("running"), gate_work, submit_to_closing);
    gate_wait(&gate, 1);
    close_pool();
    assert_int_equal(pool_submit(closing, new_job("job"), POOL_FAST, no_work, trace_done),
                     -ESHUTDOWN);
    gate_open(&gate, 1);
    RUN_ALL();
    assert_trace("running closed");
}

static void a_loop_with_a_pool_is_not_destroyed(void **state)
{
    (void)state;
    open_pool(1);
    assert_int_equal(loop_destroy(loop), -EBUSY);
    close_pool();
    assert_int_equal(loop_destroy(loop), -EBUSY);
    RUN_ALL();
    assert_trace("closed");
}

static void count_handle(struct loop_handle *handle, void *context)
{
    (void)handle;
    ++*(unsigned *)context;
}

static void a_walk_does_not_meet_the_pool(void **state)
{
    (void)state;
    unsigned handles = 0;
    open_pool(1);
    loop_walk(loop, count_handle, &handles);
    assert_int_equal(handles, 0);
}

static void reopen(void *context)
{
    (void)context;
    trace("closed");
    open_pool(2);
    submit_named("job", no_work);
}

static void the_closed_function_may_open_another_pool(void **state)
{
    (void)state;
    open_pool(2);
    submit_named("job", no_work);
    RUN_ALL();
    pool_close(pool, reopen, NULL);
    RUN_ALL();
    assert_trace("job closed job");
}

static void opening_and_closing_again_and_again_leaves_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        open_pool(3);
        for (int j = 0; j < i; j++)
            submit_named("j", no_work);
        close_pool();
        RUN_ALL();
        fixture_clear_trace();
    }
}

/* ---- threads ---- */

static void threads_start_with_the_first_job(void **state)
{
    (void)state;
    open_pool(3);
    assert_int_equal(counters().threads, 0);
    submit_named("job", no_work);
    assert_int_equal(counters().threads, 3);
    RUN_ALL();
    assert_trace("job");
}

static bool blocked_all;

static void look_at_signals(struct pool_job *job)
{
    static const int some[] = {SIGINT, SIGTERM, SIGALRM, SIGUSR1, SIGCHLD, SIGPIPE, SIGPROF};
    sigset_t now;
    (void)job;
    pthread_sigmask(SIG_BLOCK, NULL, &now);
    blocked_all = true;
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
        blocked_all &= sigismember(&now, some[i]) == 1;
}

static void threads_have_every_signal_blocked_and_the_loops_thread_is_as_before(void **state)
{
    (void)state;
    sigset_t before, after;
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    open_pool(2);
    submit_named("job", look_at_signals);
    RUN_ALL();
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    assert_true(blocked_all);
    for (int signal = 1; signal < 32; signal++)
        assert_int_equal(sigismember(&before, signal), sigismember(&after, signal));
    assert_trace("job");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        pool_test(a_pool_without_jobs_is_closed_in_the_closing_phase),
        pool_test(a_pool_whose_threads_sleep_is_closed),
        pool_test(closing_cancels_what_waits_and_lets_the_rest_end),
        pool_test(closing_cancels_slow_jobs_that_are_held_back),
        pool_test(closing_delivers_what_had_ended_already),
        pool_test(a_pool_may_be_closed_by_its_last_done),
        pool_test(a_pool_may_be_closed_by_a_done_with_others_under_way),
        pool_test(a_pool_that_is_closing_takes_no_job),
        pool_test(a_loop_with_a_pool_is_not_destroyed),
        pool_test(a_walk_does_not_meet_the_pool),
        pool_test(the_closed_function_may_open_another_pool),
        pool_test(opening_and_closing_again_and_again_leaves_nothing),
        pool_test(threads_start_with_the_first_job),
        pool_test(threads_have_every_signal_blocked_and_the_loops_thread_is_as_before),
    };
    return run_loop_tests(tests, argc, argv);
}
