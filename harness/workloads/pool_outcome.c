#include "harness/workloads/pool_outcome.h"

#include "harness/base/problem.h"

#include <math.h>
#include <string.h>

/* The loop's thread makes the load itself, so there is no utilisation of a generator to tell; how
 * late it was is in every latency, which counts from the plan. */
static void fill_generator(const struct pool_times *times, struct outcome *outcome)
{
    uint64_t late_ns;
    bool known = times != NULL && histogram_percentile(&times->late, 99, &late_ns);
    outcome->has_generator = true;
    outcome->generator = (struct generator_report){
        .cpu_utilisation = NAN,
        .late_p99_ns = known ? (double)late_ns : NAN,
    };
}

/* Of a peer nobody counted: zeros would be an answer. */
static void forget_counters(struct figures *counters)
{
    double calls;
    bool counted = figures_get(counters, "syscalls", &calls);
    counters->count = 0;
    if (counted)
        figures_set(counters, "syscalls", calls);
}

static int set_counters(const struct pool_trial *trial, struct figures *counters,
                        uint64_t operations)
{
    const struct pool_tally *begin = &trial->tally_begin, *end = &trial->tally_end;
    int r = 0;
    if (!end->pool_known) {
        forget_counters(counters);
    } else {
        r |= figures_set(counters, "pool_wakes", (double)(end->wakes - begin->wakes));
        r |=
            figures_set(counters, "pool_deliveries", (double)(end->deliveries - begin->deliveries));
    }
    return r | figures_set(counters, "operations", (double)operations);
}

int pool_outcome_fill(const struct pool_trial *trial, uint64_t operations,
                      const struct pool_times *times, struct outcome *outcome)
{
    struct region region = trial->region;
    region.counters_begin = trial->tally_begin.backend;
    region_add_counters(&region, &trial->tally_end.backend);
    int r = region_fill(&region, outcome);
    r |= set_counters(trial, &outcome->counters, operations);
    if (trial->lag.count > 0)
        r |= outcome_keep_histogram(outcome, "loop_lag_ns", &trial->lag);
    fill_generator(times, outcome);
    outcome->granted = trial->ops->granted(trial->server);
    return r;
}

void pool_times_reset(struct pool_times *times)
{
    histogram_reset(&times->wait);
    histogram_reset(&times->late);
    histogram_reset(&times->service);
    histogram_reset(&times->delivery);
    times->planned = times->refused = 0;
}

int pool_trial_verdict(struct pool_trial *trial)
{
    const char *name = trial->request->subject->name;
    char what[256];
    if (trial->error == 0)
        return 0;
    if (trial->failed_jobs != NULL)
        return problem_say(trial->problem, trial->error,
                           "%s: %s failed in a job: %s; the trial ends, because a job that fails "
                           "is not the work that is measured",
                           name, pool_jobs_describe(trial->failed_jobs, what, sizeof what),
                           strerror(-trial->error));
    if (trial->what == POOL_NO_THREADS)
        return problem_say(trial->problem, trial->error,
                           "%s: the system gave %u of the %u threads; ask for fewer or raise the "
                           "limits (ulimit -u, the pids limit of the control group)",
                           name, trial->tally_begin.threads, trial->threads);
    return problem_say(trial->problem, trial->error, "%s: %s failed: %s", name, trial->what,
                       strerror(-trial->error));
}
