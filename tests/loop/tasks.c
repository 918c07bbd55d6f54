#include "tests/loop/tasks.h"

static void trace_task(struct loop_task *task)
{
    trace("%s", (const char *)task->data);
}

static struct loop_task *new_task(const char *name)
{
    struct loop_task *task = NEW(struct loop_task);
    loop_task_init(loop, task);
    task->data = (void *)name;
    return task;
}

struct loop_task *tick(const char *name)
{
    struct loop_task *task = new_task(name);
    assert_int_equal(loop_next_tick(task, trace_task), 0);
    return task;
}

struct loop_task *microtask(const char *name)
{
    struct loop_task *task = new_task(name);
    assert_int_equal(loop_microtask(task, trace_task), 0);
    return task;
}

struct loop_task *tick_calling(loop_task_function *callback)
{
    struct loop_task *task = new_task("tick");
    assert_int_equal(loop_next_tick(task, callback), 0);
    return task;
}

struct loop_task *microtask_calling(loop_task_function *callback)
{
    struct loop_task *task = new_task("microtask");
    assert_int_equal(loop_microtask(task, callback), 0);
    return task;
}

struct loop_immediate *immediate_calling(const char *name, loop_immediate_function *callback)
{
    struct loop_immediate *immediate = NEW(struct loop_immediate);
    loop_immediate_init(loop, immediate);
    immediate->data = (void *)name;
    assert_int_equal(loop_immediate_start(immediate, callback), 0);
    return immediate;
}

void trace_immediate(struct loop_immediate *immediate)
{
    trace("%s", (const char *)immediate->data);
}

struct loop_immediate *immediate(const char *name)
{
    return immediate_calling(name, trace_immediate);
}

static const char *with_suffix(const char *name, const char *suffix)
{
    size_t bytes = strlen(name) + strlen(suffix) + 1;
    char *text = fixture_new(bytes);
    snprintf(text, bytes, "%s%s", name, suffix);
    return text;
}

void trace_and_queue(const char *name)
{
    trace("%s", name);
    microtask(with_suffix(name, ".m"));
    tick(with_suffix(name, ".t"));
}

void drain_after_phase(void)
{
    struct loop_options options = fixture_options();
    options.drain = LOOP_DRAIN_AFTER_PHASE;
    fixture_reopen(&options);
}

void assert_both_ways(void (*arrange)(void))
{
    arrange();
    loop_run(loop, LOOP_NOWAIT);
    assert_trace(AFTER_EACH);
    drain_after_phase();
    arrange();
    loop_run(loop, LOOP_NOWAIT);
    assert_trace(AFTER_THE_PHASE);
}
