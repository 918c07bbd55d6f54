/* Jobs of a thread pool through the loop: what they do depends on the backend's wake alone, the
 * only thing that another thread does to it. No timer runs here: a wake-up that gets lost hangs the
 * case. */
#include "loop/pool.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/loop_side.h"
#include "tests/loop/gate.h"

#include <errno.h>
#include <string.h>

#define JOBS 1000

struct tally;

struct counted_job {
    struct pool_job job;
    struct tally *tally;
    unsigned number, runs, dones;
    int status;
};

/* One pool, its jobs, and what became of them. */
struct tally {
    struct loop_side side;
    struct pool *pool;
    struct gate gate;
    struct counted_job jobs[JOBS];
    /* Numbers, in the order of done(). */
    unsigned ended[JOBS], ended_count;
    /* How often done() submits again. */
    unsigned repeat;
    bool closed;
};

static struct counted_job *counted(struct pool_job *job)
{
    return list_owner(job, struct counted_job, job);
}

static void begin(struct fixture *f, struct tally *tally, unsigned threads)
{
    static const struct gate new_gate = GATE_INITIALIZER;
    struct pool_options options = {.threads = threads};
    memset(tally, 0, sizeof *tally);
    tally->gate = new_gate;
    for (unsigned i = 0; i < JOBS; i++)
        tally->jobs[i] = (struct counted_job){.tally = tally, .number = i};
    loop_side_begin(f, &tally->side, 256);
    loop_timer_stop(&tally->side.tick);
    int r = pool_open(&tally->pool, tally->side.loop, &options);
    expect_equal(r, 0);
}

static void on_pool_closed(void *context)
{
    struct tally *tally = context;
    tally->closed = true;
}

static void close_pool(struct tally *tally)
{
    pool_close(tally->pool, on_pool_closed, tally);
    tally->pool = NULL;
}

static void finish(struct tally *tally)
{
    gate_open(&tally->gate, GATE_FOR_ALL);
    if (tally->pool != NULL)
        close_pool(tally);
    expect_equal(loop_run(tally->side.loop, LOOP_DEFAULT), 0);
    expect(tally->closed, "the pool to be closed when the loop has ended");
    loop_side_end(&tally->side);
}

static void count_work(struct pool_job *job)
{
    counted(job)->runs++;
}

static void gate_work(struct pool_job *job)
{
    counted(job)->runs++;
    gate_pass(&counted(job)->tally->gate);
}

static void count_done(struct pool_job *job, int status)
{
    struct counted_job *one = counted(job);
    struct tally *tally = one->tally;
    one->dones++;
    one->status = status;
    if (tally->ended_count < JOBS)
        tally->ended[tally->ended_count] = one->number;
    tally->ended_count++;
    if (tally->repeat > 0 && one->dones <= tally->repeat)
        expect_equal(pool_submit(tally->pool, job, POOL_FAST, count_work, count_done), 0);
}

static void submit(struct tally *tally, unsigned number, pool_work_function *work)
{
    expect_equal(pool_submit(tally->pool, &tally->jobs[number].job, POOL_FAST, work, count_done),
                 0);
}

/* Blocks in the backend until a thread wakes it. */
static void step(struct tally *tally, const char *purpose)
{
    waited_for = purpose;
    expect_between(loop_run(tally->side.loop, LOOP_ONCE), 0, 1, "what loop_run() returned");
}

#define STEP_UNTIL(tally, condition)                                                               \
    while (!(condition))                                                                           \
    step((tally), #condition)

void pool_jobs_on_one_thread_are_done_in_the_order_of_their_submission(struct fixture *f)
{
    static struct tally tally;
    begin(f, &tally, 1);
    for (unsigned i = 0; i < JOBS; i++)
        submit(&tally, i, count_work);
    STEP_UNTIL(&tally, tally.ended_count == JOBS);
    for (unsigned i = 0; i < JOBS; i++) {
        expect_equal(tally.ended[i], i);
        expect_equal(tally.jobs[i].status, 0);
    }
    finish(&tally);
}

void of_ten_thousand_pool_jobs_on_four_threads_none_is_lost(struct fixture *f)
{
    static struct tally tally;
    begin(f, &tally, 4);
    tally.repeat = 9;
    for (unsigned i = 0; i < JOBS; i++)
        submit(&tally, i, count_work);
    expect_equal(loop_run(tally.side.loop, LOOP_DEFAULT), 0);
    expect_equal(tally.ended_count, 10 * JOBS);
    for (unsigned i = 0; i < JOBS; i++) {
        expect_equal(tally.jobs[i].runs, 10);
        expect_equal(tally.jobs[i].dones, 10);
    }
    finish(&tally);
}

void a_pool_job_that_is_alone_wakes_a_loop_without_deadline(struct fixture *f)
{
    static struct tally tally;
    begin(f, &tally, 2);
    tally.repeat = 2000;
    submit(&tally, 0, count_work);
    expect_equal(loop_run(tally.side.loop, LOOP_DEFAULT), 0);
    expect_equal(tally.jobs[0].dones, 2001);
    finish(&tally);
}

void a_thousand_pool_completions_while_the_loop_is_busy_cost_it_one_wake(struct fixture *f)
{
    static struct tally tally;
    struct pool_counters counters;
    begin(f, &tally, 1);
    for (unsigned i = 0; i < JOBS - 1; i++)
        submit(&tally, i, count_work);
    submit(&tally, JOBS - 1, gate_work);
    gate_wait(&tally.gate, 1); /* the others have ended; the loop was here meanwhile */
    pool_counters(tally.pool, &counters);
    expect_equal(counters.wakes, 1);
    uint64_t waits = loop_backend(tally.side.loop)->counters.waits;
    STEP_UNTIL(&tally, tally.ended_count == JOBS - 1);
    pool_counters(tally.pool, &counters);
    expect_equal(counters.deliveries, 4); /* 256 in each iteration */
    waits = loop_backend(tally.side.loop)->counters.waits - waits;
    expect_between(waits, 4, 16, "waits for all completions, several being delivered by each");
    finish(&tally);
}

void completions_of_four_pool_threads_while_the_loop_is_busy_cost_it_few_wakes(struct fixture *f)
{
    static struct tally tally;
    struct pool_counters counters;
    begin(f, &tally, 4);
    for (unsigned i = 0; i < JOBS - 4; i++)
        submit(&tally, i, count_work);
    for (unsigned i = JOBS - 4; i < JOBS; i++)
        submit(&tally, i, gate_work);
    gate_wait(&tally.gate, 4);
    pool_counters(tally.pool, &counters);
    expect_between(counters.wakes, 1, 4, "wakes of threads that ended their first jobs together");
    STEP_UNTIL(&tally, tally.ended_count == JOBS - 4);
    pool_counters(tally.pool, &counters);
    expect_between(counters.wakes, 1, 4 + 3, "wakes after the first completions were delivered");
    finish(&tally);
}

void a_pool_job_that_waits_is_cancelled_and_one_that_runs_is_not(struct fixture *f)
{
    static struct tally tally;
    begin(f, &tally, 1);
    submit(&tally, 0, gate_work);
    gate_wait(&tally.gate, 1);
    submit(&tally, 1, count_work);
    submit(&tally, 2, count_work);
    expect_equal(pool_cancel(&tally.jobs[0].job), -EBUSY);
    expect_equal(pool_cancel(&tally.jobs[1].job), 0);
    expect_equal(tally.ended_count, 0);
    STEP_UNTIL(&tally, tally.ended_count == 1);
    expect_equal(tally.jobs[1].status, -ECANCELED);
    gate_open(&tally.gate, 1);
    STEP_UNTIL(&tally, tally.ended_count == 3);
    expect_equal(tally.jobs[0].status, 0);
    expect_equal(tally.jobs[1].runs, 0);
    expect_equal(tally.jobs[2].runs, 1);
    finish(&tally);
}

void slow_pool_jobs_leave_half_of_the_threads_to_fast_ones(struct fixture *f)
{
    static struct tally tally;
    begin(f, &tally, 4);
    for (unsigned i = 0; i < 10; i++)
        expect_equal(pool_submit(tally.pool, &tally.jobs[i].job, POOL_SLOW, gate_work, count_done),
                     0);
    for (unsigned i = 10; i < 20; i++)
        submit(&tally, i, count_work);
    STEP_UNTIL(&tally, tally.ended_count == 10);
    gate_wait(&tally.gate, 2); /* a thread may have taken its job and not begun */
    expect_equal(gate_arrived(&tally.gate), 2);
    gate_open(&tally.gate, GATE_FOR_ALL);
    STEP_UNTIL(&tally, tally.ended_count == 20);
    for (unsigned i = 0; i < 10; i++)
        expect_that(tally.ended[i], >=, 10);
    finish(&tally);
}

void a_pool_closed_while_jobs_run_cancels_the_rest_and_ends_after_them(struct fixture *f)
{
    static struct tally tally;
    begin(f, &tally, 2);
    for (unsigned i = 0; i < 10; i++)
        submit(&tally, i, gate_work);
    gate_wait(&tally.gate, 2);
    close_pool(&tally);
    STEP_UNTIL(&tally, tally.ended_count == 8);
    expect(!tally.closed, "the pool to wait for the jobs that still run");
    expect_equal(loop_destroy(tally.side.loop), -EBUSY);
    gate_open(&tally.gate, 2);
    STEP_UNTIL(&tally, tally.closed);
    expect_equal(tally.ended_count, 10);
    for (unsigned i = 0; i < 10; i++)
        expect_equal(tally.jobs[i].status, i < 2 ? 0 : -ECANCELED);
    finish(&tally);
}

void two_pools_on_one_loop_both_deliver(struct fixture *f)
{
    static struct tally tally;
    struct pool *first, *second;
    struct pool_options options = {.threads = 3};
    begin(f, &tally, 2);
    first = tally.pool;
    expect_equal(pool_open(&second, tally.side.loop, &options), 0);
    for (unsigned i = 0; i < JOBS; i++) {
        tally.pool = i % 2 == 0 ? first : second;
        submit(&tally, i, count_work);
    }
    STEP_UNTIL(&tally, tally.ended_count == JOBS);
    for (unsigned i = 0; i < JOBS; i++)
        expect_equal(tally.jobs[i].dones, 1);
    pool_close(second, NULL, NULL);
    tally.pool = first;
    submit(&tally, 0, count_work);
    STEP_UNTIL(&tally, tally.ended_count == JOBS + 1);
    finish(&tally);
}

static void stop_when_done(struct pool_job *job, int status)
{
    count_done(job, status);
    loop_stop(counted(job)->tally->side.loop);
}

void a_loop_stopped_by_a_pool_job_delivers_the_rest_later(struct fixture *f)
{
    static struct tally tally;
    begin(f, &tally, 2);
    for (unsigned i = 0; i < JOBS; i++)
        expect_equal(
            pool_submit(tally.pool, &tally.jobs[i].job, POOL_FAST, count_work, stop_when_done), 0);
    unsigned runs = 0;
    while (tally.ended_count < JOBS) {
        waited_for = "the rest of the jobs";
        expect_between(loop_run(tally.side.loop, LOOP_DEFAULT), 0, 1, "what loop_run() returned");
        runs++;
    }
    expect_that(runs, >=, 4);
    finish(&tally);
}
