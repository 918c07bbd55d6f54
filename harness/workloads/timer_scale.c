/* mode=scale: what starting, restarting, stopping and firing a timer costs, by how many there are.
 *
 * The same program for every subject. First it starts all of them, due in one to two hours, by
 * index. Then it restarts each, in shuffled order, due in two to three hours, and then cancels
 * each, in another shuffled order. At last it starts and fires: all of them, by index, due within a
 * few milliseconds; once the last one is due, one iteration of the loop runs them all.
 *
 * The first three steps each end with one iteration of the loop, which is timed with them: what a
 * subject puts off is charged to the step that caused it. In the last no iteration comes between,
 * and start and fire are one figure; waiting until all are due is in no figure.
 *
 * due=random: times anywhere in their span. due=monotone: each start is due after all before it, as
 * with time-outs of one length. All are whole milliseconds, because libuv knows no others; so in
 * the last step several fall due together, and run in the order of their start. The order in which
 * they fire is checked. All passes but the first, which is not counted, add up. */
#include "harness/workloads/timer_modes.h"

#include "backends/clock.h"
#include "harness/system/allocated.h"
#include "harness/stats/random.h"
#include "harness/base/problem.h"
#include "harness/workloads/figures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOUR_MS UINT32_C(3600000)

/* Few timers are measured in several passes, until there are so many operations of each kind. */
#define OPERATIONS_MIN 20000u
#define PASSES_MOST 5u

/* The last step: so many timers fall due in each millisecond, in spans within these limits. */
#define TIMERS_PER_MS 1000u
#define SPAN_MIN_MS 16u
#define SPAN_MOST_MS 250u

enum step { START, RESTART, CANCEL, START_SOON, FIRE, STEPS };

struct scale {
    struct timer_trial *trial;
    const struct timer_scale_ops *ops;
    struct timer_crowd *crowd;
    struct random random;
    bool monotone;
    uint32_t count;
    uint32_t *by_index, *shuffled, *delays_ms;
    uint64_t spent_ns[STEPS];
    /* 0: cannot be known here. */
    double bytes_per_timer;
};

static unsigned passes_of(uint32_t count)
{
    unsigned passes = (OPERATIONS_MIN + count - 1) / count;
    return passes < PASSES_MOST ? passes : PASSES_MOST;
}

static uint32_t span_ms(uint32_t count)
{
    uint32_t span = count / TIMERS_PER_MS;
    return span < SPAN_MIN_MS ? SPAN_MIN_MS : span > SPAN_MOST_MS ? SPAN_MOST_MS : span;
}

/* About 3 us a timer, of the slowest subject, for all steps of one pass. */
double timer_scale_estimate_s(const struct named_values *params)
{
    uint32_t count = (uint32_t)parameter_integer(params, "timers");
    return (passes_of(count) + 1) * (count * 3e-6 + span_ms(count) / 1e3);
}

/* ---- what is drawn before the clock starts ---- */

static void shuffle(struct scale *scale)
{
    for (uint32_t i = scale->count; i > 1; i--) {
        uint32_t other = random_below(&scale->random, i);
        uint32_t kept = scale->shuffled[i - 1];
        scale->shuffled[i - 1] = scale->shuffled[other];
        scale->shuffled[other] = kept;
    }
}

static void draw_delays(struct scale *scale, uint32_t from_ms, uint32_t span)
{
    for (uint32_t i = 0; i < scale->count; i++)
        scale->delays_ms[i] =
            from_ms + (scale->monotone ? (uint32_t)((uint64_t)i * span / scale->count)
                                       : random_below(&scale->random, span));
}

static int take_memory(struct scale *scale)
{
    scale->by_index = malloc(scale->count * sizeof(uint32_t));
    scale->shuffled = malloc(scale->count * sizeof(uint32_t));
    scale->delays_ms = malloc(scale->count * sizeof(uint32_t));
    if (scale->by_index == NULL || scale->shuffled == NULL || scale->delays_ms == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < scale->count; i++)
        scale->by_index[i] = scale->shuffled[i] = i;
    return 0;
}

/* ---- the steps ---- */

static void add_time(struct scale *scale, enum step step, uint64_t begin_ns)
{
    scale->spent_ns[step] += clock_now_ns() - begin_ns;
}

static int start_all(struct scale *scale)
{
    draw_delays(scale, HOUR_MS, HOUR_MS);
    uint64_t begin_ns = clock_now_ns();
    int r = scale->ops->start(scale->crowd, scale->by_index, scale->delays_ms);
    if (r == 0)
        r = scale->ops->iterate(scale->crowd);
    add_time(scale, START, begin_ns);
    return r;
}

static int restart_all(struct scale *scale)
{
    shuffle(scale);
    draw_delays(scale, 2 * HOUR_MS, HOUR_MS);
    uint64_t begin_ns = clock_now_ns();
    int r = scale->ops->start(scale->crowd, scale->shuffled, scale->delays_ms);
    if (r == 0)
        r = scale->ops->iterate(scale->crowd);
    add_time(scale, RESTART, begin_ns);
    return r;
}

static int cancel_all(struct scale *scale)
{
    shuffle(scale);
    uint64_t begin_ns = clock_now_ns();
    scale->ops->stop(scale->crowd, scale->shuffled);
    int r = scale->ops->iterate(scale->crowd);
    add_time(scale, CANCEL, begin_ns);
    return r;
}

static void wait_until(uint64_t due_ns)
{
    struct timespec left;
    for (clock_until(due_ns, &left); left.tv_sec > 0 || left.tv_nsec > 0;
         clock_until(due_ns, &left))
        nanosleep(&left, NULL);
}

static int check_order(struct scale *scale)
{
    uint32_t count;
    const uint32_t *fired = scale->ops->fired(scale->crowd, &count);
    const char *name = scale->trial->request->subject->name;
    if (count != scale->count)
        return problem_say(scale->trial->problem, -EPROTO,
                           "%s: %u of %u timers fired in the iteration in which all were due", name,
                           count, scale->count);
    for (uint32_t i = 1; i < count; i++) {
        uint32_t before_ms = scale->delays_ms[fired[i - 1]], delay_ms = scale->delays_ms[fired[i]];
        if (delay_ms < before_ms || (delay_ms == before_ms && fired[i] <= fired[i - 1]))
            return problem_say(scale->trial->problem, -EPROTO,
                               "%s: a timer fired before one that was due, or started, earlier",
                               name);
    }
    return 0;
}

static int start_and_fire_all(struct scale *scale)
{
    uint32_t span = span_ms(scale->count);
    draw_delays(scale, 1, span);
    int r = scale->ops->iterate(scale->crowd); /* its time is now */
    uint64_t begin_ns = clock_now_ns();
    if (r == 0)
        r = scale->ops->start(scale->crowd, scale->by_index, scale->delays_ms);
    add_time(scale, START_SOON, begin_ns);
    if (r < 0)
        return r;
    /* Delays count from the loop's time, which the last iteration read: before begin_ns. */
    wait_until(begin_ns + (span + 1) * NS_PER_MS);
    begin_ns = clock_now_ns();
    r = scale->ops->iterate(scale->crowd);
    add_time(scale, FIRE, begin_ns);
    return r;
}

static int run_pass(struct scale *scale)
{
    int r = start_all(scale);
    if (r < 0)
        return timer_problem(scale->trial, "starting the timers", r);
    r = restart_all(scale);
    if (r < 0)
        return timer_problem(scale->trial, "restarting the timers", r);
    r = cancel_all(scale);
    if (r < 0)
        return timer_problem(scale->trial, "stopping the timers", r);
    r = start_and_fire_all(scale);
    if (r < 0)
        return timer_problem(scale->trial, "starting and firing the timers", r);
    return check_order(scale);
}

/* ---- the trial ---- */

static int keep_figures(struct scale *scale, unsigned passes)
{
    struct figures *metrics = &scale->trial->outcome->metrics;
    double each = (double)scale->count * passes;
    const uint64_t *spent_ns = scale->spent_ns;
    int r = figures_set(metrics, "ns_per_start_and_fire",
                        (double)(spent_ns[START_SOON] + spent_ns[FIRE]) / each);
    r |= figures_set(metrics, "ns_per_start", (double)spent_ns[START] / each);
    r |= figures_set(metrics, "ns_per_restart", (double)spent_ns[RESTART] / each);
    r |= figures_set(metrics, "ns_per_cancel", (double)spent_ns[CANCEL] / each);
    r |= figures_set(metrics, "ns_per_fire", (double)spent_ns[FIRE] / each);
    if (scale->bytes_per_timer > 0)
        r |= figures_set(metrics, "bytes_per_timer", scale->bytes_per_timer);
    /* Of each timer and pass: started, restarted, stopped, started again, fired. */
    scale->trial->operations = (uint64_t)scale->count * passes * 5;
    return outcome_verdict(r, scale->trial->problem);
}

static int measure(struct scale *scale)
{
    struct timer_trial *trial = scale->trial;
    struct region *region = &trial->region;
    struct backend_counters counters;
    unsigned passes = passes_of(scale->count);
    int r = run_pass(scale);
    if (r < 0)
        return r;
    memset(scale->spent_ns, 0, sizeof scale->spent_ns);
    scale->ops->counters(scale->crowd, &region->counters_begin);
    r = region_begin(region);
    if (r < 0)
        return timer_problem(trial, "reading the clocks and counters", r);
    for (unsigned pass = 0; pass < passes; pass++) {
        r = run_pass(scale);
        if (r < 0)
            return r;
    }
    r = region_end(region);
    scale->ops->counters(scale->crowd, &counters);
    region_add_counters(region, &counters);
    if (r < 0)
        return timer_problem(trial, "reading the clocks and counters", r);
    r = keep_figures(scale, passes);
    return r < 0 ? r : timer_take_report(trial);
}

/* Memory is the C library's account of what is allocated, handles and heap and all: the difference
 * between before the timers were taken and after all were started, without the list of which fired,
 * which is the harness's. */
static int open_and_measure(struct scale *scale)
{
    struct timer_trial *trial = scale->trial;
    const char *what = "opening the loop";
    size_t before, after;
    bool known = allocated_bytes(&before);
    int r = scale->ops->open(&scale->crowd, trial->request->subject, scale->count, &what);
    if (r < 0)
        return timer_problem(trial, what, r);
    trial->outcome->granted = scale->ops->granted(scale->crowd);
    draw_delays(scale, HOUR_MS, HOUR_MS);
    r = scale->ops->start(scale->crowd, scale->by_index, scale->delays_ms);
    if (r < 0)
        r = timer_problem(trial, "starting the timers", r);
    else if (known && allocated_bytes(&after))
        scale->bytes_per_timer = (double)(after - before) / scale->count - (double)sizeof(uint32_t);
    if (r == 0)
        r = measure(scale);
    scale->ops->close(scale->crowd);
    return r;
}

int timer_scale_run(struct timer_trial *trial)
{
    const struct named_values *params = trial->request->params;
    struct scale scale = {
        .trial = trial,
        .ops = trial->request->subject->timer->scale,
        .count = (uint32_t)parameter_integer(params, "timers"),
        .monotone = strcmp(parameter_choice(params, "due"), "monotone") == 0,
    };
    random_seed(&scale.random, 1); /* the same program in every trial */
    int r = take_memory(&scale);
    if (r < 0)
        timer_problem(trial, "allocating what is drawn before the clock starts", r);
    else
        r = open_and_measure(&scale);
    free(scale.by_index);
    free(scale.shuffled);
    free(scale.delays_ms);
    return r;
}
