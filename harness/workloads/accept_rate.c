/* mode=rate: exchanges (harness/contract/exchange.h) at planned times.
 *
 * The server serves throughout. Its region lies within the generator's window: it begins when the
 * generator has answered "mark", and "stop" is sent when it has ended. On a busy machine a command
 * may take long; the window is then the longer one, and never too short. The server's figures come
 * from the region, the clients' from the window. After the window it goes on serving until the
 * generator, which waits for what is outstanding, has reported. */
#include "harness/workloads/accept_modes.h"

#include "harness/base/problem.h"
#include "harness/generator/open_loop.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* How long the server serves before it looks for a reply that may have come. */
#define SLICE_NS (2 * NS_PER_MS)

static int answer(struct accept_trial *trial, uint64_t deadline_ns, uint64_t *answered)
{
    int r = trial->ops->answer(trial->server, deadline_ns, answered);
    return r < 0 ? accept_server_problem(trial, "serving requests", r) : 0;
}

/* Goes on while there were fewer than `least`: at a low rate, or on a busy machine, no more may
 * have come. */
static int answer_some(struct accept_trial *trial, double seconds, uint64_t least,
                       uint64_t *answered)
{
    uint64_t limit_ns = accept_step_deadline_ns(), more = 0;
    int r = answer(trial, clock_now_ns() + (uint64_t)(seconds * (double)NS_PER_S), answered);
    while (r == 0 && *answered < least && clock_now_ns() < limit_ns) {
        r = answer(trial, clock_now_ns() + SLICE_NS, &more);
        *answered += more;
    }
    return r;
}

/* Serves until the generator has replied to the mark, or (`stopped`) to the stop. */
static int answer_until_reply(struct accept_trial *trial, bool stopped, struct outcome *outcome)
{
    uint64_t limit_ns = accept_step_deadline_ns(), answered;
    for (;;) {
        int r = answer(trial, clock_now_ns() + SLICE_NS, &answered);
        if (r < 0)
            return r;
        r = stopped ? generator_take_report(trial->generator, 0, outcome, true)
                    : generator_take_mark(trial->generator, 0);
        if (r != -EAGAIN)
            return r;
        if (clock_now_ns() >= limit_ns)
            return problem_say(trial->problem, -ETIMEDOUT, "the generator did not reply in time");
    }
}

static int mark(struct accept_trial *trial)
{
    int r = generator_send_mark(trial->generator);
    return r < 0 ? r : answer_until_reply(trial, false, NULL);
}

static int stop(struct accept_trial *trial, struct outcome *outcome)
{
    int r = generator_send_stop(trial->generator);
    return r < 0 ? r : answer_until_reply(trial, true, outcome);
}

/* The plan is that of the round: chance in the arrivals is no difference between subjects. */
static int begin_load(struct accept_trial *trial, enum arrivals_kind arrivals, double rate_per_s)
{
    const struct named_values *params = trial->request->params;
    double seconds = parameter_number(params, "seconds");
    const struct generator_load load = {
        .arrivals = arrivals,
        .rate_per_s = rate_per_s,
        .seed = trial->request->seed,
        .bytes = (unsigned)parameter_integer(params, "bytes"),
        .conns = (unsigned)parameter_integer(params, "conns_max"),
        .limit_s = 2.0 * seconds + (double)(ACCEPT_STEP_TIMEOUT_NS / NS_PER_S),
    };
    return generator_rate(trial->generator, trial->ops->port(trial->server), &load);
}

/* ---- the subject's own maximum ---- */

/* What it would answer per second if it had a whole CPU: the answers of a short closed loop over
 * the CPU time that they took. Over loopback the closed loop's own pace is the generator's, which
 * has the dearer end of each connection; only where it is the higher one is it the server's
 * maximum. */
static double capacity_per_s(const struct usage *begin, const struct usage *end, uint64_t answered)
{
    struct usage usage = usage_between(begin, end);
    uint64_t ns = usage.cpu_ns < usage.wall_ns ? usage.cpu_ns : usage.wall_ns;
    return ns > 0 ? (double)answered * 1e9 / (double)ns : 0;
}

static int measure_capacity(struct accept_trial *trial)
{
    double seconds = RATE_PROBE * parameter_number(trial->request->params, "seconds");
    uint64_t answered;
    struct usage usage_begin, usage_end;
    int r = begin_load(trial, ARRIVALS_ENDLESS, 1);
    if (r == 0)
        r = answer_some(trial, seconds, 1, &answered); /* warm-up */
    if (r == 0)
        r = usage_now(&usage_begin);
    if (r == 0)
        r = answer_some(trial, seconds, RATE_PROBE_LEAST, &answered);
    if (r == 0)
        r = usage_now(&usage_end);
    if (r == 0)
        r = stop(trial, NULL);
    if (r < 0)
        return r;
    trial->capacity_per_s = capacity_per_s(&usage_begin, &usage_end, answered);
    if (trial->capacity_per_s > 0)
        return 0;
    return problem_say(trial->problem, -ETIMEDOUT,
                       "%s: no request was answered while its maximum was measured",
                       trial->request->subject->name);
}

/* ---- the measured load ---- */

static int measured_region(struct accept_trial *trial, double seconds, uint64_t *answered)
{
    int r = accept_region_begin(trial);
    if (r < 0)
        return r;
    int served = answer_some(trial, seconds, 1, answered);
    r = accept_region_end(trial);
    return served < 0 ? served : r;
}

static enum arrivals_kind arrivals_of(const struct named_values *params)
{
    return strcmp(parameter_choice(params, "arrivals"), "constant") == 0 ? ARRIVALS_CONSTANT
                                                                         : ARRIVALS_POISSON;
}

static int run_load(struct accept_trial *trial, double rate_per_s, uint64_t *answered)
{
    const struct named_values *params = trial->request->params;
    double seconds = parameter_number(params, "seconds");
    int r = begin_load(trial, arrivals_of(params), rate_per_s);
    if (r == 0)
        r = answer_some(trial, ACCEPT_WARM_UP * seconds, 0, answered);
    if (r == 0)
        r = mark(trial);
    if (r == 0)
        r = measured_region(trial, seconds, answered);
    return r == 0 ? stop(trial, trial->outcome) : r;
}

int accept_run_rate(struct accept_trial *trial, uint64_t *answered)
{
    const struct named_values *params = trial->request->params;
    double rate_per_s = parameter_number(params, "rate");
    int r = 0;
    if (accept_has_share(params)) {
        r = measure_capacity(trial);
        rate_per_s =
            fmin(parameter_number(params, "share") * trial->capacity_per_s, OPEN_LOOP_RATE_MAX);
    }
    if (r == 0)
        r = run_load(trial, rate_per_s, answered);
    if (r == 0 && *answered == 0)
        r = problem_say(trial->problem, -ETIMEDOUT, "%s: no request was answered in %llu s",
                        trial->request->subject->name,
                        (unsigned long long)(ACCEPT_STEP_TIMEOUT_NS / NS_PER_S));
    if (r == 0 && !(accept_offered_per_s(trial) > 0))
        r = problem_say(trial->problem, -EAGAIN,
                        "no request was planned within %g s; set a higher rate or more seconds",
                        parameter_number(params, "seconds"));
    return r;
}

double accept_offered_per_s(const struct accept_trial *trial)
{
    const struct generator_plan *plan = &trial->outcome->generator.plan;
    return (double)plan->arrivals / plan->window_s;
}
