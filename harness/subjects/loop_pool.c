/* The pool workload on any backend, through the public interfaces of loop and pool. */
#include "harness/subjects/loop_subject.h"

#include "harness/contract/pool_ops.h"
#include "loop/loop.h"
#include "loop/pool.h"

#include <errno.h>
#include <stdlib.h>

_Static_assert(sizeof(struct pool_job) <= POOL_REQUEST_BYTES, "a task has no room for its job");

struct pool_server {
    struct loop *loop;
    struct pool *pool;
    struct loop_timer timers[POOL_TIMERS];
    struct pool_setup setup;
};

static struct pool_job *job_of(struct pool_task *task)
{
    return (struct pool_job *)task->request;
}

static struct pool_task *task_of(struct pool_job *job)
{
    return list_owner(job, struct pool_task, request);
}

static void work(struct pool_job *job)
{
    struct pool_task *task = task_of(job);
    task->work(task);
}

static void done(struct pool_job *job, int status)
{
    struct pool_task *task = task_of(job);
    task->done(task, status);
}

static void on_timer(struct loop_timer *timer)
{
    struct pool_server *server = timer->handle.data;
    server->setup.on_timer(server->setup.context, (enum pool_timer)(timer - server->timers));
}

static int loop_pool_submit(struct pool_server *server, struct pool_task *task)
{
    return pool_submit(server->pool, job_of(task), task->slow ? POOL_SLOW : POOL_FAST, work, done);
}

static int loop_pool_start_timer(struct pool_server *server, enum pool_timer timer, uint64_t due_ns)
{
    return loop_timer_start_at(&server->timers[timer], on_timer, due_ns, 0);
}

static void loop_pool_stop_timer(struct pool_server *server, enum pool_timer timer)
{
    loop_timer_stop(&server->timers[timer]);
}

static int loop_pool_run(struct pool_server *server)
{
    int r = loop_run(server->loop, LOOP_DEFAULT);
    return r < 0 ? r : 0;
}

static void loop_pool_stop(struct pool_server *server)
{
    loop_stop(server->loop);
}

static void loop_pool_tally(const struct pool_server *server, struct pool_tally *tally)
{
    struct pool_counters counters;
    pool_counters(server->pool, &counters);
    *tally = (struct pool_tally){
        .backend = loop_backend(server->loop)->counters,
        .pool_known = true,
        .wakes = counters.wakes,
        .deliveries = counters.deliveries,
        .threads = server->setup.background ? counters.background : counters.threads,
    };
}

static uint32_t loop_pool_granted(const struct pool_server *server)
{
    return loop_backend(server->loop)->granted;
}

static void loop_pool_close(struct pool_server *server)
{
    if (server->pool)
        pool_close(server->pool, NULL, NULL);
    if (server->loop) {
        for (unsigned i = 0; i < POOL_TIMERS; i++)
            loop_close(&server->timers[i].handle, NULL);
        while (loop_run(server->loop, LOOP_DEFAULT) > 0)
            ; /* stopped by the workload, in the done() of a job that was cancelled */
        loop_destroy(server->loop);
    }
    free(server);
}

static int loop_pool_open(struct pool_server **out, const struct pool_setup *setup,
                          const char **what)
{
    struct loop_options options = loop_default_options(setup->subject->variant);
    /* Not the defaults of the pool: those of the environment are in the cell already. */
    const struct pool_options pool_options = {
        .threads = setup->threads,
        .queue_limit = setup->queue_limit,
        .background = setup->background,
    };
    *what = "opening the loop";
    struct pool_server *server = calloc(1, sizeof *server);
    if (!server)
        return -ENOMEM;
    server->setup = *setup;
    int r = loop_open(&server->loop, &options);
    for (unsigned i = 0; i < POOL_TIMERS && r == 0; i++) {
        loop_timer_init(server->loop, &server->timers[i]);
        server->timers[i].handle.data = server;
    }
    if (r == 0) {
        *what = "opening the pool";
        r = pool_open(&server->pool, server->loop, &pool_options);
    }
    if (r < 0)
        loop_pool_close(server);
    else
        *out = server;
    return r;
}

const struct pool_ops loop_pool_ops = {
    .has_slow_class = true,
    .has_background = true,
    .open = loop_pool_open,
    .submit = loop_pool_submit,
    .start_timer = loop_pool_start_timer,
    .stop_timer = loop_pool_stop_timer,
    .run = loop_pool_run,
    .stop = loop_pool_stop,
    .tally = loop_pool_tally,
    .granted = loop_pool_granted,
    .close = loop_pool_close,
};
