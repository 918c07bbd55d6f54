/* saturate: what the pool does as the offered load nears and passes its capacity. In one trial:
 *
 * First a warm-up and then the capacity: the queue is kept full, and the jobs that end are counted.
 *
 * The queue is emptied then, unless the load is above 1: its end is a full queue in any case, and
 * to begin with one is to begin in the steady state.
 *
 * At last load x capacity jobs per second arrive, a Poisson process seeded by the run: a warm-up,
 * then the window that counts. */
#include "harness/workloads/pool_modes.h"
#include "harness/workloads/pool_outcome.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <stdlib.h>

struct saturate {
    struct pool_jobs jobs;
    struct pool_times times;
    struct pool_stream stream;
    double capacity_per_s;
};

static int fill_metrics(const struct pool_trial *trial, const struct saturate *saturate,
                        double seconds, struct figures *metrics)
{
    const struct pool_times *times = &saturate->times;
    double wall_s = (double)trial->region.wall_ns / 1e9;
    double ended = (double)saturate->stream.ended;
    double planned = (double)times->planned;
    int r = figures_set(metrics, "jobs_per_s", ended / wall_s);
    r |= figures_set(metrics, METRIC_OFFERED, planned / seconds);
    r |= figures_set(metrics, "capacity_per_s", saturate->capacity_per_s);
    r |=
        figures_set(metrics, "refused_share", planned > 0 ? (double)times->refused / planned : 0.0);
    if (ended > 0)
        r |= figures_set(metrics, "cpu_us_per_job", (double)trial->region.cpu_ns / ended / 1e3);
    r |= figures_set_percentile(metrics, "queue_wait_p50_ns", &times->wait, 50);
    r |= figures_set_percentile(metrics, "queue_wait_p99_ns", &times->wait, 99);
    r |= figures_set_percentile(metrics, "loop_lag_p99_ns", &trial->lag, 99);
    return r;
}

static int fill_outcome(const struct pool_trial *trial, const struct saturate *saturate,
                        double seconds, struct outcome *outcome)
{
    const struct pool_times *times = &saturate->times;
    int r = fill_metrics(trial, saturate, seconds, &outcome->metrics);
    r |= outcome_keep_histogram(outcome, "queue_wait_ns", &times->wait);
    r |= outcome_keep_histogram(outcome, "service_ns", &times->service);
    r |= outcome_keep_histogram(outcome, "delivery_ns", &times->delivery);
    r |= outcome_keep_histogram(outcome, "submit_late_ns", &times->late);
    r |= pool_outcome_fill(trial, saturate->stream.ended, times, outcome);
    return outcome_verdict(r, trial->problem);
}

static int run(struct pool_trial *trial, struct saturate *saturate, struct outcome *outcome)
{
    const struct named_values *params = trial->request->params;
    double seconds = parameter_number(params, "seconds");
    double load = parameter_number(params, "load");
    const char *job = parameter_choice(params, "job");
    int r = pool_trial_add_jobs(trial, pool_job_kind(job), &saturate->stream.jobs);
    if (r < 0)
        return r;
    r = pool_trial_capacity(trial, &saturate->stream, seconds, load, &saturate->capacity_per_s);
    if (r == 0 && load <= 1)
        r = pool_trial_empty(trial);
    struct pool_stream *const streams[POOL_STREAMS] = {&saturate->stream};
    const double rates[POOL_STREAMS] = {load * saturate->capacity_per_s};
    if (r == 0)
        r = pool_trial_window(trial, streams, rates, seconds, true);
    if (trial->error < 0)
        return pool_trial_verdict(trial);
    return r < 0 ? r : fill_outcome(trial, saturate, seconds, outcome);
}

int pool_run_saturate(struct pool_trial *trial, struct outcome *outcome)
{
    struct saturate *saturate = calloc(1, sizeof *saturate);
    if (saturate == NULL)
        return problem_say(trial->problem, -ENOMEM, "there is no memory for the histograms");
    saturate->stream.times = &saturate->times;
    pool_times_reset(&saturate->times);
    int r = run(trial, saturate, outcome);
    pool_trial_close_server(trial); /* while the streams of its jobs are still there */
    free(saturate);
    return r;
}
