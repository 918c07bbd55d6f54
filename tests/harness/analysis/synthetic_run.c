#include "tests/harness/analysis/synthetic_run.h"

#include "harness/contract/parameters.h"
#include "harness/workloads/workloads.h"

#include <math.h>
#include <stdio.h>

/* What disturbs a whole round is far more than what subjects differ by. */
static bool add_trials(struct trial_table *table, struct random *random,
                       const struct synthetic_plan *plan)
{
    char problem[PROBLEM_BYTES];
    int r = 0;
    for (unsigned round = 0; round < plan->rounds; round++) {
        double level = 3000 * exp(synthetic_draw(random, SYNTHETIC_NORMAL));
        for (unsigned subject = 0; subject < plan->subjects; subject++) {
            double log_value = plan->deviation / sqrt(2) * synthetic_draw(random, plan->shape);
            double ratio = subject + 1 == plan->subjects ? plan->ratio : 1;
            struct trial trial = {.subject = subject, .round = round, .valid = true};
            r |= figures_set(&trial.outcome.metrics, "ns_per_accept",
                             level * ratio * exp(log_value));
            r |= trial_table_add(table, &trial, 0, problem);
        }
    }
    return r == 0;
}

static bool add_cell(struct run *run, struct random *random, const struct synthetic_plan *plan)
{
    struct run_cell *cell = run_add_cell(run);
    if (cell == NULL)
        return false;
    cell->cell.workload = &accept_workload;
    cell->cell.mode = workload_mode(&accept_workload, "drain");
    run_cell_open_tables(cell);
    return named_values_add_integer(&cell->cell.params, "", "idle", (int64_t)run->cell_count - 1) ==
               0 &&
           add_trials(&cell->trials, random, plan);
}

bool synthetic_run(struct run *run, struct random *random, const struct synthetic_plan *plan)
{
    bool good = true;
    *run = (struct run){.seed = 1, .minimum_effect = VERDICT_MINIMUM_EFFECT};
    for (unsigned i = 0; i < plan->subjects && good; i++) {
        char name[16];
        struct run_subject *subject = run_add_subject(run);
        snprintf(name, sizeof name, "s%u", i);
        good = subject != NULL && text_set(&subject->name, name) == 0;
        if (good)
            subject->tier = TIER_READINESS;
    }
    for (unsigned i = 0; i < plan->cells && good; i++)
        good = add_cell(run, random, plan);
    return good;
}

unsigned synthetic_named(const struct analysis *analysis, size_t subject)
{
    unsigned count = 0;
    for (size_t i = 0; i < analysis->run->cell_count; i++) {
        const struct cell_summary *summary = &analysis->cells[i];
        for (size_t k = 0; k < summary->verdict_count; k++) {
            const struct verdict_pair *pair = &summary->verdicts[k];
            bool has =
                subject == SUBJECT_NONE || pair->subject == subject || pair->baseline == subject;
            count += has && (pair->word == VERDICT_FASTER || pair->word == VERDICT_SLOWER);
        }
    }
    return count;
}
