/* From what a trial of the pool workload saw to its outcome. */
#include "harness/workloads/pool_trial.h"

#include "harness/base/problem.h"
#include "harness/workloads/outcome.h"

#include <stdio.h>
#include <string.h>

void pool_times_reset(struct pool_times *times)
{
    histogram_reset(&times->wait);
    histogram_reset(&times->late);
    histogram_reset(&times->service);
    histogram_reset(&times->delivery);
    times->planned = times->refused = 0;
}

void pool_set_percentiles(json_t *metrics, const char *prefix, const struct histogram *histogram)
{
    static const unsigned percents[] = {50, 99};
    for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++) {
        char name[64];
        uint64_t value_ns;
        snprintf(name, sizeof name, "%s_p%u_ns", prefix, percents[i]);
        if (histogram_percentile(histogram, percents[i], &value_ns))
            json_object_set_new(metrics, name, json_integer((json_int_t)value_ns));
    }
}

/* The loop's thread makes the load itself, so there is no utilisation of a generator to tell; how
 * late it was is in every latency, which counts from the plan. */
static json_t *generator_to_json(const struct pool_times *times)
{
    uint64_t late_ns;
    bool known = times != NULL && histogram_percentile(&times->late, 99, &late_ns);
    return json_pack("{s:n, s:o, s:b, s:i, s:{}, s:i, s:b}", "cpu_utilisation", "late_ns_p99",
                     known ? json_integer((json_int_t)late_ns) : json_null(), "bound", 0,
                     "connections", 0, "errors", "source_addresses", 0, "pinned", 0);
}

static void set_counters(const struct pool_trial *trial, json_t *counters, uint64_t operations)
{
    const struct pool_tally *begin = &trial->tally_begin, *end = &trial->tally_end;
    if (!end->pool_known) { /* nobody counted: zeros would be an answer */
        json_t *calls = json_incref(json_object_get(counters, "syscalls"));
        json_object_clear(counters);
        if (calls != NULL)
            json_object_set_new(counters, "syscalls", calls);
    } else {
        json_object_set_new(counters, "pool_wakes",
                            json_integer((json_int_t)(end->wakes - begin->wakes)));
        json_object_set_new(counters, "pool_deliveries",
                            json_integer((json_int_t)(end->deliveries - begin->deliveries)));
    }
    json_object_set_new(counters, "operations", json_integer((json_int_t)operations));
}

json_t *pool_trial_outcome(const struct pool_trial *trial, json_t *metrics, json_t *histograms,
                           uint64_t operations, const struct pool_times *times)
{
    struct region region = trial->region;
    region.counters_begin = trial->tally_begin.backend;
    region_add_counters(&region, &trial->tally_end.backend);
    if (trial->lag.count > 0)
        json_object_set_new(histograms, "loop_lag_ns", histogram_to_json(&trial->lag));
    json_t *outcome = json_pack("{s:o, s:o, s:o, s:o}", "metrics", metrics, "histograms",
                                histograms, "generator", generator_to_json(times), "granted",
                                outcome_granted(trial->ops->granted(trial->server)));
    if (outcome == NULL || region_to_json(&region, outcome) < 0) {
        json_decref(outcome);
        return NULL;
    }
    set_counters(trial, json_object_get(outcome, "counters"), operations);
    return outcome;
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
