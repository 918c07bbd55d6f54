/* The programs about timers. */
#include "tests/semantics/orders.h"

static void say_with_time(struct loop_timer *timer)
{
    say("%s@%u", (const char *)timer->handle.data, elapsed_ms());
}

static void timers_blocked_until_250(void)
{
    timer("timer100", 100, say_with_time);
    timer("timer200", 200, say_with_time);
    timer("timer300", 300, say_with_time);
    timer("timer400", 400, say_with_time);
    immediate("immediate", say_immediate);
    virtual_advance_ms(250);
    run();
}

static struct loop_timer *other;

static void stop_other(struct loop_timer *timer)
{
    say_timer(timer);
    loop_timer_stop(other);
}

static void stop_a_due_timer(void)
{
    timer("timer1", 1, stop_other);
    other = timer("timer2", 2, say_timer);
    timer("timer3", 3, say_timer);
    virtual_advance_ms(5);
    run();
}

static void unreferenced_timer(void)
{
    timer("timer10", 10, say_timer);
    loop_unref(&timer("timer20", 20, say_timer)->handle);
    run();
    say("End");
}

static void referenced_again(void)
{
    timer("timer10", 10, say_timer);
    struct loop_timer *last = timer("timer20", 20, say_timer);
    loop_unref(&last->handle);
    loop_ref(&last->handle);
    run();
    say("End");
}

/* ---- starting timers while timers run ---- */

static void say_once(struct loop_hook *hook)
{
    say_hook(hook);
    loop_hook_stop(hook);
}

static void last_ten_ms(struct loop_timer *timer)
{
    say_timer(timer);
    virtual_advance_ms(10);
}

static void falls_due_while_timers_run(void)
{
    timer("timer1", 1, last_ten_ms);
    timer("timer5", 5, say_timer);
    hook(loop_check_init, "check", say_once);
    virtual_advance_ms(1);
    run();
}

static void start_another(struct loop_timer *first)
{
    say_timer(first);
    timer("again", 0, say_timer);
}

static void no_delay_started_in_a_timer(void)
{
    timer("timer", 1, start_another);
    hook(loop_check_init, "check", say_once);
    virtual_advance_ms(1);
    run();
}

/* ---- repeating ---- */

static unsigned calls;

static void repeat_three_times(struct loop_timer *timer)
{
    say_with_time(timer);
    calls++;
    if (calls == 1) {
        virtual_advance_ms(15);
        immediate("immediate", say_immediate);
    }
    if (calls == 3)
        loop_timer_stop(timer);
}

/* Armed for 20 before the first callback, which ends at 25. */
static void repeating_timer(void)
{
    struct loop_timer *timer = NEW(struct loop_timer);
    loop_timer_init(loop, timer);
    timer->handle.data = (void *)"timer";
    require(loop_timer_start(timer, repeat_three_times, MS(10), MS(10)), "timer");
    run();
    say("End");
}

static void restart(struct loop_timer *timer)
{
    say_with_time(timer);
    if (++calls < 3)
        require(loop_timer_start(timer, restart, MS(5), 0), "timer");
}

static void restart_in_its_own_callback(void)
{
    timer("timer", 10, restart);
    run();
    say("End");
}

/* ---- immediates and timers ---- */

static void queue_third(struct loop_immediate *second)
{
    say_immediate(second);
    immediate("immediate3", say_immediate);
}

static void queue_second(struct loop_immediate *first)
{
    say_immediate(first);
    immediate("immediate2", queue_third);
    timer("timer", 1, say_timer);
    virtual_advance_ms(2);
}

static void immediates_queue_immediates(void)
{
    immediate("immediate1", queue_second);
    run();
}

const struct order timer_orders[] = {
    {"timers_blocked_until_250", timers_blocked_until_250, false},
    {"stop_a_due_timer", stop_a_due_timer, false},
    {"unreferenced_timer", unreferenced_timer, false},
    {"referenced_again", referenced_again, false},
    {"falls_due_while_timers_run", falls_due_while_timers_run, false},
    {"no_delay_started_in_a_timer", no_delay_started_in_a_timer, false},
    {"repeating_timer", repeating_timer, false},
    {"restart_in_its_own_callback", restart_in_its_own_callback, false},
    {"immediates_queue_immediates", immediates_queue_immediates, false},
    {NULL, NULL, false},
};
