/* mixed: what slow jobs do to fast ones in the same queue (head-of-line blocking). Fast ones read
 * a small file that is in the page cache; slow ones are pbkdf2. In one trial: the capacity for slow
 * jobs, then the fast ones alone, then both side by side, slow ones at load x their capacity. The
 * fast ones arrive at the same moments both times, a Poisson process of fast_per_s. */
#include "harness/workloads/pool_trial.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <stdlib.h>

/* A small part of what a pool can do with such jobs, and enough for a p99 in a second. */
#define FAST_PER_S 2000u

enum { FAST, SLOW };

struct mixed {
    struct pool_stream streams[POOL_STREAMS];
    struct pool_times alone, beside, slow;
};

static json_t *metrics_to_json(const struct mixed *mixed)
{
    const struct pool_times *beside = &mixed->beside;
    json_t *metrics = json_object();
    pool_set_percentiles(metrics, "fast_queue_wait", &beside->wait);
    pool_set_percentiles(metrics, "alone_queue_wait", &mixed->alone.wait);
    if (beside->planned > 0)
        json_object_set_new(metrics, "refused_share",
                            json_real((double)beside->refused / (double)beside->planned));
    return metrics;
}

static int make_outcome(struct pool_trial *trial, const struct mixed *mixed, json_t **outcome)
{
    json_t *histograms = json_pack("{s:o, s:o, s:o, s:o}", "fast_queue_wait_ns",
                                   histogram_to_json(&mixed->beside.wait), "alone_queue_wait_ns",
                                   histogram_to_json(&mixed->alone.wait), "fast_service_ns",
                                   histogram_to_json(&mixed->beside.service), "slow_service_ns",
                                   histogram_to_json(&mixed->slow.service));
    uint64_t operations = mixed->streams[FAST].ended + mixed->streams[SLOW].ended;
    *outcome =
        pool_trial_outcome(trial, metrics_to_json(mixed), histograms, operations, &mixed->beside);
    return *outcome != NULL
               ? 0
               : problem_say(trial->problem, -ENOMEM, "out of memory while writing the outcome");
}

static int run_phases(struct pool_trial *trial, struct mixed *mixed)
{
    const json_t *params = trial->request->params;
    double seconds = parameter_number(params, "seconds"), slow_per_s;
    double fast_per_s = parameter_or(params, "fast_per_s", FAST_PER_S);
    struct pool_stream *fast = &mixed->streams[FAST], *slow = &mixed->streams[SLOW];
    int r = pool_trial_capacity(trial, slow, seconds, &slow_per_s);
    if (r == 0)
        r = pool_trial_empty(trial);
    struct pool_stream *const streams[POOL_STREAMS] = {fast, slow};
    double rates[POOL_STREAMS] = {fast_per_s, 0};
    fast->times = &mixed->alone;
    if (r == 0)
        r = pool_trial_window(trial, streams, rates, seconds, false);
    fast->times = &mixed->beside;
    rates[SLOW] = parameter_number(params, "load") * slow_per_s;
    if (r == 0)
        r = pool_trial_window(trial, streams, rates, seconds, true);
    return r;
}

static int run(struct pool_trial *trial, struct mixed *mixed, json_t **outcome)
{
    int r = pool_trial_add_jobs(trial, JOB_FILE, &mixed->streams[FAST].jobs);
    if (r == 0)
        r = pool_trial_add_jobs(trial, JOB_PBKDF2, &mixed->streams[SLOW].jobs);
    if (r == 0)
        r = run_phases(trial, mixed);
    if (trial->error < 0)
        return pool_trial_verdict(trial);
    return r < 0 ? r : make_outcome(trial, mixed, outcome);
}

int pool_run_mixed(struct pool_trial *trial, json_t **outcome)
{
    struct mixed *mixed = calloc(1, sizeof *mixed);
    if (mixed == NULL)
        return problem_say(trial->problem, -ENOMEM, "there is no memory for the histograms");
    mixed->streams[SLOW].times = &mixed->slow;
    pool_times_reset(&mixed->alone);
    pool_times_reset(&mixed->beside);
    pool_times_reset(&mixed->slow);
    int r = run(trial, mixed, outcome);
    pool_trial_close_server(trial); /* while the streams of its jobs are still there */
    free(mixed);
    return r;
}
