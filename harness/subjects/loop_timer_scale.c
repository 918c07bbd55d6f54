/* A crowd of timers on any backend; harness/subjects/libuv_timer.c is the same program for libuv.
 */
#include "harness/subjects/loop_timer.h"

#include "backends/clock.h"
#include "loop/loop.h"

#include <errno.h>
#include <stdlib.h>

struct timer_crowd {
    struct loop *loop;
    struct loop_timer *timers;
    uint32_t count, fired_count;
    /* Indices of timers. */
    uint32_t *fired;
};

static void on_timer(struct loop_timer *timer)
{
    struct timer_crowd *crowd = timer->handle.data;
    crowd->fired[crowd->fired_count++] = (uint32_t)(timer - crowd->timers);
}

static int crowd_start(struct timer_crowd *crowd, const uint32_t *order, const uint32_t *delays_ms)
{
    int r = 0;
    crowd->fired_count = 0;
    for (uint32_t i = 0; i < crowd->count && r == 0; i++)
        r = loop_timer_start(&crowd->timers[order[i]], on_timer, delays_ms[i] * NS_PER_MS, 0);
    return r;
}

static void crowd_stop(struct timer_crowd *crowd, const uint32_t *order)
{
    for (uint32_t i = 0; i < crowd->count; i++)
        loop_timer_stop(&crowd->timers[order[i]]);
}

static int crowd_iterate(struct timer_crowd *crowd)
{
    int r = loop_run(crowd->loop, LOOP_NOWAIT);
    return r < 0 ? r : 0;
}

static const uint32_t *crowd_fired(const struct timer_crowd *crowd, uint32_t *count)
{
    *count = crowd->fired_count;
    return crowd->fired;
}

static void crowd_close(struct timer_crowd *crowd)
{
    if (crowd->loop != NULL) {
        for (uint32_t i = 0; i < crowd->count; i++)
            loop_close(&crowd->timers[i].handle, NULL);
        loop_run(crowd->loop, LOOP_DEFAULT);
        loop_destroy(crowd->loop);
    }
    free(crowd->timers);
    free(crowd->fired);
    free(crowd);
}

static int crowd_open(struct timer_crowd **out, const struct subject *subject, uint32_t count,
                      const char **what)
{
    struct loop_options options = loop_default_options(subject->variant);
    *what = "allocating the timers";
    struct timer_crowd *crowd = calloc(1, sizeof *crowd);
    if (crowd == NULL)
        return -ENOMEM;
    crowd->timers = calloc(count, sizeof *crowd->timers);
    crowd->fired = calloc(count, sizeof *crowd->fired);
    int r = crowd->timers == NULL || crowd->fired == NULL ? -ENOMEM : 0;
    if (r == 0) {
        *what = "opening the loop";
        r = loop_open(&crowd->loop, &options);
    }
    if (r < 0) {
        crowd_close(crowd);
        return r;
    }
    crowd->count = count;
    for (uint32_t i = 0; i < count; i++) {
        loop_timer_init(crowd->loop, &crowd->timers[i]);
        crowd->timers[i].handle.data = crowd;
    }
    *out = crowd;
    return 0;
}

static void crowd_counters(const struct timer_crowd *crowd, struct backend_counters *counters)
{
    *counters = loop_backend(crowd->loop)->counters;
}

static uint32_t crowd_granted(const struct timer_crowd *crowd)
{
    return loop_backend(crowd->loop)->granted;
}

const struct timer_scale_ops loop_timer_scale_ops = {
    .open = crowd_open,
    .start = crowd_start,
    .stop = crowd_stop,
    .iterate = crowd_iterate,
    .fired = crowd_fired,
    .counters = crowd_counters,
    .granted = crowd_granted,
    .close = crowd_close,
};
