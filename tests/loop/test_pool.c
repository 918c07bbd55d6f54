/* Jobs on the threads of a pool, and their way back to the loop. */
#include "tests/loop/pool_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

static pthread_t worked_on, done_on;

static void note_worked_on(struct pool_job *job)
{
    (void)job;
    worked_on = pthread_self();
}

static void note_done_on(struct pool_job *job, int status)
{
    trace_done(job, status);
    done_on = pthread_self();
}

static void work_is_on_another_thread_and_done_on_the_loops(void **state)
{
    (void)state;
    open_pool(4);
    submit(new_job("job"), note_worked_on, note_done_on);
    RUN_ALL();
    assert_trace("job");
    assert_false(pthread_equal(worked_on, pthread_self()));
    assert_true(pthread_equal(done_on, pthread_self()));
}

static void done_runs_in_the_poll_phase(void **state)
{
    (void)state;
    open_pool(1);
    loop_unref(&new_prepare("prepare")->handle);
    loop_unref(&new_check("check")->handle);
    submit_named("job", no_work);
    submit_named("barrier", gate_work);
    gate_wait(&gate, 1); /* so the one before it has ended */
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("prepare job check");
}

static void done_is_never_called_from_within_submit(void **state)
{
    (void)state;
    open_pool(1);
    submit_named("job", no_work);
    submit_named("barrier", gate_work);
    gate_wait(&gate, 1);
    submit_named("other", no_work);
    assert_trace("");
}

static void a_job_that_sleeps_wakes_a_loop_that_blocks(void **state)
{
    (void)state;
    open_pool(2);
    for (int i = 0; i < 100; i++) {
        submit_named("job", no_work);
        assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
        assert_trace("job");
    }
}

/* ---- order ---- */

#define MANY 1000

static struct pool_job many[MANY];
static unsigned started[MANY], finished[MANY], started_count, finished_count;

static void note_start(struct pool_job *job)
{
    started[started_count++] = (unsigned)(job - many); /* on one thread */
}

static void note_finish(struct pool_job *job, int status)
{
    assert_int_equal(status, 0);
    finished[finished_count++] = (unsigned)(job - many);
}

static void one_thread_runs_jobs_in_the_order_of_their_submission(void **state)
{
    (void)state;
    open_pool(1);
    started_count = finished_count = 0;
    memset(many, 0, sizeof many);
    for (int i = 0; i < MANY; i++)
        submit(&many[i], note_start, note_finish);
    RUN_ALL();
    assert_int_equal(finished_count, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(started[i], i);
        assert_int_equal(finished[i], i);
    }
}

static struct gate second_gate = GATE_INITIALIZER;

static void second_gate_work(struct pool_job *job)
{
    (void)job;
    gate_pass(&second_gate);
}

/* A job begins when the one before it on its thread has been put away: so it is known here which
 * have ended, and in which order. */
static void done_runs_in_the_order_in_which_jobs_ended(void **state)
{
    (void)state;
    open_pool(2);
    submit_named("third", gate_work);
    gate_wait(&gate, 1);
    submit_named("first", no_work);
    submit_named("second", second_gate_work);
    gate_wait(&second_gate, 1);
    submit_named("rest", second_gate_work);
    gate_open(&second_gate, 1);
    gate_wait(&second_gate, 2);
    submit_named("rest", second_gate_work);
    gate_open(&gate, 1);
    gate_wait(&second_gate, 3);
    gate_open(&second_gate, 2);
    RUN_ALL();
    assert_trace("first second third rest rest");
}

static void as_many_jobs_run_at_once_as_there_are_threads(void **state)
{
    (void)state;
    open_pool(8);
    for (int i = 0; i < 9; i++)
        submit_named("job", gate_work);
    gate_wait(&gate, 8);
    assert_int_equal(counters().threads, 8);
    assert_int_equal(counters().waiting, 1);
    gate_open(&gate, 1);
    gate_wait(&gate, 9);
    assert_int_equal(counters().waiting, 0);
}

static void two_jobs_at_once_wake_two_threads_that_sleep(void **state)
{
    (void)state;
    open_pool(4);
    for (int i = 0; i < 200; i++) {
        submit_named("a", gate_work);
        submit_named("b", gate_work);
        gate_wait(&gate, 2 * (unsigned)i + 2);
        gate_open(&gate, 2);
        RUN_ALL();
        fixture_clear_trace();
    }
}

/* ---- how much a loop is woken ---- */

static void completions_while_the_loop_is_busy_wake_it_once(void **state)
{
    (void)state;
    open_pool(1);
    for (int i = 0; i < MANY; i++)
        submit_named("j", no_work);
    submit_named("barrier", gate_work);
    gate_wait(&gate, 1);
    assert_int_equal(fake_call_count(FAKE_WAKE), 1);
    assert_int_equal(counters().wakes, 1);
    fixture_clear_trace();
}

static unsigned done_count, done_at_check[16], checks;

static void count_done(struct pool_job *job, int status)
{
    (void)job;
    done_count += status == 0;
}

static void note_check(struct loop_hook *hook)
{
    (void)hook;
    if (checks < 16)
        done_at_check[checks++] = done_count;
}

static void an_iteration_delivers_at_most_the_event_budget(void **state)
{
    (void)state;
    struct loop_options options = fixture_options();
    options.event_budget = 100;
    fixture_reopen(&options);
    fake_script.block = true;
    open_pool(1);
    done_count = checks = 0;
    for (int i = 0; i < 250; i++)
        submit(new_job("j"), no_work, count_done);
    submit(new_job("barrier"), gate_work, count_done);
    gate_wait(&gate, 1);
    loop_unref(&check_calling(note_check)->handle);
    for (int i = 0; i < 3; i++)
        assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    assert_int_equal(done_at_check[0], 100);
    assert_int_equal(done_at_check[1], 200);
    assert_int_equal(done_at_check[2], 250);
    assert_int_equal(counters().deliveries, 3);
}

static void submit_again_until_traced(struct pool_job *job, int status)
{
    assert_int_equal(status, 0);
    if (strstr(fixture_trace(), "timer") == NULL)
        submit(job, no_work, submit_again_until_traced);
}

static void jobs_that_submit_themselves_again_leave_timers_their_turn(void **state)
{
    (void)state;
    open_pool(2);
    for (int i = 0; i < 10; i++)
        submit(new_job("job"), no_work, submit_again_until_traced);
    timer_in("timer", 0);
    RUN_ALL();
    assert_trace("timer");
}

/* ---- submitting ---- */

static unsigned rounds_left;

static void submit_again(struct pool_job *job, int status)
{
    trace_done(job, status);
    if (rounds_left-- > 0)
        submit(job, no_work, submit_again);
}

static void a_job_submitted_again_by_its_done_comes_in_a_later_iteration(void **state)
{
    (void)state;
    open_pool(1);
    rounds_left = 2;
    struct loop_hook *check = new_check("check");
    loop_unref(&check->handle);
    submit(new_job("job"), no_work, submit_again);
    RUN_ALL();
    const char *words = fixture_trace();
    unsigned jobs = 0;
    for (const char *word = words; word != NULL; word = strchr(word, ' ')) {
        word += *word == ' ';
        jobs += strncmp(word, "job", 3) == 0;
        assert_true(strncmp(word, "job job", 7) != 0);
    }
    assert_int_equal(jobs, 3);
    fixture_clear_trace();
}

static void free_job(struct pool_job *job, int status)
{
    done_count += status == 0;
    free(job);
}

static void a_job_may_be_freed_by_its_done(void **state)
{
    (void)state;
    open_pool(2);
    done_count = 0;
    for (int i = 0; i < 100; i++)
        submit(calloc(1, sizeof(struct pool_job)), no_work, free_job);
    RUN_ALL();
    assert_int_equal(done_count, 100);
}

static void a_job_under_way_is_not_taken_again(void **state)
{
    (void)state;
    open_pool(1);
    struct pool_job *running = submit_named("running", gate_work);
    struct pool_job *waiting = submit_named("waiting", no_work);
    gate_wait(&gate, 1);
    assert_int_equal(pool_submit(pool, running, POOL_FAST, no_work, NULL), -EBUSY);
    assert_int_equal(pool_submit(pool, waiting, POOL_FAST, no_work, NULL), -EBUSY);
    gate_open(&gate, 1);
    RUN_ALL();
    assert_trace("running waiting");
    submit(running, no_work, trace_done);
    RUN_ALL();
    assert_trace("running");
}

static void a_job_without_work_is_refused_and_one_without_done_is_not(void **state)
{
    (void)state;
    open_pool(1);
    struct pool_job *job = new_job("job");
    assert_int_equal(pool_submit(pool, job, POOL_FAST, NULL, trace_done), -EINVAL);
    assert_false(loop_alive(loop));
    submit(job, note_worked_on, NULL);
    RUN_ALL();
    assert_int_equal(counters().completed, 1);
}

/* ---- with the loop ---- */

static void a_pool_keeps_the_loop_alive_only_while_it_has_jobs(void **state)
{
    (void)state;
    open_pool(2);
    assert_false(loop_alive(loop));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    submit_named("job", no_work);
    assert_true(loop_alive(loop));
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("job");
}

static void stop_loop(struct pool_job *job, int status)
{
    trace_done(job, status);
    loop_stop(loop);
}

static void a_loop_that_is_stopped_delivers_the_rest_when_it_runs_again(void **state)
{
    (void)state;
    struct loop_options options = fixture_options();
    options.event_budget = 1;
    fixture_reopen(&options);
    fake_script.block = true;
    open_pool(1);
    submit(new_job("a"), no_work, stop_loop);
    submit_named("b", no_work);
    submit_named("c", no_work);
    submit_named("barrier", gate_work);
    gate_wait(&gate, 1);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 1);
    assert_trace("a");
    gate_open(&gate, 1);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("b c barrier");
}

static void two_pools_on_one_loop_do_not_disturb_each_other(void **state)
{
    (void)state;
    open_pool(1);
    struct pool *first = pool;
    submit_named("held", gate_work);
    gate_wait(&gate, 1);
    open_pool(1);
    for (int i = 0; i < 3; i++)
        submit_named("other", no_work);
    RUN_WHILE(counters().completed < 3);
    assert_trace("other other other");
    close_pool();
    gate_open(&gate, 1);
    pool = first;
    RUN_ALL();
    const char *words = fixture_trace();
    assert_true(strcmp(words, "held closed") == 0 || strcmp(words, "closed held") == 0);
    fixture_clear_trace();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        pool_test(work_is_on_another_thread_and_done_on_the_loops),
        pool_test(done_runs_in_the_poll_phase),
        pool_test(done_is_never_called_from_within_submit),
        pool_test(a_job_that_sleeps_wakes_a_loop_that_blocks),
        pool_test(one_thread_runs_jobs_in_the_order_of_their_submission),
        pool_test(done_runs_in_the_order_in_which_jobs_ended),
        pool_test(as_many_jobs_run_at_once_as_there_are_threads),
        pool_test(two_jobs_at_once_wake_two_threads_that_sleep),
        pool_test(completions_while_the_loop_is_busy_wake_it_once),
        pool_test(an_iteration_delivers_at_most_the_event_budget),
        pool_test(jobs_that_submit_themselves_again_leave_timers_their_turn),
        pool_test(a_job_submitted_again_by_its_done_comes_in_a_later_iteration),
        pool_test(a_job_may_be_freed_by_its_done),
        pool_test(a_job_under_way_is_not_taken_again),
        pool_test(a_job_without_work_is_refused_and_one_without_done_is_not),
        pool_test(a_pool_keeps_the_loop_alive_only_while_it_has_jobs),
        pool_test(a_loop_that_is_stopped_delivers_the_rest_when_it_runs_again),
        pool_test(two_pools_on_one_loop_do_not_disturb_each_other),
    };
    return run_loop_tests(tests, argc, argv);
}
