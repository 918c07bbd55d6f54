/* The pool workload on libuv: uv_queue_work, uv_timer_t and uv_run.
 *
 * - libuv's pool is a global of the process. Its size is read from UV_THREADPOOL_SIZE when it is
 *   first used and then stays, so one process can measure one size: a trial is a process of its
 *   own. Another size in the same process is refused (-EBUSY).
 * - uv_queue_work knows no limit of the queue. Where the workload asks for one, the jobs that wait
 *   are counted here, with one atomic operation more per submit and start; without, nothing is.
 * - Timers have whole milliseconds (libuv 1.x), rounded up here so that none is early: arrivals
 *   come in bursts of a millisecond's worth, and submit_late_ns shows it.
 * - There is no public way to queue user work of the slow class. */
#include "harness/subjects/libuv_pool.h"

#include "backends/clock.h"
#include "harness/contract/pool_ops.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

_Static_assert(sizeof(uv_work_t) <= POOL_REQUEST_BYTES, "a task has no room for its request");

struct pool_server {
    uv_loop_t loop;
    uv_timer_t timers[POOL_TIMERS];
    struct pool_setup setup;
    /* Only with a limit. */
    atomic_uint waiting;
};

static unsigned pool_size; /* of this process; 0: not decided yet */

static struct pool_task *task_of(uv_work_t *request)
{
    return list_owner((unsigned char *)request, struct pool_task, request);
}

static void work(uv_work_t *request)
{
    struct pool_task *task = task_of(request);
    task->work(task);
}

static void work_of_limited(uv_work_t *request)
{
    struct pool_server *server = request->data;
    atomic_fetch_sub_explicit(&server->waiting, 1, memory_order_relaxed);
    work(request);
}

static void done(uv_work_t *request, int status)
{
    struct pool_task *task = task_of(request);
    task->done(task, status);
}

static int libuv_submit(struct pool_server *server, struct pool_task *task)
{
    uv_work_t *request = (uv_work_t *)task->request;
    unsigned limit = server->setup.queue_limit;
    if (limit == 0)
        return uv_queue_work(&server->loop, request, work, done);
    if (atomic_load_explicit(&server->waiting, memory_order_relaxed) >= limit)
        return -EAGAIN;
    atomic_fetch_add_explicit(&server->waiting, 1, memory_order_relaxed);
    request->data = server;
    return uv_queue_work(&server->loop, request, work_of_limited, done);
}

static void on_timer(uv_timer_t *timer)
{
    struct pool_server *server = timer->data;
    server->setup.on_timer(server->setup.context, (enum pool_timer)(timer - server->timers));
}

static int libuv_start_timer(struct pool_server *server, enum pool_timer timer, uint64_t due_ns)
{
    /* libuv counts from its own, cached and truncated, time: from there both ends are whole. */
    uint64_t due_ms = (due_ns + NS_PER_MS - 1) / NS_PER_MS, now_ms = uv_now(&server->loop);
    return uv_timer_start(&server->timers[timer], on_timer, due_ms > now_ms ? due_ms - now_ms : 0,
                          0);
}

static void libuv_stop_timer(struct pool_server *server, enum pool_timer timer)
{
    uv_timer_stop(&server->timers[timer]);
}

static int libuv_run(struct pool_server *server)
{
    uv_update_time(&server->loop);
    uv_run(&server->loop, UV_RUN_DEFAULT);
    return 0;
}

static void libuv_stop(struct pool_server *server)
{
    uv_stop(&server->loop);
}

static void libuv_tally(const struct pool_server *server, struct pool_tally *tally)
{
    *tally = (struct pool_tally){.threads = server->setup.threads};
}

static uint32_t libuv_granted(const struct pool_server *server)
{
    (void)server;
    return 0;
}

static void libuv_close(struct pool_server *server)
{
    for (unsigned i = 0; i < POOL_TIMERS; i++)
        uv_close((uv_handle_t *)&server->timers[i], NULL);
    while (uv_run(&server->loop, UV_RUN_DEFAULT) != 0)
        ; /* stopped by the workload */
    uv_loop_close(&server->loop);
    free(server);
}

static int fix_pool_size(unsigned threads)
{
    char text[16];
    if (pool_size != 0)
        return pool_size == threads ? 0 : -EBUSY;
    pool_size = threads;
    snprintf(text, sizeof text, "%u", threads);
    return setenv("UV_THREADPOOL_SIZE", text, 1) < 0 ? -errno : 0;
}

static int libuv_open(struct pool_server **out, const struct pool_setup *setup, const char **what)
{
    *what = "setting the size of libuv's pool, which one process can do once,";
    int r = fix_pool_size(setup->threads);
    if (r < 0)
        return r;
    *what = "opening the loop";
    struct pool_server *server = calloc(1, sizeof *server);
    if (!server)
        return -ENOMEM;
    r = uv_loop_init(&server->loop);
    if (r < 0) {
        free(server);
        return r;
    }
    server->setup = *setup;
    for (unsigned i = 0; i < POOL_TIMERS; i++) {
        uv_timer_init(&server->loop, &server->timers[i]);
        server->timers[i].data = server;
    }
    *out = server;
    return 0;
}

const struct pool_ops libuv_pool_ops = {
    .open = libuv_open,
    .submit = libuv_submit,
    .start_timer = libuv_start_timer,
    .stop_timer = libuv_stop_timer,
    .run = libuv_run,
    .stop = libuv_stop,
    .tally = libuv_tally,
    .granted = libuv_granted,
    .close = libuv_close,
};
