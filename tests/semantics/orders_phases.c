/* The programs about phases, hooks, closing and the modes of a run. */
#include "tests/semantics/orders.h"

static void say_once(struct loop_hook *hook)
{
    say_hook(hook);
    loop_hook_stop(hook);
}

static void say_async(struct loop_async *async)
{
    say("%s", (const char *)async->handle.data);
    loop_unref(&async->handle);
}

static struct loop_async *sent_async(const char *name)
{
    struct loop_async *async = NEW(struct loop_async);
    loop_async_init(loop, async, say_async);
    async->handle.data = (void *)name;
    require(loop_async_send(async), "async");
    return async;
}

static void close_and_say(struct loop_timer *timer)
{
    say_timer(timer);
    loop_close(&timer->handle, say_closed);
}

static void phases(void)
{
    hook(loop_check_init, "check", say_once);
    hook(loop_prepare_init, "prepare", say_once);
    hook(loop_idle_init, "idle", say_once);
    sent_async("async");
    timer("timer", 1, close_and_say);
    virtual_advance_ms(1);
    run();
}

static void hooks_started_last_run_first(void)
{
    hook(loop_check_init, "check1", say_once);
    hook(loop_check_init, "check2", say_once);
    hook(loop_prepare_init, "prepare1", say_once);
    hook(loop_prepare_init, "prepare2", say_once);
    hook(loop_idle_init, "idle1", say_once);
    hook(loop_idle_init, "idle2", say_once);
    require(loop_run(loop, LOOP_NOWAIT), "run");
}

static unsigned calls;

static void start_another(struct loop_hook *first)
{
    say_hook(first);
    if (calls++ == 0)
        hook(loop_check_init, "check2", say_once);
    else
        loop_hook_stop(first);
}

/* An idle hook keeps the loop going for two iterations. */
static void stop_second_time(struct loop_hook *hook)
{
    if (calls > 1)
        loop_hook_stop(hook);
}

static void hook_started_in_its_own_phase(void)
{
    hook(loop_idle_init, "idle", stop_second_time);
    hook(loop_check_init, "check1", start_another);
    run();
}

static void pass_a_millisecond(struct loop_hook *hook)
{
    calls++;
    virtual_advance_ms(1);
    if (calls == 10) {
        say("idle10");
        loop_hook_stop(hook);
    }
}

/* Time moves in the hook alone: if poll slept, the timer would run before the tenth call. */
static void idle_keeps_poll_from_blocking(void)
{
    timer("timer", 11, say_timer);
    hook(loop_idle_init, "idle", pass_a_millisecond);
    run();
}

static void asyncs_are_coalesced(void)
{
    struct loop_async *first = sent_async("async1");
    sent_async("async2");
    require(loop_async_send(first), "async");
    require(loop_async_send(first), "async");
    run();
}

/* ---- closing ---- */

static struct loop_timer *handles[4];

static void say_close(struct loop_handle *handle)
{
    say("%s", (const char *)handle->data);
}

static void close_another(struct loop_handle *handle)
{
    say_close(handle);
    loop_close(&handles[3]->handle, say_close);
    immediate("immediate2", say_immediate);
}

static void close_three(struct loop_timer *timer)
{
    say_timer(timer);
    loop_close(&handles[0]->handle, close_another);
    loop_close(&handles[1]->handle, say_close);
    loop_close(&handles[2]->handle, say_close);
    immediate("immediate1", say_immediate);
}

static void close_order(void)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    for (int i = 0; i < 4; i++)
        handles[i] = timer(names[i], 1000000, say_timer);
    timer("timer", 1, close_three);
    run();
}

static void say_closed_name(struct loop_handle *handle)
{
    say("%s:closed", (const char *)handle->data);
}

static void close_hook(struct loop_hook *hook)
{
    say_hook(hook);
    loop_close(&hook->handle, say_closed_name);
}

static void close_timer(struct loop_timer *timer)
{
    say_timer(timer);
    hook(loop_check_init, "check", close_hook);
    loop_close(&timer->handle, say_closed_name);
}

static void close_in_its_own_callback(void)
{
    timer("timer", 1, close_timer);
    run();
    say("End");
}

/* ---- stop and modes ---- */

static void run_and_say(enum loop_mode mode)
{
    int r = loop_run(loop, mode);
    require(r, "run");
    say("%d", r);
}

static void stop_hook(struct loop_hook *hook)
{
    say_once(hook);
    loop_close(&hook->handle, say_closed);
    loop_stop(loop);
}

static void stop_in_check(void)
{
    hook(loop_idle_init, "idle", loop_hook_stop);
    hook(loop_check_init, "check", stop_hook);
    timer("timer", 5, say_timer);
    run_and_say(LOOP_DEFAULT);
    run_and_say(LOOP_DEFAULT);
}

static void stop_timer(struct loop_timer *timer)
{
    close_and_say(timer);
    loop_stop(loop);
}

static void stop_in_a_timer(void)
{
    timer("timer", 1, stop_timer);
    timer("timer2", 5, say_timer);
    hook(loop_check_init, "check", say_once);
    virtual_advance_ms(1);
    run_and_say(LOOP_DEFAULT);
    run_and_say(LOOP_DEFAULT);
}

static void mode_once(void)
{
    timer("timer", 5, say_timer);
    run_and_say(LOOP_ONCE);
}

static void mode_once_with_an_idle_hook_that_stops(void)
{
    timer("timer", 5, say_timer);
    hook(loop_idle_init, "idle", say_once);
    run_and_say(LOOP_ONCE);
    run_and_say(LOOP_ONCE);
}

static void mode_nowait(void)
{
    timer("timer", 5, say_timer);
    run_and_say(LOOP_NOWAIT);
    virtual_advance_ms(5);
    run_and_say(LOOP_NOWAIT);
}

const struct order phase_orders[] = {
    {"phases", phases, false},
    {"hooks_started_last_run_first", hooks_started_last_run_first, false},
    {"hook_started_in_its_own_phase", hook_started_in_its_own_phase, false},
    {"idle_keeps_poll_from_blocking", idle_keeps_poll_from_blocking, false},
    {"asyncs_are_coalesced", asyncs_are_coalesced, false},
    {"close_order", close_order, false},
    {"close_in_its_own_callback", close_in_its_own_callback, false},
    {"stop_in_check", stop_in_check, false},
    {"stop_in_a_timer", stop_in_a_timer, false},
    {"mode_once", mode_once, false},
    {"mode_once_with_an_idle_hook_that_stops", mode_once_with_an_idle_hook_that_stops, false},
    {"mode_nowait", mode_nowait, false},
    {NULL, NULL, false},
};
