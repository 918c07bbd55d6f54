#include "tests/loop/pool_fixture.h"

struct pool *pool;
struct gate gate;

int pool_fixture_open(void **state)
{
    static const struct gate new_gate = GATE_INITIALIZER;
    gate = new_gate;
    pool = NULL;
    int r = fixture_open(state);
    fake_script.block = true;
    return r;
}

int pool_fixture_close(void **state)
{
    gate_open(&gate, GATE_FOR_ALL);
    if (pool != NULL)
        pool_close(pool, NULL, NULL);
    pool = NULL;
    RUN_ALL();
    fixture_clear_trace();
    return fixture_close(state);
}

void open_pool_with(const struct pool_options *options)
{
    assert_int_equal(pool_open(&pool, loop, options), 0);
}

void open_pool(unsigned threads)
{
    struct pool_options options = {.threads = threads};
    open_pool_with(&options);
}

static void trace_closed(void *context)
{
    trace("%s", (const char *)context);
}

void close_pool(void)
{
    pool_close(pool, trace_closed, "closed");
    pool = NULL;
}

struct pool_job *new_job(const char *name)
{
    struct pool_job *job = NEW(struct pool_job);
    *job = (struct pool_job){.data = (void *)name};
    return job;
}

void submit(struct pool_job *job, pool_work_function *work, pool_done_function *done)
{
    assert_int_equal(pool_submit(pool, job, POOL_FAST, work, done), 0);
}

void submit_slow(struct pool_job *job, pool_work_function *work, pool_done_function *done)
{
    assert_int_equal(pool_submit(pool, job, POOL_SLOW, work, done), 0);
}

struct pool_job *submit_named(const char *name, pool_work_function *work)
{
    struct pool_job *job = new_job(name);
    submit(job, work, trace_done);
    return job;
}

void no_work(struct pool_job *job)
{
    (void)job;
}

void gate_work(struct pool_job *job)
{
    (void)job;
    gate_pass(&gate);
}

void trace_done(struct pool_job *job, int status)
{
    if (status == 0)
        trace("%s", (const char *)job->data);
    else
        trace("%s:%d", (const char *)job->data, status);
}

struct pool_counters counters(void)
{
    struct pool_counters now;
    pool_counters(pool, &now);
    return now;
}
