/* Timers on a plan, on any backend, through the public interface of the loop and nothing else.
 *
 * Each timer starts itself again at its next planned time, from its callback; one that is so late
 * that this time is past, too, runs again in the next iteration, and its lateness counts from the
 * plan. */
#include "harness/subjects/loop_timer.h"

#include "backends/clock.h"
#include "harness/subjects/loop_background.h"
#include "loop/loop.h"

#include <errno.h>
#include <stdlib.h>

struct planned_timer {
    struct loop_timer timer;
    uint64_t due_ns;
};

struct timer_bed {
    struct timer_setup setup;
    struct loop *loop;
    struct background background;
    struct loop_hook prepare, check;
    struct planned_timer *timers;
    /* Timers that have not come to the end of the plan. */
    unsigned running;
    /* What ended a run before its time. */
    int error;
    /* When the loop last came out of poll; 0: not yet. */
    uint64_t woken_ns;
    uint64_t end_ns;
    struct timer_record *record;
    struct loop_timer repeating;
    uint64_t repeat_begin_ns, repeat_last_ns, repeat_length_ns;
    struct timer_drift *drift;
};

/* ---- on a plan ---- */

static void on_planned(struct loop_timer *timer)
{
    uint64_t now_ns = clock_now_ns();
    struct timer_bed *bed = timer->handle.data;
    struct planned_timer *planned = list_owner(timer, struct planned_timer, timer);
    timer_record_fired(bed->record, planned->due_ns, now_ns);
    timer_burn(now_ns, bed->setup.busy_ns);
    planned->due_ns += bed->setup.interval_ns;
    if (planned->due_ns < bed->end_ns)
        bed->error = loop_timer_start_at(timer, on_planned, planned->due_ns, 0);
    else
        bed->running--;
    if (bed->running == 0 || bed->error < 0)
        loop_stop(bed->loop);
}

static void before_poll(struct loop_hook *hook)
{
    struct timer_bed *bed = hook->handle.data;
    if (bed->woken_ns != 0)
        histogram_record(&bed->record->iteration, clock_now_ns() - bed->woken_ns);
}

static void after_poll(struct loop_hook *hook)
{
    struct timer_bed *bed = hook->handle.data;
    bed->woken_ns = loop_now_ns(bed->loop);
}

static int start_planned(struct timer_bed *bed, const struct timer_plan *plan)
{
    int r = 0;
    bed->running = bed->setup.timers;
    for (unsigned i = 0; i < bed->setup.timers && r == 0; i++) {
        struct planned_timer *planned = &bed->timers[i];
        planned->due_ns = timer_first_due_ns(&bed->setup, plan, i);
        if (planned->due_ns < plan->end_ns)
            r = loop_timer_start_at(&planned->timer, on_planned, planned->due_ns, 0);
        else
            bed->running--;
    }
    return r;
}

/* Until there is nothing left, or something has failed. */
static int run_while(struct timer_bed *bed, const unsigned *left)
{
    int r = 0;
    while (r >= 0 && bed->error == 0 && bed->background.error == 0 && *left > 0)
        r = loop_run(bed->loop, LOOP_DEFAULT);
    if (r < 0)
        return r;
    return bed->error < 0 ? bed->error : bed->background.error;
}

static int loop_timer_run(struct timer_bed *bed, const struct timer_plan *plan,
                          struct timer_record *record)
{
    bed->record = record;
    bed->end_ns = plan->end_ns;
    bed->woken_ns = 0;
    loop_hook_start(&bed->prepare, before_poll);
    loop_hook_start(&bed->check, after_poll);
    int r = start_planned(bed, plan);
    if (r == 0)
        r = run_while(bed, &bed->running);
    loop_hook_stop(&bed->prepare);
    loop_hook_stop(&bed->check);
    return r;
}

/* ---- repeating ---- */

/* By the loop's own clock: what is asked is how its periods add up, not when a callback had its
 * turn. */
static void on_repeat(struct loop_timer *timer)
{
    struct timer_bed *bed = timer->handle.data;
    uint64_t now_ns = loop_now_ns(bed->loop);
    if (bed->repeat_begin_ns == 0) {
        bed->repeat_begin_ns = bed->repeat_last_ns = now_ns;
        return;
    }
    bed->drift->periods++;
    bed->drift->early += now_ns - bed->repeat_last_ns < bed->setup.interval_ns;
    bed->drift->length_ns = now_ns - bed->repeat_begin_ns;
    bed->repeat_last_ns = now_ns;
    if (bed->drift->length_ns < bed->repeat_length_ns)
        return;
    bed->running = 0;
    loop_timer_stop(timer);
    loop_stop(bed->loop);
}

static int loop_timer_repeat(struct timer_bed *bed, uint64_t length_ns, struct timer_drift *drift)
{
    *drift = (struct timer_drift){0};
    bed->drift = drift;
    bed->repeat_begin_ns = 0;
    bed->repeat_length_ns = length_ns;
    bed->running = 1;
    loop_update_time(bed->loop);
    int r = loop_timer_start(&bed->repeating, on_repeat, bed->setup.interval_ns,
                             bed->setup.interval_ns);
    return r < 0 ? r : run_while(bed, &bed->running);
}

/* ---- opening and closing ---- */

static void init_handles(struct timer_bed *bed)
{
    for (unsigned i = 0; i < bed->setup.timers; i++) {
        loop_timer_init(bed->loop, &bed->timers[i].timer);
        bed->timers[i].timer.handle.data = bed;
    }
    loop_timer_init(bed->loop, &bed->repeating);
    loop_prepare_init(bed->loop, &bed->prepare);
    loop_check_init(bed->loop, &bed->check);
    bed->repeating.handle.data = bed->prepare.handle.data = bed->check.handle.data = bed;
}

static void loop_timer_close(struct timer_bed *bed)
{
    if (bed->loop != NULL) {
        background_close(&bed->background);
        for (unsigned i = 0; i < bed->setup.timers; i++)
            loop_close(&bed->timers[i].timer.handle, NULL);
        loop_close(&bed->repeating.handle, NULL);
        loop_close(&bed->prepare.handle, NULL);
        loop_close(&bed->check.handle, NULL);
        while (loop_run(bed->loop, LOOP_DEFAULT) > 0)
            ; /* stopped by a callback that was still due */
        loop_destroy(bed->loop);
        background_free(&bed->background);
    }
    free(bed->timers);
    free(bed);
}

static int loop_timer_open(struct timer_bed **out, const struct timer_setup *setup,
                           const char **what)
{
    struct loop_options options = loop_default_options(setup->subject->variant);
    *what = "allocating the timers";
    struct timer_bed *bed = calloc(1, sizeof *bed);
    if (bed == NULL)
        return -ENOMEM;
    bed->setup = *setup;
    bed->timers = calloc(setup->timers, sizeof *bed->timers);
    int r = bed->timers == NULL ? -ENOMEM : 0;
    if (r == 0) {
        *what = "opening the loop";
        r = loop_open(&bed->loop, &options);
    }
    if (r == 0) {
        init_handles(bed);
        if (setup->conns > 0)
            r = background_open(&bed->background, bed->loop, setup->conns, what);
    }
    if (r < 0)
        loop_timer_close(bed);
    else
        *out = bed;
    return r;
}

static uint16_t loop_timer_port(const struct timer_bed *bed)
{
    return bed->background.port;
}

static void loop_timer_counters(const struct timer_bed *bed, struct backend_counters *counters)
{
    *counters = loop_backend(bed->loop)->counters;
}

static uint32_t loop_timer_granted(const struct timer_bed *bed)
{
    return loop_backend(bed->loop)->granted;
}

static const struct timer_accuracy_ops accuracy_ops = {
    .accepts = true,
    .open = loop_timer_open,
    .port = loop_timer_port,
    .run = loop_timer_run,
    .repeat = loop_timer_repeat,
    .counters = loop_timer_counters,
    .granted = loop_timer_granted,
    .close = loop_timer_close,
};

const struct timer_ops loop_timer_ops = {
    .accuracy = &accuracy_ops,
    .scale = &loop_timer_scale_ops,
};
