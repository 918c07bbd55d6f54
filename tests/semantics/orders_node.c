/* The programs that show Node's layer: ticks, microtasks, immediates, jobs. */
#include "tests/semantics/orders.h"

#include <stdio.h>
#include <unistd.h>

static void second_microtask(struct loop_task *task)
{
    say("P%sb", (const char *)task->data);
}

static void first_microtask(struct loop_task *task)
{
    say("P%sa", (const char *)task->data);
    require(loop_microtask(task, second_microtask), "microtask");
}

static void queue_chained_microtasks(struct loop_timer *timer)
{
    say("T%s", (const char *)timer->handle.data);
    struct loop_task *task = NEW(struct loop_task);
    loop_task_init(loop, task);
    task->data = timer->handle.data;
    require(loop_microtask(task, first_microtask), "microtask");
}

static void microtasks_of_two_timers(void)
{
    timer("0", 1, queue_chained_microtasks);
    timer("1", 1, queue_chained_microtasks);
    run();
}

/* ---- the main program ---- */

static void timer_with_tasks(struct loop_timer *timer)
{
    say_timer(timer);
    tick_and_microtask_of(timer->handle.data);
}

static void immediate_with_tasks(struct loop_immediate *immediate)
{
    say_immediate(immediate);
    tick_and_microtask_of(immediate->data);
}

static void main_program(uint64_t lasts_ms)
{
    timer("timer", 1, timer_with_tasks);
    immediate("immediate", immediate_with_tasks);
    tick("tick");
    microtask("microtask");
    virtual_advance_ms(lasts_ms);
    say("End");
    run();
}

static void main_program_timer_due(void)
{
    main_program(2);
}

static void main_program_timer_not_due(void)
{
    main_program(0);
}

/* ---- I/O ---- */

static void read_then_start_both(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    (void)bytes;
    (void)data;
    say("read");
    loop_read_stop(stream);
    timer("timer", 1, say_timer);
    immediate("immediate", say_immediate);
    virtual_advance_ms(2);
}

static void io_callback(void)
{
    int peer;
    require(loop_read_start(stream(&peer), read_then_start_both), "read");
    require((int)write(peer, "x", 1), "write");
    run();
    close(peer);
}

static struct pool *open_pool(void)
{
    struct pool *pool;
    struct pool_options options = {.threads = 1};
    require(pool_open(&pool, loop, &options), "pool");
    return pool;
}

static void read_a_file(struct pool_job *job)
{
    FILE *file = fopen("/dev/zero", "r");
    if (file != NULL && fgetc(file) == 0)
        job->data = file;
    if (file != NULL)
        fclose(file);
}

static void file_was_read(struct pool_job *job, int status)
{
    say(status == 0 && job->data != NULL ? "read" : "not read");
    tick("tick");
    timer("timer", 1, say_timer);
    immediate("immediate", say_immediate);
    virtual_advance_ms(2);
}

static void file_read_callback(void)
{
    struct pool *pool = open_pool();
    struct pool_job *job = NEW(struct pool_job);
    require(pool_submit(pool, job, POOL_FAST, read_a_file, file_was_read), "submit");
    run();
    pool_close(pool, NULL, NULL);
}

/* ---- jobs ---- */

/* A pipe, because macOS has no unnamed semaphores. */
static int begun[2];

static void work_nothing(struct pool_job *job)
{
    (void)job;
}

static void say_job(struct pool_job *job, int status)
{
    say("%s", status == 0 ? (const char *)job->data : "failed");
    tick(with_suffix(job->data, ".tick"));
}

static void post_begun(struct pool_job *job)
{
    (void)job;
    require(write(begun[1], "", 1) == 1 ? 0 : -1, "write");
}

/* Once the fourth job has begun, three completions are with the loop. */
static void jobs_of_one_thread(void)
{
    static const char *const names[] = {"job1", "job2", "job3"};
    struct pool *pool = open_pool();
    require(pipe(begun), "pipe");
    immediate("immediate", say_immediate);
    for (int i = 0; i < 3; i++) {
        struct pool_job *job = NEW(struct pool_job);
        job->data = (void *)names[i];
        require(pool_submit(pool, job, POOL_FAST, work_nothing, say_job), "submit");
    }
    require(pool_submit(pool, NEW(struct pool_job), POOL_FAST, post_begun, NULL), "submit");
    char byte;
    while (read(begun[0], &byte, 1) < 0)
        continue;
    run();
    pool_close(pool, NULL, NULL);
    close(begun[0]);
    close(begun[1]);
}

/* ---- starvation and staying alive ---- */

static unsigned ticks_run;

static void queue_itself(struct loop_task *task)
{
    if (++ticks_run == 1000)
        say("tick1000");
    else
        require(loop_next_tick(task, queue_itself), "tick");
}

static void a_tick_that_queues_itself(void)
{
    struct loop_task *task = NEW(struct loop_task);
    loop_task_init(loop, task);
    require(loop_next_tick(task, queue_itself), "tick");
    microtask("microtask");
    immediate("immediate", say_immediate);
    timer("timer", 1, say_timer);
    virtual_advance_ms(2);
    run();
}

static void unreferenced_immediate(void)
{
    struct loop_immediate immediate;
    loop_immediate_init(loop, &immediate);
    immediate.data = (void *)"immediate";
    loop_immediate_unref(&immediate);
    require(loop_immediate_start(&immediate, say_immediate), "immediate");
    run();
    say("End");
    loop_immediate_stop(&immediate);
}

const struct order node_orders[] = {
    {"microtasks_of_two_timers", microtasks_of_two_timers, false},
    {"microtasks_of_two_timers_per_phase", microtasks_of_two_timers, false},
    {"main_program_timer_due", main_program_timer_due, false},
    {"main_program_timer_not_due", main_program_timer_not_due, false},
    {"io_callback", io_callback, true},
    {"file_read_callback", file_read_callback, false},
    {"jobs_of_one_thread", jobs_of_one_thread, false},
    {"a_tick_that_queues_itself", a_tick_that_queues_itself, false},
    {"unreferenced_immediate", unreferenced_immediate, false},
    {NULL, NULL, false},
};
