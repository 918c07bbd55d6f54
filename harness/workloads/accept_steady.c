/* mode=steady: the closed loop, for latency and for the server's CPU time per connection. */
#include "harness/workloads/accept_modes.h"

#include "harness/base/problem.h"

#include <errno.h>

/* What is added to a window in which nothing came. */
#define WINDOW_MORE_S 0.01

static int serve(struct accept_trial *trial, double seconds, uint64_t *accepted)
{
    uint64_t deadline_ns = clock_now_ns() + (uint64_t)(seconds * (double)NS_PER_S);
    return trial->ops->serve(trial->server, deadline_ns, accepted);
}

/* Goes on until there was a connection: in a short window on a busy machine, one of the two
 * processes may not have run at all. */
static int serve_some(struct accept_trial *trial, double seconds, uint64_t *accepted)
{
    uint64_t limit_ns = accept_step_deadline_ns();
    int r = serve(trial, seconds, accepted);
    while (r >= 0 && *accepted == 0 && clock_now_ns() < limit_ns)
        r = serve(trial, WINDOW_MORE_S, accepted);
    return r;
}

/* The reply to "mark" is read afterwards: a server that waited for it would let connections wait
 * too. */
static int measured_window(struct accept_trial *trial, double seconds, uint64_t *accepted)
{
    int r = accept_region_begin(trial);
    if (r < 0)
        return r;
    int served = serve_some(trial, seconds, accepted);
    r = accept_region_end(trial);
    if (served < 0)
        return accept_server_problem(trial, "accepting and closing", served);
    return r;
}

int accept_run_steady(struct accept_trial *trial, uint64_t *accepted)
{
    const struct named_values *params = trial->request->params;
    double seconds = parameter_number(params, "seconds");
    double limit_s = 2.0 * seconds + (double)(ACCEPT_STEP_TIMEOUT_NS / NS_PER_S);
    int r = generator_steady(trial->generator, trial->ops->port(trial->server),
                             (unsigned)parameter_integer(params, "conns"), limit_s);
    if (r < 0)
        return r;
    r = serve(trial, ACCEPT_WARM_UP * seconds, accepted);
    if (r < 0)
        return accept_server_problem(trial, "accepting and closing", r);
    r = generator_send_mark(trial->generator);
    if (r == 0)
        r = measured_window(trial, seconds, accepted);
    if (r == 0)
        r = generator_take_mark(trial->generator, accept_step_deadline_ns());
    if (r == 0)
        r = accept_keep_report(trial);
    if (r == 0 && *accepted == 0)
        r = problem_say(trial->problem, -ETIMEDOUT, "%s: no connection was made in %llu s",
                        trial->request->subject->name,
                        (unsigned long long)(ACCEPT_STEP_TIMEOUT_NS / NS_PER_S));
    return r;
}
