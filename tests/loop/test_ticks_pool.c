/* Both ways to drain, behind the completions of a pool and its closing. */
#include "tests/loop/pool_fixture.h"
#include "tests/loop/tasks.h"

static void queue_from_job(struct pool_job *job, int status)
{
    assert_int_equal(status, 0);
    trace_and_queue(job->data);
}

/* One thread, and a third job that stands at the gate: two completions are with the loop then. */
static void run_two_jobs(void)
{
    unsigned arrived = gate_arrived(&gate) + 1;
    open_pool(1);
    submit(new_job("1"), no_work, queue_from_job);
    submit(new_job("2"), no_work, queue_from_job);
    submit(new_job("gate"), gate_work, NULL);
    gate_wait(&gate, arrived);
    loop_run(loop, LOOP_NOWAIT);
}

static void end_pool(void)
{
    gate_open(&gate, 1);
    close_pool();
    RUN_ALL();
    assert_trace("closed");
}

static void tasks_of_completions(void **state)
{
    (void)state;
    run_two_jobs();
    assert_trace("1 1.t 1.m 2 2.t 2.m");
    end_pool();
    drain_after_phase();
    fake_script.block = true;
    run_two_jobs();
    assert_trace("1 2 1.t 2.t 1.m 2.m");
    end_pool();
}

static void queue_from_close(void *context)
{
    trace_and_queue(context);
}

static void close_pool_and_check(void)
{
    open_pool(1);
    pool_close(pool, queue_from_close, "pool");
    pool = NULL;
    immediate("immediate");
    RUN_ALL();
    assert_trace("immediate pool pool.t pool.m");
}

static void tasks_of_a_closed_pool(void **state)
{
    (void)state;
    close_pool_and_check();
    drain_after_phase();
    fake_script.block = true;
    close_pool_and_check();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        pool_test(tasks_of_completions),
        pool_test(tasks_of_a_closed_pool),
    };
    return run_loop_tests(tests, argc, argv);
}
