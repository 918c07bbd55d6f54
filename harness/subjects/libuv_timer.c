/* A crowd of libuv's timers; harness/subjects/loop_timer_scale.c is the same program for the loop.
 *
 * uv_timer counts whole milliseconds, so the workload's delays are whole milliseconds for all. It
 * takes no part in accuracy: its deadlines count from a time that was rounded down to a
 * millisecond, and so it would be early by up to one. */
#include "harness/subjects/libuv_timer.h"

#include <errno.h>
#include <stdlib.h>
#include <uv.h>

struct timer_crowd {
    uv_loop_t loop;
    uv_timer_t *timers;
    uint32_t count, fired_count;
    /* Indices of timers. */
    uint32_t *fired;
};

static void on_timer(uv_timer_t *timer)
{
    struct timer_crowd *crowd = timer->data;
    crowd->fired[crowd->fired_count++] = (uint32_t)(timer - crowd->timers);
}

static int crowd_start(struct timer_crowd *crowd, const uint32_t *order, const uint32_t *delays_ms)
{
    int r = 0;
    crowd->fired_count = 0;
    for (uint32_t i = 0; i < crowd->count && r == 0; i++)
        r = uv_timer_start(&crowd->timers[order[i]], on_timer, delays_ms[i], 0);
    return r;
}

static void crowd_stop(struct timer_crowd *crowd, const uint32_t *order)
{
    for (uint32_t i = 0; i < crowd->count; i++)
        uv_timer_stop(&crowd->timers[order[i]]);
}

static int crowd_iterate(struct timer_crowd *crowd)
{
    uv_run(&crowd->loop, UV_RUN_NOWAIT);
    return 0;
}

static const uint32_t *crowd_fired(const struct timer_crowd *crowd, uint32_t *count)
{
    *count = crowd->fired_count;
    return crowd->fired;
}

static void free_crowd(struct timer_crowd *crowd)
{
    free(crowd->timers);
    free(crowd->fired);
    free(crowd);
}

static void crowd_close(struct timer_crowd *crowd)
{
    for (uint32_t i = 0; i < crowd->count; i++)
        uv_close((uv_handle_t *)&crowd->timers[i], NULL);
    uv_run(&crowd->loop, UV_RUN_DEFAULT);
    uv_loop_close(&crowd->loop);
    free_crowd(crowd);
}

static int crowd_open(struct timer_crowd **out, const struct subject *subject, uint32_t count,
                      const char **what)
{
    (void)subject;
    *what = "allocating the timers";
    struct timer_crowd *crowd = calloc(1, sizeof *crowd);
    if (crowd == NULL)
        return -ENOMEM;
    crowd->timers = calloc(count, sizeof *crowd->timers);
    crowd->fired = calloc(count, sizeof *crowd->fired);
    int r = crowd->timers == NULL || crowd->fired == NULL ? -ENOMEM : 0;
    if (r == 0) {
        *what = "opening libuv's loop";
        r = uv_loop_init(&crowd->loop); /* -errno, as all of libuv's codes on these systems */
    }
    if (r < 0) {
        free_crowd(crowd);
        return r;
    }
    crowd->count = count;
    for (uint32_t i = 0; i < count; i++) {
        uv_timer_init(&crowd->loop, &crowd->timers[i]);
        crowd->timers[i].data = crowd;
    }
    *out = crowd;
    return 0;
}

/* libuv has no counters of its own. */
static void crowd_counters(const struct timer_crowd *crowd, struct backend_counters *counters)
{
    (void)crowd;
    *counters = (struct backend_counters){0};
}

static uint32_t crowd_granted(const struct timer_crowd *crowd)
{
    (void)crowd;
    return 0;
}

static const struct timer_scale_ops scale_ops = {
    .open = crowd_open,
    .start = crowd_start,
    .stop = crowd_stop,
    .iterate = crowd_iterate,
    .fired = crowd_fired,
    .counters = crowd_counters,
    .granted = crowd_granted,
    .close = crowd_close,
};

const struct timer_ops libuv_timer_ops = {.scale = &scale_ops};
