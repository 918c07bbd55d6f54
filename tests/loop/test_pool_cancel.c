/* Taking a job out of the queue again. */
#include "tests/loop/pool_fixture.h"

#include <stdatomic.h>

static void never(struct pool_job *job)
{
    fail_msg("the work of \"%s\" has run", (const char *)job->data);
}

/* One thread, which has a job that stands at the gate. */
static void open_blocked_pool(void)
{
    open_pool(1);
    submit_named("running", gate_work);
    gate_wait(&gate, 1);
}

static void a_job_that_waits_is_cancelled_while_every_thread_is_busy(void **state)
{
    (void)state;
    open_blocked_pool();
    struct pool_job *job = submit_named("job", never);
    assert_int_equal(pool_cancel(job), 0);
    assert_trace("");
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    char expected[32];
    snprintf(expected, sizeof expected, "job:%d", -ECANCELED);
    assert_trace(expected);
    gate_open(&gate, 1);
    RUN_ALL();
    assert_trace("running");
    assert_int_equal(counters().canceled, 1);
    assert_int_equal(counters().completed, 1);
    assert_int_equal(counters().waiting, 0);
    assert_int_equal(counters().peak_waiting, 1);
}

static void a_cancelled_job_has_its_done_in_the_poll_phase(void **state)
{
    (void)state;
    open_blocked_pool();
    loop_unref(&new_prepare("prepare")->handle);
    loop_unref(&new_check("check")->handle);
    pool_cancel(submit_named("job", never));
    assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    char expected[64];
    snprintf(expected, sizeof expected, "prepare job:%d check", -ECANCELED);
    assert_trace(expected);
}

static void a_job_that_runs_is_not_cancelled(void **state)
{
    (void)state;
    open_pool(1);
    struct pool_job *job = submit_named("job", gate_work);
    gate_wait(&gate, 1);
    assert_int_equal(pool_cancel(job), -EBUSY);
    gate_open(&gate, 1);
    RUN_ALL();
    assert_trace("job");
}

static void a_job_that_has_ended_is_not_cancelled(void **state)
{
    (void)state;
    open_pool(1);
    struct pool_job *job = submit_named("job", no_work);
    submit_named("barrier", gate_work);
    gate_wait(&gate, 1);
    assert_int_equal(pool_cancel(job), -EBUSY);
    loop_run(loop, LOOP_ONCE);
    assert_trace("job");
    assert_int_equal(pool_cancel(job), -EBUSY);
    assert_int_equal(counters().canceled, 0);
}

static void a_job_that_was_never_submitted_is_not_cancelled(void **state)
{
    (void)state;
    assert_int_equal(pool_cancel(new_job("job")), -EBUSY);
}

static void a_job_is_cancelled_once(void **state)
{
    (void)state;
    open_blocked_pool();
    struct pool_job *job = submit_named("job", never);
    assert_int_equal(pool_cancel(job), 0);
    assert_int_equal(pool_cancel(job), -EBUSY);
    loop_run(loop, LOOP_ONCE);
    assert_int_equal(pool_cancel(job), -EBUSY);
    assert_int_equal(counters().canceled, 1);
    fixture_clear_trace();
}

static struct pool_job *victim;

static void cancel_victim(struct pool_job *job, int status)
{
    trace_done(job, status);
    assert_int_equal(pool_cancel(victim), 0);
}

static void a_done_may_cancel_another_job(void **state)
{
    (void)state;
    open_pool(1);
    submit(new_job("first"), no_work, cancel_victim);
    submit_named("barrier", gate_work);
    victim = submit_named("victim", never);
    gate_wait(&gate, 1);
    loop_run(loop, LOOP_ONCE);
    gate_open(&gate, 1);
    RUN_ALL();
    char expected[64];
    snprintf(expected, sizeof expected, "first victim:%d barrier", -ECANCELED);
    assert_trace(expected);
}

static void a_cancelled_job_can_be_submitted_again(void **state)
{
    (void)state;
    open_blocked_pool();
    struct pool_job *job = submit_named("job", never);
    pool_cancel(job);
    loop_run(loop, LOOP_ONCE);
    fixture_clear_trace();
    submit(job, no_work, trace_done);
    gate_open(&gate, 1);
    RUN_ALL();
    assert_trace("running job");
}

/* Nothing of the pool may look at the job any more. */
static void free_job(struct pool_job *job, int status)
{
    assert_int_equal(status, -ECANCELED);
    memset(job, 0xa5, sizeof *job);
    free(job);
}

static void a_cancelled_job_may_be_freed_by_its_done(void **state)
{
    (void)state;
    open_blocked_pool();
    for (int i = 0; i < 100; i++) {
        struct pool_job *job = calloc(1, sizeof *job);
        submit(job, never, free_job);
        assert_int_equal(pool_cancel(job), 0);
    }
    RUN_WHILE(counters().canceled < 100);
    gate_open(&gate, 1);
    submit_named("after", no_work);
    RUN_ALL();
    assert_trace("running after");
}

#define MANY 3000

static struct pool_job many[MANY];
static atomic_uchar worked[MANY];
static int statuses[MANY];
static unsigned ended;

static void note_work(struct pool_job *job)
{
    atomic_fetch_add(&worked[job - many], 1);
}

static void note_status(struct pool_job *job, int status)
{
    assert_int_equal(statuses[job - many], 1);
    statuses[job - many] = status;
    ended++;
}

static void submit_many(void)
{
    ended = 0;
    memset(many, 0, sizeof many);
    for (unsigned i = 0; i < MANY; i++) {
        atomic_store(&worked[i], 0);
        statuses[i] = 1; /* none that done() gives */
        submit(&many[i], note_work, note_status);
    }
}

static void every_second_job_of_many_is_cancelled_and_the_others_run(void **state)
{
    (void)state;
    open_blocked_pool();
    submit_many();
    for (unsigned i = 0; i < MANY; i += 2)
        assert_int_equal(pool_cancel(&many[i]), 0);
    assert_int_equal(counters().waiting, MANY / 2);
    assert_int_equal(counters().peak_waiting, MANY);
    gate_open(&gate, 1);
    RUN_ALL();
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(statuses[i], i % 2 == 0 ? -ECANCELED : 0);
        assert_int_equal(atomic_load(&worked[i]), i % 2);
    }
    fixture_clear_trace();
}

static void jobs_submitted_after_many_cancelled_ones_run_in_order(void **state)
{
    (void)state;
    open_blocked_pool();
    struct pool_job *kept[3];
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 5000; j++) {
            pool_cancel(submit_named("cancelled", never));
            loop_run(loop, LOOP_NOWAIT);
            fixture_clear_trace();
            fake_forget_calls();
        }
        kept[i] = submit_named((const char *[]){"a", "b", "c"}[i], no_work);
    }
    assert_int_equal(counters().waiting, 3);
    assert_int_equal(pool_cancel(kept[1]), 0);
    assert_int_equal(counters().waiting, 2);
    loop_run(loop, LOOP_ONCE);
    fixture_clear_trace();
    gate_open(&gate, 1);
    RUN_ALL();
    assert_trace("running a c");
}

/* Whoever wins, each job has one end: it has run, or it was cancelled. */
static void a_cancel_that_races_with_the_threads_has_one_winner(void **state)
{
    (void)state;
    open_pool(4);
    for (int round = 0; round < 20; round++) {
        submit_many();
        for (unsigned i = MANY; i-- > 0;)
            pool_cancel(&many[i]);
        RUN_ALL();
        assert_int_equal(ended, MANY);
        for (unsigned i = 0; i < MANY; i++)
            assert_int_equal(atomic_load(&worked[i]), statuses[i] == 0);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        pool_test(a_job_that_waits_is_cancelled_while_every_thread_is_busy),
        pool_test(a_cancelled_job_has_its_done_in_the_poll_phase),
        pool_test(a_job_that_runs_is_not_cancelled),
        pool_test(a_job_that_has_ended_is_not_cancelled),
        pool_test(a_job_that_was_never_submitted_is_not_cancelled),
        pool_test(a_job_is_cancelled_once),
        pool_test(a_done_may_cancel_another_job),
        pool_test(a_cancelled_job_can_be_submitted_again),
        pool_test(a_cancelled_job_may_be_freed_by_its_done),
        pool_test(every_second_job_of_many_is_cancelled_and_the_others_run),
        pool_test(jobs_submitted_after_many_cancelled_ones_run_in_order),
        pool_test(a_cancel_that_races_with_the_threads_has_one_winner),
    };
    return run_loop_tests(tests, argc, argv);
}
