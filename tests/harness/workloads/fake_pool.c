#include "tests/harness/workloads/fake_pool.h"

#include "backends/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct fake_pool fake_pool;

/* In the task's request: the queue is a list. */
struct fake_job {
    struct pool_task *task, *next;
};

struct pool_server {
    struct pool_setup setup;
    uint64_t due_ns[POOL_TIMERS]; /* UINT64_MAX: stopped */
    struct pool_task *first, *last;
    unsigned waiting;
    bool stopping;
};

static struct fake_job *job_of(struct pool_task *task)
{
    return (struct fake_job *)task->request;
}

static int fake_open(struct pool_server **out, const struct pool_setup *setup, const char **what)
{
    *what = "opening the fake";
    struct pool_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return -ENOMEM;
    server->setup = *setup;
    memset(server->due_ns, 0xff, sizeof server->due_ns);
    fake_pool.open++;
    *out = server;
    return 0;
}

static void stall(const struct pool_server *server)
{
    uint64_t now_ns = clock_now_ns(), end_ns = server->due_ns[POOL_TIMER_END];
    bool in_phase = end_ns != UINT64_MAX; /* else the window is over: this is its last sample */
    fake_pool.stalled_before_end_ns = in_phase && end_ns > now_ns ? end_ns - now_ns : 0;
    uint64_t until_ns = clock_now_ns() + fake_pool.stall_ns;
    while (clock_now_ns() < until_ns)
        ;
}

static int fake_submit(struct pool_server *server, struct pool_task *task)
{
    if (fake_pool.act != NULL && fake_pool.phase == fake_pool.act_in) {
        fake_pool.act();
        fake_pool.act = NULL;
    }
    if (fake_pool.refuse_error != 0 && fake_pool.phase >= fake_pool.refuse_from)
        return fake_pool.refuse_error;
    if (server->setup.queue_limit != 0 && server->waiting >= server->setup.queue_limit) {
        fake_pool.refusals++;
        return -EAGAIN;
    }
    *job_of(task) = (struct fake_job){.task = task};
    if (server->first == NULL)
        server->first = task;
    else
        job_of(server->last)->next = task;
    server->last = task;
    if (++server->waiting > fake_pool.most_waiting)
        fake_pool.most_waiting = server->waiting;
    return 0;
}

static int fake_start_timer(struct pool_server *server, enum pool_timer timer, uint64_t due_ns)
{
    server->due_ns[timer] = due_ns;
    if (timer == POOL_TIMER_END && ++fake_pool.phase < FAKE_POOL_PHASES)
        fake_pool.waiting_at[fake_pool.phase] = server->waiting;
    if (timer == POOL_TIMER_LAG && ++fake_pool.lag_samples == fake_pool.stall_at)
        stall(server);
    return fake_pool.timer_error;
}

static void fake_stop_timer(struct pool_server *server, enum pool_timer timer)
{
    server->due_ns[timer] = UINT64_MAX;
}

static void run_timers(struct pool_server *server)
{
    uint64_t now_ns = clock_now_ns();
    for (unsigned i = POOL_TIMERS; i-- > 0 && !server->stopping;) { /* the end before arrivals */
        if (server->due_ns[i] > now_ns)
            continue;
        server->due_ns[i] = UINT64_MAX;
        server->setup.on_timer(server->setup.context, (enum pool_timer)i);
    }
}

static void run_job(struct pool_server *server)
{
    struct pool_task *task = server->first;
    if (task == NULL)
        return;
    server->first = job_of(task)->next;
    server->waiting--;
    fake_pool.runs++;
    task->work(task);
    task->done(task, 0);
}

static int fake_run(struct pool_server *server)
{
    while (!server->stopping) {
        run_timers(server);
        if (!server->stopping)
            run_job(server);
    }
    server->stopping = false;
    return 0;
}

static void fake_stop(struct pool_server *server)
{
    server->stopping = true;
}

static void fake_tally(const struct pool_server *server, struct pool_tally *tally)
{
    unsigned given = fake_pool.threads_given;
    *tally = (struct pool_tally){
        .pool_known = true,
        .threads = given != 0 ? given : server->setup.threads,
        .wakes = 2 * fake_pool.runs,
        .deliveries = 3 * fake_pool.runs,
    };
}

static uint32_t fake_granted(const struct pool_server *server)
{
    (void)server;
    return 0;
}

static void fake_close(struct pool_server *server)
{
    while (server->first != NULL)
        run_job(server);
    free(server);
    fake_pool.open--;
}

static const struct pool_ops ops = {
    .has_slow_class = true,
    .open = fake_open,
    .submit = fake_submit,
    .start_timer = fake_start_timer,
    .stop_timer = fake_stop_timer,
    .run = fake_run,
    .stop = fake_stop,
    .tally = fake_tally,
    .granted = fake_granted,
    .close = fake_close,
};

const struct subject fake_pool_subject = {.name = "fake", .tier = TIER_READINESS, .pool = &ops};
