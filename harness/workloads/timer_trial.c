#include "harness/workloads/timer_trial.h"

#include "harness/workloads/figures.h"
#include "harness/workloads/timer_modes.h"

#include <string.h>

int timer_run(const struct trial_request *request, struct outcome *outcome, char *problem)
{
    struct timer_trial trial = {.request = request, .outcome = outcome, .problem = problem};
    int r = generator_client_open(&trial.generator, request->generator_fd, problem);
    if (r < 0)
        return r;
    region_open(&trial.region, request, REGION_WALL);
    r = strcmp(request->mode, "scale") == 0 ? timer_scale_run(&trial) : timer_accuracy_run(&trial);
    if (r == 0) {
        r = region_fill(&trial.region, outcome);
        r |= figures_set(&outcome->counters, "operations", (double)trial.operations);
        r = outcome_verdict(r, problem);
    }
    region_close(&trial.region);
    generator_client_close(trial.generator);
    return r;
}
