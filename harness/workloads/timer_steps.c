#include "harness/workloads/timer_steps.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <string.h>

int timer_problem(struct timer_trial *trial, const char *what, int r)
{
    const char *name = trial->request->subject->name;
    if (r == -ENOMEM)
        return problem_say(trial->problem, r,
                           "%s: %s: there is not enough memory for %llu timers; ask for fewer, or "
                           "raise the limit of memory (ulimit -v, ulimit -d)",
                           name, what,
                           (unsigned long long)parameter_integer(trial->request->params, "timers"));
    return problem_say(trial->problem, r, "%s: %s: %s", name, what, strerror(-r));
}

/* How long the background's connections took is not what was asked. */
int timer_take_report(struct timer_trial *trial)
{
    return generator_stop(trial->generator, trial->outcome, false);
}
