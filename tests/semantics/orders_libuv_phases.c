/* The programs about phases, hooks, closing and the modes of a run. */
#include "tests/semantics/orders_libuv.h"

static void say_async(uv_async_t *async)
{
    say("%s", (const char *)async->data);
    uv_unref((uv_handle_t *)async);
}

static uv_async_t *sent_async(const char *name)
{
    uv_async_t *async = NEW(uv_async_t);
    require(uv_async_init(&loop, async, say_async), "async");
    async->data = (void *)name;
    require(uv_async_send(async), "async");
    return async;
}

static void close_and_say(uv_timer_t *timer)
{
    say_timer(timer);
    uv_close((uv_handle_t *)timer, say_closed);
}

static void phases(void)
{
    check("check", say_check_once);
    prepare("prepare", say_prepare_once);
    idle("idle", say_idle_once);
    sent_async("async");
    timer("timer", 1, close_and_say);
    virtual_clock_advance(1);
    run();
}

static void hooks_started_last_run_first(void)
{
    check("check1", say_check_once);
    check("check2", say_check_once);
    prepare("prepare1", say_prepare_once);
    prepare("prepare2", say_prepare_once);
    idle("idle1", say_idle_once);
    idle("idle2", say_idle_once);
    require(uv_run(&loop, UV_RUN_NOWAIT), "run");
}

static unsigned calls;

static void start_another(uv_check_t *first)
{
    say("%s", (const char *)first->data);
    if (calls++ == 0)
        check("check2", say_check_once);
    else
        uv_check_stop(first);
}

static void stop_second_time(uv_idle_t *idle)
{
    if (calls > 1)
        uv_idle_stop(idle);
}

static void hook_started_in_its_own_phase(void)
{
    idle("idle", stop_second_time);
    check("check1", start_another);
    run();
}

static void pass_a_millisecond(uv_idle_t *idle)
{
    calls++;
    virtual_clock_advance(1);
    if (calls == 10) {
        say("idle10");
        uv_idle_stop(idle);
    }
}

static void idle_keeps_poll_from_blocking(void)
{
    timer("timer", 11, say_timer);
    idle("idle", pass_a_millisecond);
    run();
}

static void asyncs_are_coalesced(void)
{
    uv_async_t *first = sent_async("async1");
    sent_async("async2");
    require(uv_async_send(first), "async");
    require(uv_async_send(first), "async");
    run();
}

/* ---- closing ---- */

static uv_handle_t *handles[4];

static void say_close(uv_handle_t *handle)
{
    say("%s", (const char *)handle->data);
}

static void close_another(uv_handle_t *handle)
{
    say_close(handle);
    uv_close(handles[3], say_close);
    immediate("immediate2", say_name);
}

static void close_three(uv_timer_t *timer)
{
    say_timer(timer);
    uv_close(handles[0], close_another);
    uv_close(handles[1], say_close);
    uv_close(handles[2], say_close);
    immediate("immediate1", say_name);
}

static void close_order(void)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    for (int i = 0; i < 4; i++)
        handles[i] = (uv_handle_t *)timer(names[i], 1000000, say_timer);
    timer("timer", 1, close_three);
    run();
}

static void say_closed_name(uv_handle_t *handle)
{
    say("%s:closed", (const char *)handle->data);
}

static void close_check(uv_check_t *check)
{
    say("%s", (const char *)check->data);
    uv_close((uv_handle_t *)check, say_closed_name);
}

static void close_timer(uv_timer_t *timer)
{
    say_timer(timer);
    check("check", close_check);
    uv_close((uv_handle_t *)timer, say_closed_name);
}

static void close_in_its_own_callback(void)
{
    timer("timer", 1, close_timer);
    run();
    say("End");
}

/* ---- stop and modes ---- */

static void run_and_say(uv_run_mode mode)
{
    say("%d", uv_run(&loop, mode));
}

static void stop_idle(uv_idle_t *idle)
{
    uv_idle_stop(idle);
}

static void stop_check(uv_check_t *check)
{
    say_check_once(check);
    uv_close((uv_handle_t *)check, say_closed);
    uv_stop(&loop);
}

static void stop_in_check(void)
{
    idle("idle", stop_idle);
    check("check", stop_check);
    timer("timer", 5, say_timer);
    run_and_say(UV_RUN_DEFAULT);
    run_and_say(UV_RUN_DEFAULT);
}

static void stop_timer(uv_timer_t *timer)
{
    close_and_say(timer);
    uv_stop(&loop);
}

static void stop_in_a_timer(void)
{
    timer("timer", 1, stop_timer);
    timer("timer2", 5, say_timer);
    check("check", say_check_once);
    virtual_clock_advance(1);
    run_and_say(UV_RUN_DEFAULT);
    run_and_say(UV_RUN_DEFAULT);
}

static void mode_once(void)
{
    timer("timer", 5, say_timer);
    run_and_say(UV_RUN_ONCE);
}

static void mode_once_with_an_idle_hook_that_stops(void)
{
    timer("timer", 5, say_timer);
    idle("idle", say_idle_once);
    run_and_say(UV_RUN_ONCE);
    run_and_say(UV_RUN_ONCE);
}

static void mode_nowait(void)
{
    timer("timer", 5, say_timer);
    run_and_say(UV_RUN_NOWAIT);
    virtual_clock_advance(5);
    run_and_say(UV_RUN_NOWAIT);
}

const struct order phase_orders[] = {
    {"phases", phases},
    {"hooks_started_last_run_first", hooks_started_last_run_first},
    {"hook_started_in_its_own_phase", hook_started_in_its_own_phase},
    {"idle_keeps_poll_from_blocking", idle_keeps_poll_from_blocking},
    {"asyncs_are_coalesced", asyncs_are_coalesced},
    {"close_order", close_order},
    {"close_in_its_own_callback", close_in_its_own_callback},
    {"stop_in_check", stop_in_check},
    {"stop_in_a_timer", stop_in_a_timer},
    {"mode_once", mode_once},
    {"mode_once_with_an_idle_hook_that_stops", mode_once_with_an_idle_hook_that_stops},
    {"mode_nowait", mode_nowait},
    {NULL, NULL},
};
