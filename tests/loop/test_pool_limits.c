/* How many threads, how many jobs that wait, and what a job remembers. */
#include "tests/loop/pool_fixture.h"

static void the_default_is_four_threads_without_limit(void **state)
{
    (void)state;
    struct pool_options options;
    unsetenv("POLLBENCH_THREADS");
    memset(&options, 0xa5, sizeof options);
    assert_int_equal(pool_default_options(&options), 0);
    assert_int_equal(options.threads, 4);
    assert_int_equal(options.queue_limit, 0);
    assert_false(options.timestamps);
    assert_false(options.background);
}

static void the_environment_says_how_many_threads(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned threads;
    } good[] = {{"1", 1}, {"7", 7}, {"1024", 1024}, {"0016", 16}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct pool_options options;
        setenv("POLLBENCH_THREADS", good[i].text, 1);
        assert_int_equal(pool_default_options(&options), 0);
        assert_int_equal(options.threads, good[i].threads);
    }
    unsetenv("POLLBENCH_THREADS");
}

static void an_environment_that_is_no_number_of_threads_is_an_error(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "0",
                                      "abc",
                                      "4x",
                                      "x4",
                                      " 4",
                                      "4 ",
                                      "-1",
                                      "+4",
                                      "4.0",
                                      "1025",
                                      "5000",
                                      "0x4",
                                      "1e2",
                                      "000",
                                      "4294967297",
                                      "99999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct pool_options options;
        setenv("POLLBENCH_THREADS", bad[i], 1);
        assert_int_equal(pool_default_options(&options), -EINVAL);
        assert_int_equal(options.threads, 4);
    }
    unsetenv("POLLBENCH_THREADS");
}

static void a_number_of_threads_out_of_range_is_refused(void **state)
{
    (void)state;
    static const unsigned bad[] = {0, 1025, 5000, UINT32_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct pool_options options = {.threads = bad[i]};
        assert_int_equal(pool_open(&pool, loop, &options), -EINVAL);
        assert_null(pool);
    }
}

static void one_job_runs_on_a_pool_of_each_size(void **state)
{
    (void)state;
    static const unsigned sizes[] = {1, 2, 3, 64, 256};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        open_pool(sizes[i]);
        submit_named("job", no_work);
        assert_int_equal(counters().threads, sizes[i]);
        close_pool();
        RUN_ALL();
        fixture_clear_trace();
    }
}

/* ---- the queue's limit ---- */

static int try(enum pool_class class)
{
    return pool_submit(pool, new_job("job"), class, gate_work, trace_done);
}

static void a_full_queue_refuses_and_counts(void **state)
{
    (void)state;
    struct pool_options options = {.threads = 2, .queue_limit = 3};
    open_pool_with(&options);
    for (int i = 0; i < 5; i++)
        assert_int_equal(try(POOL_FAST), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(try(POOL_FAST), -EAGAIN);
    gate_wait(&gate, 2);
    assert_int_equal(try(POOL_FAST), -EAGAIN);
    assert_int_equal(counters().refused, 4);
    assert_int_equal(counters().submitted, 5);
    assert_int_equal(counters().waiting, 3);
    gate_open(&gate, 1);
    gate_wait(&gate, 3);
    assert_int_equal(try(POOL_FAST), 0);
    assert_int_equal(try(POOL_FAST), -EAGAIN);
    gate_open(&gate, GATE_FOR_ALL);
    RUN_ALL();
    assert_int_equal(counters().completed, 6);
    fixture_clear_trace();
}

static void a_refused_job_leaves_nothing_behind_and_can_be_tried_again(void **state)
{
    (void)state;
    struct pool_options options = {.threads = 1, .queue_limit = 1};
    open_pool_with(&options);
    assert_int_equal(try(POOL_FAST), 0);
    assert_int_equal(try(POOL_FAST), 0);
    struct pool_job *job = new_job("again");
    assert_int_equal(pool_submit(pool, job, POOL_FAST, no_work, trace_done), -EAGAIN);
    gate_open(&gate, 2);
    RUN_ALL();
    submit(job, no_work, trace_done);
    RUN_ALL();
    assert_trace("job job again");
}

static void a_cancelled_job_makes_room_in_a_full_queue(void **state)
{
    (void)state;
    struct pool_options options = {.threads = 1, .queue_limit = 1};
    open_pool_with(&options);
    assert_int_equal(try(POOL_FAST), 0);
    gate_wait(&gate, 1);
    struct pool_job *job = submit_named("job", no_work);
    assert_int_equal(try(POOL_FAST), -EAGAIN);
    assert_int_equal(pool_cancel(job), 0);
    assert_int_equal(try(POOL_FAST), 0);
    assert_int_equal(try(POOL_FAST), -EAGAIN);
}

/* Slow jobs that fill the queue must not keep fast ones from threads that have nothing to do. */
static void fast_jobs_are_taken_while_a_thread_is_idle_for_them(void **state)
{
    (void)state;
    struct pool_options options = {.threads = 4, .queue_limit = 1};
    open_pool_with(&options);
    for (int i = 0; i < 3; i++)
        assert_int_equal(try(POOL_SLOW), 0);
    assert_int_equal(try(POOL_SLOW), -EAGAIN);
    gate_wait(&gate, 2);
    assert_int_equal(try(POOL_SLOW), -EAGAIN);
    assert_int_equal(try(POOL_FAST), 0);
    assert_int_equal(try(POOL_FAST), 0);
    assert_int_equal(try(POOL_FAST), -EAGAIN);
    gate_wait(&gate, 4);
    assert_int_equal(try(POOL_FAST), -EAGAIN);
    assert_int_equal(counters().waiting, 1);
    assert_int_equal(counters().refused, 4);
}

static void without_a_limit_any_number_of_jobs_waits(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    struct pool_job *jobs = fixture_new(COUNT * sizeof *jobs);
    memset(jobs, 0, COUNT * sizeof *jobs);
    open_pool(1);
    submit_named("gate", gate_work);
    gate_wait(&gate, 1);
    for (int i = 0; i < COUNT; i++)
        submit(&jobs[i], no_work, NULL);
    assert_int_equal(counters().waiting, COUNT);
    assert_int_equal(counters().peak_waiting, COUNT);
    gate_open(&gate, 1);
    RUN_ALL();
    assert_int_equal(counters().completed, COUNT + 1);
    assert_int_equal(counters().waiting, 0);
    assert_int_equal(counters().peak_waiting, COUNT);
    fixture_clear_trace();
}

/* ---- priority ---- */

static void background_threads_are_had_or_refused(void **state)
{
    (void)state;
    struct pool_options options = {.threads = 16, .background = true};
    int r = pool_open(&pool, loop, &options);
    if (r < 0) {
        assert_int_equal(r, -ENOTSUP);
        assert_null(pool);
        return;
    }
    submit_named("a", gate_work);
    assert_int_equal(counters().background, 16); /* at once, before any of them has run */
}

/* ---- times ---- */

static void timestamps_follow_each_other(void **state)
{
    (void)state;
    struct pool_options options = {.threads = 2, .timestamps = true};
    open_pool_with(&options);
    for (int i = 0; i < 100; i++) {
        uint64_t before_ns = clock_now_ns();
        struct pool_job *job = submit_named("job", no_work);
        RUN_ALL();
        assert_true(before_ns <= job->submitted_ns);
        assert_true(job->submitted_ns <= job->started_ns);
        assert_true(job->started_ns <= job->ended_ns);
        assert_true(job->ended_ns <= clock_now_ns());
    }
    fixture_clear_trace();
}

static void without_timestamps_the_clock_is_not_read(void **state)
{
    (void)state;
    open_pool(1);
    struct pool_job *job = submit_named("job", no_work);
    RUN_ALL();
    assert_int_equal(job->submitted_ns, 0);
    assert_int_equal(job->started_ns, 0);
    assert_int_equal(job->ended_ns, 0);
    fixture_clear_trace();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        pool_test(the_default_is_four_threads_without_limit),
        pool_test(the_environment_says_how_many_threads),
        pool_test(an_environment_that_is_no_number_of_threads_is_an_error),
        pool_test(a_number_of_threads_out_of_range_is_refused),
        pool_test(one_job_runs_on_a_pool_of_each_size),
        pool_test(a_full_queue_refuses_and_counts),
        pool_test(a_refused_job_leaves_nothing_behind_and_can_be_tried_again),
        pool_test(a_cancelled_job_makes_room_in_a_full_queue),
        pool_test(fast_jobs_are_taken_while_a_thread_is_idle_for_them),
        pool_test(without_a_limit_any_number_of_jobs_waits),
        pool_test(background_threads_are_had_or_refused),
        pool_test(timestamps_follow_each_other),
        pool_test(without_timestamps_the_clock_is_not_read),
    };
    return run_loop_tests(tests, argc, argv);
}
