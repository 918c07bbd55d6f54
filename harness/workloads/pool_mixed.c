/* mixed: what slow jobs do to fast ones in the same queue (head-of-line blocking). Fast ones read
 * a small file that is in the page cache; slow ones are pbkdf2. In one trial: the capacity for slow
 * jobs, then the fast ones alone, then both side by side, slow ones at load x their capacity. The
 * fast ones arrive at the same moments both times, a Poisson process of fast_per_s. */
#include "harness/workloads/pool_modes.h"
#include "harness/workloads/pool_outcome.h"

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

static int fill_metrics(const struct mixed *mixed, struct figures *metrics)
{
    const struct pool_times *beside = &mixed->beside;
    const struct histogram *alone = &mixed->alone.wait;
    int r = figures_set_percentile(metrics, "fast_queue_wait_p50_ns", &beside->wait, 50);
    r |= figures_set_percentile(metrics, "fast_queue_wait_p99_ns", &beside->wait, 99);
    r |= figures_set_percentile(metrics, "alone_queue_wait_p50_ns", alone, 50);
    r |= figures_set_percentile(metrics, "alone_queue_wait_p99_ns", alone, 99);
    if (beside->planned > 0)
        r |= figures_set(metrics, "refused_share",
                         (double)beside->refused / (double)beside->planned);
    return r;
}

static int fill_outcome(const struct pool_trial *trial, const struct mixed *mixed,
                        struct outcome *outcome)
{
    uint64_t operations = mixed->streams[FAST].ended + mixed->streams[SLOW].ended;
    int r = fill_metrics(mixed, &outcome->metrics);
    r |= outcome_keep_histogram(outcome, "fast_queue_wait_ns", &mixed->beside.wait);
    r |= outcome_keep_histogram(outcome, "alone_queue_wait_ns", &mixed->alone.wait);
    r |= outcome_keep_histogram(outcome, "fast_service_ns", &mixed->beside.service);
    r |= outcome_keep_histogram(outcome, "slow_service_ns", &mixed->slow.service);
    r |= pool_outcome_fill(trial, operations, &mixed->beside, outcome);
    return outcome_verdict(r, trial->problem);
}

static int run_phases(struct pool_trial *trial, struct mixed *mixed)
{
    const struct named_values *params = trial->request->params;
    double seconds = parameter_number(params, "seconds"), slow_per_s;
    double load = parameter_number(params, "load");
    double fast_per_s = parameter_or(params, "fast_per_s", FAST_PER_S);
    struct pool_stream *fast = &mixed->streams[FAST], *slow = &mixed->streams[SLOW];
    int r = pool_trial_capacity(trial, slow, seconds, load, &slow_per_s);
    if (r == 0)
        r = pool_trial_empty(trial);
    struct pool_stream *const streams[POOL_STREAMS] = {fast, slow};
    double rates[POOL_STREAMS] = {fast_per_s, 0};
    fast->times = &mixed->alone;
    if (r == 0)
        r = pool_trial_window(trial, streams, rates, seconds, false);
    fast->times = &mixed->beside;
    rates[SLOW] = load * slow_per_s;
    if (r == 0)
        r = pool_trial_window(trial, streams, rates, seconds, true);
    return r;
}

static int run(struct pool_trial *trial, struct mixed *mixed, struct outcome *outcome)
{
    int r = pool_trial_add_jobs(trial, JOB_FILE, &mixed->streams[FAST].jobs);
    if (r == 0)
        r = pool_trial_add_jobs(trial, JOB_PBKDF2, &mixed->streams[SLOW].jobs);
    if (r == 0)
        r = run_phases(trial, mixed);
    if (trial->error < 0)
        return pool_trial_verdict(trial);
    return r < 0 ? r : fill_outcome(trial, mixed, outcome);
}

int pool_run_mixed(struct pool_trial *trial, struct outcome *outcome)
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
