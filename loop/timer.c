#include "loop/internal.h"

#include <errno.h>

void loop_timer_init(struct loop *loop, struct loop_timer *timer)
{
    handle_init(loop, &timer->handle, LOOP_TIMER);
    timer->repeat_ns = 0;
    timer->callback = NULL;
}

void timer_init_internal(struct loop *loop, struct loop_timer *timer)
{
    loop_timer_init(loop, timer);
    list_remove(&timer->handle.all);
    loop_unref(&timer->handle);
}

static uint64_t saturating_sum(uint64_t a, uint64_t b)
{
    return b > UINT64_MAX - a ? UINT64_MAX : a + b;
}

int loop_timer_start_at(struct loop_timer *timer, loop_timer_function *callback, uint64_t due_ns,
                        uint64_t repeat_ns)
{
    struct loop *loop = timer->handle.loop;
    if (callback == NULL || loop_is_closing(&timer->handle))
        return -EINVAL;
    loop_timer_stop(timer);
    /* Room for every active timer, those being run included, so that arming them again cannot fail.
     */
    int r = heap_reserve(&loop->timers, loop->active_timers + 1);
    if (r < 0)
        return r;
    timer->callback = callback;
    timer->repeat_ns = repeat_ns;
    heap_insert(&loop->timers, timer, due_ns);
    loop->active_timers++;
    handle_activate(&timer->handle);
    return 0;
}

int loop_timer_start(struct loop_timer *timer, loop_timer_function *callback, uint64_t delay_ns,
                     uint64_t repeat_ns)
{
    uint64_t due_ns = saturating_sum(timer->handle.loop->now_ns, delay_ns);
    return loop_timer_start_at(timer, callback, due_ns, repeat_ns);
}

static void deactivate(struct loop_timer *timer)
{
    timer->handle.loop->active_timers--;
    handle_deactivate(&timer->handle);
}

void loop_timer_stop(struct loop_timer *timer)
{
    if (!loop_is_active(&timer->handle))
        return;
    heap_remove(&timer->handle.loop->timers, timer);
    deactivate(timer);
}

/* All that are due are taken out before the first one runs: one that falls due meanwhile, or that a
 * callback starts with no delay, belongs to the next iteration and cannot keep this one from going
 * on. */
void timer_run_due(struct loop *loop)
{
    struct loop_timer *timer;
    heap_take_due(&loop->timers, loop->now_ns);
    while ((timer = heap_next_due(&loop->timers)) != NULL) {
        if (timer->repeat_ns > 0)
            heap_insert(&loop->timers, timer, saturating_sum(loop->now_ns, timer->repeat_ns));
        else
            deactivate(timer);
        timer->callback(timer);
        ticks_after_callback(loop);
    }
    ticks_after_phase(loop);
}
