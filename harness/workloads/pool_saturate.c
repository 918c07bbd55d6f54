/* saturate: what the pool does as the offered load nears and passes its capacity. In one trial:
 *
 * 1. warm-up, then capacity: the queue is kept full, and the jobs that end are counted.
 * 2. the queue is emptied, unless the load is above 1: its end is a full queue in any case, and to
 *    begin with one is to begin in the steady state.
 * 3. load x capacity jobs per second arrive, a Poisson process seeded by the run: a warm-up, then
 *    the window that counts. */
#include "harness/workloads/pool_trial.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <stdlib.h>

struct saturate {
    struct pool_jobs jobs;
    struct pool_times times;
    struct pool_stream stream;
    double capacity_per_s;
};

static json_t *metrics_to_json(const struct pool_trial *trial, const struct saturate *saturate,
                               double seconds)
{
    const struct pool_times *times = &saturate->times;
    double wall_s = (double)trial->region.wall_ns / 1e9;
    double ended = (double)saturate->stream.ended;
    json_t *metrics =
        json_pack("{s:f, s:f, s:f, s:f}", "jobs_per_s", ended / wall_s, "offered_per_s",
                  (double)times->planned / seconds, "capacity_per_s", saturate->capacity_per_s,
                  "refused_share",
                  times->planned > 0 ? (double)times->refused / (double)times->planned : 0.0);
    if (ended > 0)
        json_object_set_new(metrics, "cpu_us_per_job",
                            json_real((double)trial->region.cpu_ns / ended / 1e3));
    pool_set_percentiles(metrics, "queue_wait", &times->wait);
    uint64_t lag_ns;
    if (histogram_percentile(&trial->lag, 99, &lag_ns))
        json_object_set_new(metrics, "loop_lag_p99_ns", json_integer((json_int_t)lag_ns));
    return metrics;
}

static int make_outcome(struct pool_trial *trial, const struct saturate *saturate, double seconds,
                        json_t **outcome)
{
    const struct pool_times *times = &saturate->times;
    json_t *histograms = json_pack(
        "{s:o, s:o, s:o, s:o}", "queue_wait_ns", histogram_to_json(&times->wait), "service_ns",
        histogram_to_json(&times->service), "delivery_ns", histogram_to_json(&times->delivery),
        "submit_late_ns", histogram_to_json(&times->late));
    *outcome = pool_trial_outcome(trial, metrics_to_json(trial, saturate, seconds), histograms,
                                  saturate->stream.ended, times);
    return *outcome != NULL
               ? 0
               : problem_say(trial->problem, -ENOMEM, "out of memory while writing the outcome");
}

static int run(struct pool_trial *trial, struct saturate *saturate, json_t **outcome)
{
    const json_t *params = trial->request->params;
    double seconds = parameter_number(params, "seconds");
    double load = parameter_number(params, "load");
    const char *job = json_string_value(json_object_get(params, "job"));
    int r = pool_trial_add_jobs(trial, pool_job_kind(job), &saturate->stream.jobs);
    if (r < 0)
        return r;
    r = pool_trial_capacity(trial, &saturate->stream, seconds, &saturate->capacity_per_s);
    if (r == 0 && load <= 1)
        r = pool_trial_empty(trial);
    struct pool_stream *const streams[POOL_STREAMS] = {&saturate->stream};
    const double rates[POOL_STREAMS] = {load * saturate->capacity_per_s};
    if (r == 0)
        r = pool_trial_window(trial, streams, rates, seconds, true);
    if (trial->error < 0)
        return pool_trial_verdict(trial);
    return r < 0 ? r : make_outcome(trial, saturate, seconds, outcome);
}

int pool_run_saturate(struct pool_trial *trial, json_t **outcome)
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
