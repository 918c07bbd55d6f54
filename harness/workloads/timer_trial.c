#include "harness/workloads/timer_trial.h"

#include "backends/clock.h"
#include "harness/base/problem.h"
#include "harness/workloads/outcome.h"

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

int timer_take_report(struct timer_trial *trial)
{
    return outcome_take_report(&trial->control, clock_now_ns() + TIMER_STEP_TIMEOUT_NS,
                               &trial->report, trial->problem);
}

static int make_outcome(struct timer_trial *trial, json_t **outcome)
{
    /* How long the background's connections took is not what was asked. */
    json_object_del(trial->report, "histograms");
    json_t *result = json_pack("{s:O, s:O, s:O, s:o}", "metrics", trial->metrics, "histograms",
                               trial->histograms, "generator", trial->report, "granted",
                               outcome_granted(trial->granted));
    if (result == NULL || region_to_json(&trial->region, result) < 0) {
        json_decref(result);
        return problem_say(trial->problem, -ENOMEM, "out of memory while writing the outcome");
    }
    json_object_set_new(json_object_get(result, "counters"), "operations",
                        json_integer((json_int_t)trial->operations));
    *outcome = result;
    return 0;
}

int timer_run(const struct trial_request *request, json_t **outcome, char *problem)
{
    struct timer_trial trial = {
        .request = request,
        .problem = problem,
        .metrics = json_object(),
        .histograms = json_object(),
    };
    int r = control_open(&trial.control, request->generator_fd);
    if (r < 0) {
        problem_say(problem, r, "opening the control channel: %s", strerror(-r));
    } else {
        region_open(&trial.region, request, REGION_WALL);
        r = strcmp(request->mode, "scale") == 0 ? timer_scale_run(&trial)
                                                    : timer_accuracy_run(&trial);
        if (r == 0)
            r = make_outcome(&trial, outcome);
        region_close(&trial.region);
        control_close(&trial.control);
    }
    json_decref(trial.metrics);
    json_decref(trial.histograms);
    json_decref(trial.report);
    return r;
}
