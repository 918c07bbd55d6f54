#include "harness/workloads/accept_trial.h"

#include "harness/contract/turns.h"
#include "harness/stats/statistics.h"
#include "harness/workloads/accept_modes.h"
#include "harness/workloads/figures.h"

#include <string.h>

_Static_assert(ACCEPT_DRAINS_MAX <= OUTCOME_SAMPLES_MAX, "an outcome holds every drain");

/* Idle connections, in portions that the listen queue holds. */
static int make_idle(struct accept_trial *trial)
{
    int r = 0;
    for (unsigned made = 0, portion; made < trial->idle && r == 0; made += portion) {
        portion = trial->idle - made < trial->backlog ? trial->idle - made : trial->backlog;
        r = accept_fill_and_drain(trial, portion);
    }
    if (r == 0)
        r = generator_hold(trial->generator);
    if (r < 0)
        return r;
    r = trial->ops->hold(trial->server);
    return r < 0 ? accept_server_problem(trial, "watching the idle connections", r) : 0;
}

static void fill_samples(const struct accept_trial *trial, struct outcome *outcome)
{
    if (trial->drain_count == 0)
        return;
    strcpy(outcome->sampled_metric, "ns_per_accept");
    memcpy(outcome->samples, trial->drain_ns, trial->drain_count * sizeof trial->drain_ns[0]);
    outcome->sample_count = trial->drain_count;
}

static int fill_outcome(const struct accept_trial *trial, uint64_t accepted)
{
    struct outcome *outcome = trial->outcome;
    struct figures *metrics = &outcome->metrics;
    const char *mode = trial->request->mode;
    double each_ns = trial->drain_count > 0 ? statistics_median(trial->drain_ns, trial->drain_count)
                                            : (double)trial->region.wall_ns / (double)accepted;
    double cpu_us = (double)trial->region.cpu_ns / (double)accepted / 1e3;
    int r = figures_set(metrics, "accepts_per_s", (double)NS_PER_S / each_ns);
    r |= figures_set(metrics, "server_cpu_us_per_accept", cpu_us);
    if (strcmp(mode, "drain") == 0)
        r |= figures_set(metrics, "ns_per_accept", each_ns);
    if (strcmp(mode, "rate") == 0)
        r |= figures_set(metrics, METRIC_OFFERED, accept_offered_per_s(trial));
    if (trial->capacity_per_s > 0)
        r |= figures_set(metrics, "capacity_per_s", trial->capacity_per_s);
    fill_samples(trial, outcome);
    outcome->granted = trial->ops->granted(trial->server);
    r |= region_fill(&trial->region, outcome);
    r |= figures_set(&outcome->counters, "operations", (double)accepted);
    return outcome_verdict(r, trial->problem);
}

static int open_server(struct accept_trial *trial)
{
    const struct named_values *params = trial->request->params;
    struct backend_config config = accept_config(params);
    struct accept_setup setup = {
        .config = &config,
        .subject = trial->request->subject,
        .backlog = trial->backlog,
        .budget = (unsigned)parameter_integer(params, "budget"),
        .capacity = accept_capacity(trial->request->mode, params),
        .bytes = strcmp(trial->request->mode, "rate") == 0
                     ? (unsigned)parameter_integer(params, "bytes")
                     : 0,
    };
    const char *what = "opening the server";
    int r = trial->ops->open(&trial->server, &setup, &what);
    return r < 0 ? accept_server_problem(trial, what, r) : 0;
}

static int run_mode(struct accept_trial *trial, uint64_t *accepted)
{
    const char *mode = trial->request->mode;
    if (strcmp(mode, "drain") == 0)
        return accept_run_drain(trial, accepted);
    return strcmp(mode, "rate") == 0 ? accept_run_rate(trial, accepted)
                                     : accept_run_steady(trial, accepted);
}

static int run_open(struct accept_trial *trial)
{
    uint64_t accepted = 0;
    int r = trial->idle > 0 ? make_idle(trial) : 0;
    if (r == 0)
        r = run_mode(trial, &accepted);
    /* Both ends are quicker that way than when this one closes first. */
    if (r == 0)
        r = generator_release(trial->generator);
    return r == 0 ? fill_outcome(trial, accepted) : r;
}

int accept_run(const struct trial_request *request, struct outcome *outcome, char *problem)
{
    struct accept_trial trial = {
        .request = request,
        .ops = request->subject->accept,
        .backlog = accept_backlog(request->mode, request->params),
        .idle = (unsigned)parameter_integer(request->params, "idle"),
        .outcome = outcome,
        .problem = problem,
    };
    int r = generator_client_open(&trial.generator, request->generator_fd, problem);
    if (r < 0)
        return r;
    r = turns_begin(request->turn_fd);
    if (r < 0) {
        generator_client_close(trial.generator);
        return problem_say(problem, r, "waiting for the first turn: %s", strerror(-r));
    }
    region_open(&trial.region, request,
                strcmp(request->mode, "drain") == 0 ? REGION_WALL : REGION_CPU);
    r = open_server(&trial);
    if (r == 0) {
        r = run_open(&trial);
        trial.ops->close(trial.server);
    }
    region_close(&trial.region);
    generator_client_close(trial.generator);
    return r;
}
