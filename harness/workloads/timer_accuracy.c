/* mode=accuracy: how late timers on an absolute plan are.
 *
 * First one timer repeats by itself for half the length of the window, which shows how its periods
 * drift and warms everything up; then comes some of the plan that is not counted, and then the
 * window. */
#include "harness/workloads/timer_modes.h"

#include "backends/clock.h"
#include "harness/base/problem.h"
#include "harness/workloads/figures.h"
#include "harness/workloads/timer_limits.h"

#include <errno.h>
#include <string.h>

/* Of the window: not counted. Where no timer repeated before, at least one interval. */
#define WARM_UP 0.1

/* Of the window: how long the timer repeats whose drift is measured. */
#define DRIFT 0.5

/* From planning to the first timer: more than starting all of them takes. */
#define LEAD_NS (1 * NS_PER_MS)

struct accuracy {
    struct timer_trial *trial;
    const struct timer_accuracy_ops *ops;
    struct timer_setup setup;
    struct timer_bed *bed;
    struct timer_record record;
    /* Of the window. */
    uint64_t length_ns;
};

static uint64_t warm_up_ns(const struct accuracy *accuracy)
{
    uint64_t warm_up = (uint64_t)(WARM_UP * (double)accuracy->length_ns);
    bool is_warm = accuracy->ops->repeat != NULL;
    return is_warm || warm_up > accuracy->setup.interval_ns ? warm_up : accuracy->setup.interval_ns;
}

double timer_accuracy_estimate_s(const struct named_values *params)
{
    double seconds = parameter_number(params, "seconds");
    double interval_s = parameter_number(params, "interval_us") / 1e6;
    return (1 + DRIFT + WARM_UP) * seconds + interval_s + 2 * (double)LEAD_NS / 1e9;
}

/* ---- the system ---- */

static const char *choice_of(const struct timer_trial *trial, const char *name)
{
    return parameter_choice(trial->request->params, name);
}

static int set_up_thread(struct timer_trial *trial)
{
    int r = 0;
    if (strcmp(choice_of(trial, "slack"), "1") == 0)
        r = timer_slack_set(1);
    if (r < 0)
        return timer_problem(trial, "setting the timer slack to 1 ns", r);
    if (strcmp(choice_of(trial, "scheduler"), "fifo") == 0)
        r = timer_fifo_enter();
    return r < 0 ? timer_problem(trial, "asking for SCHED_FIFO", r) : 0;
}

/* ---- the load beside ---- */

static int start_load(struct accuracy *accuracy)
{
    struct timer_trial *trial = accuracy->trial;
    if (accuracy->setup.conns == 0)
        return 0;
    double limit_s =
        timer_accuracy_estimate_s(trial->request->params) + (double)GENERATOR_TIMEOUT_NS / 1e9;
    return generator_steady(trial->generator, accuracy->ops->port(accuracy->bed),
                            accuracy->setup.conns, limit_s);
}

/* The reply is read after the window: a loop that waits for it would keep connections waiting. */
static int mark_load(struct accuracy *accuracy)
{
    return accuracy->setup.conns == 0 ? 0 : generator_send_mark(accuracy->trial->generator);
}

static int take_mark(struct accuracy *accuracy)
{
    if (accuracy->setup.conns == 0)
        return 0;
    return generator_take_mark(accuracy->trial->generator, clock_now_ns() + GENERATOR_TIMEOUT_NS);
}

/* ---- steps ---- */

static int run_plan(struct accuracy *accuracy, uint64_t length_ns)
{
    struct timer_plan plan = {.begin_ns = clock_now_ns() + LEAD_NS};
    plan.end_ns = plan.begin_ns + length_ns;
    timer_record_reset(&accuracy->record);
    return accuracy->ops->run(accuracy->bed, &plan, &accuracy->record);
}

/* Nanoseconds that a repeating timer loses in a second. */
static int measure_drift(struct accuracy *accuracy, uint64_t *early)
{
    struct timer_drift drift;
    if (accuracy->ops->repeat == NULL)
        return 0;
    int r = accuracy->ops->repeat(accuracy->bed, (uint64_t)(DRIFT * (double)accuracy->length_ns),
                                  &drift);
    if (r < 0)
        return timer_problem(accuracy->trial, "running a repeating timer", r);
    uint64_t asked_ns = drift.periods * accuracy->setup.interval_ns;
    double lost_ns = drift.length_ns > asked_ns ? (double)(drift.length_ns - asked_ns) : 0;
    *early = drift.early;
    r = figures_set(&accuracy->trial->outcome->metrics, "drift_ns_per_s",
                    lost_ns * 1e9 / (double)drift.length_ns);
    return outcome_verdict(r, accuracy->trial->problem);
}

static int run_window(struct accuracy *accuracy)
{
    struct timer_trial *trial = accuracy->trial;
    struct region *region = &trial->region;
    struct backend_counters counters;
    accuracy->ops->counters(accuracy->bed, &region->counters_begin);
    int r = region_begin(region);
    if (r < 0)
        return timer_problem(trial, "reading the clocks and counters", r);
    int ran = run_plan(accuracy, accuracy->length_ns);
    r = region_end(region);
    accuracy->ops->counters(accuracy->bed, &counters);
    region_add_counters(region, &counters);
    if (ran < 0)
        return timer_problem(trial, "running the timers", ran);
    return r < 0 ? timer_problem(trial, "reading the clocks and counters", r) : 0;
}

/* ---- figures ---- */

/* The median, also of few values: it is not a statement about a tail, and rounds multiply it. What
 * is below the lowest bucket counts as its limit. */
static double median_ns(const struct histogram *histogram)
{
    uint64_t rank = (histogram->count + 1) / 2, seen = histogram->under;
    for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS && seen < rank; bucket++) {
        seen += histogram->buckets[bucket];
        if (seen >= rank)
            return (double)histogram_bucket_middle_ns(bucket);
    }
    return seen >= rank ? (double)HISTOGRAM_LOWEST_NS : (double)histogram->maximum_ns;
}

static int keep_figures(struct accuracy *accuracy, uint64_t early)
{
    struct timer_trial *trial = accuracy->trial;
    const struct timer_record *record = &accuracy->record;
    struct figures *metrics = &trial->outcome->metrics;
    double cpu_us = (double)trial->region.cpu_ns / (double)record->fired / 1e3;
    int r = figures_set(metrics, "lateness_p50_ns", median_ns(&record->lateness));
    r |= figures_set_percentile(metrics, "lateness_p99_ns", &record->lateness, 99);
    r |= figures_set(metrics, "early", (double)(record->early + early));
    r |= figures_set(metrics, "cpu_us_per_timer", cpu_us);
    r |= outcome_keep_histogram(trial->outcome, "lateness_ns", &record->lateness);
    if (record->iteration.count > 0)
        r |= outcome_keep_histogram(trial->outcome, "iteration_ns", &record->iteration);
    trial->operations = record->fired;
    return outcome_verdict(r, trial->problem);
}

/* How often the timers are due in a window: each must have run, or something was lost. */
static uint64_t planned_count(const struct accuracy *accuracy)
{
    const struct timer_plan plan = {.end_ns = accuracy->length_ns};
    uint64_t count = 0;
    for (unsigned i = 0; i < accuracy->setup.timers; i++) {
        uint64_t first_ns = timer_first_due_ns(&accuracy->setup, &plan, i);
        if (first_ns < plan.end_ns)
            count += (plan.end_ns - first_ns - 1) / accuracy->setup.interval_ns + 1;
    }
    return count;
}

static int check_count(struct accuracy *accuracy)
{
    uint64_t planned = planned_count(accuracy);
    if (accuracy->record.fired == planned)
        return 0;
    return problem_say(accuracy->trial->problem, -EPROTO,
                       "%s: %llu timers ran where the plan has %llu",
                       accuracy->trial->request->subject->name,
                       (unsigned long long)accuracy->record.fired, (unsigned long long)planned);
}

static int run_open(struct accuracy *accuracy)
{
    uint64_t early = 0;
    int r = start_load(accuracy);
    if (r == 0)
        r = measure_drift(accuracy, &early);
    if (r < 0)
        return r;
    r = run_plan(accuracy, warm_up_ns(accuracy));
    if (r < 0)
        return timer_problem(accuracy->trial, "running the timers", r);
    r = mark_load(accuracy);
    if (r == 0)
        r = run_window(accuracy);
    if (r == 0)
        r = take_mark(accuracy);
    if (r == 0)
        r = timer_take_report(accuracy->trial);
    if (r == 0)
        r = check_count(accuracy);
    return r < 0 ? r : keep_figures(accuracy, early);
}

int timer_accuracy_run(struct timer_trial *trial)
{
    const struct named_values *params = trial->request->params;
    struct accuracy accuracy = {
        .trial = trial,
        .ops = trial->request->subject->timer->accuracy,
        .setup =
            {
                .subject = trial->request->subject,
                .timers = (unsigned)parameter_integer(params, "timers"),
                .interval_ns = parameter_integer(params, "interval_us") * NS_PER_US,
                .busy_ns = parameter_integer(params, "busy_us") * NS_PER_US,
                .conns = (unsigned)parameter_integer(params, "conns"),
            },
        .length_ns = (uint64_t)(parameter_number(params, "seconds") * 1e9),
    };
    const char *what = "opening the loop";
    int r = set_up_thread(trial);
    if (r < 0)
        return r;
    r = accuracy.ops->open(&accuracy.bed, &accuracy.setup, &what);
    if (r < 0)
        return timer_problem(trial, what, r);
    trial->outcome->granted = accuracy.ops->granted(accuracy.bed);
    r = run_open(&accuracy);
    accuracy.ops->close(accuracy.bed);
    return r;
}
