#include "tests/harness/analysis/looked_run.h"

#include "harness/contract/parameters.h"
#include "harness/workloads/workloads.h"
#include "tests/harness/analysis/one_cell_run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A metric that depends on the generator: no main metric of today does. */
static struct metric metrics[METRICS_MAX];
static struct workload workload;

static const struct workload *dependent_workload(void)
{
    size_t main_metric = workload_metric_index(
        &accept_workload,
        workload_main_metric(&accept_workload, workload_mode(&accept_workload, "drain")));
    for (size_t i = 0; accept_workload.metrics[i].name != NULL; i++)
        metrics[i] = accept_workload.metrics[i];
    metrics[main_metric].generator_dependent = true;
    workload = accept_workload;
    workload.metrics = metrics;
    return &workload;
}

void looked_start(struct run *run)
{
    *run = (struct run){.minimum_effect = 0.03};
    for (size_t i = 0; i < SUBJECTS; i++) {
        char name[16];
        snprintf(name, sizeof name, "s%zu", i);
        add_subject(run, name, i == 1 ? TIER_NONE : TIER_READINESS);
    }
    for (size_t i = 0; i < CELLS; i++) {
        struct run_cell *cell = run_add_cell(run);
        assert_non_null(cell);
        cell->cell.workload = dependent_workload();
        cell->cell.mode = workload_mode(&accept_workload, "drain");
        run_cell_open_tables(cell);
    }
}

void looked_add(struct trial_table *table, size_t subject, size_t round, double value, bool bound)
{
    char problem[PROBLEM_BYTES];
    static struct trial trial;
    trial_reset(&trial);
    trial.subject = subject;
    trial.round = round;
    trial.valid = !isnan(value);
    if (trial.valid)
        assert_int_equal(figures_set(&trial.outcome.metrics, "ns_per_accept", value), 0);
    trial.has_outcome = trial.valid;
    trial.outcome.has_generator = true;
    trial.outcome.generator.bound = bound;
    assert_int_equal(trial_table_add(table, &trial, 0, problem), 0);
    trial_free(&trial);
}

struct looks *open_looks(const struct run *run)
{
    struct looks *looks;
    assert_int_equal(looks_open(&looks, run), 0);
    return looks;
}

struct look_result result_of(const struct looks *looks, size_t cell, size_t subject,
                             size_t baseline)
{
    struct look_result result;
    memset(&result, 0, sizeof result);
    if (subject == TWIN)
        assert_int_equal(looks_twin(looks, cell, &result), 0);
    else
        assert_int_equal(looks_result(looks, cell, subject, baseline, &result), 0);
    return result;
}
