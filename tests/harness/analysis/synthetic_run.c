#include "tests/harness/analysis/synthetic_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void name_of(unsigned subject, char *name, size_t size)
{
    snprintf(name, size, "s%u", subject);
}

static json_t *trial_of(unsigned subject, unsigned round, double value)
{
    char name[16];
    name_of(subject, name, sizeof name);
    return json_pack("{s:s, s:i, s:{s:f}, s:{s:b}, s:b, s:n}", "subject", name, "round", round,
                     "metrics", "ns_per_accept", value, "generator", "bound", 0, "valid", 1,
                     "why_invalid");
}

/* What disturbs a whole round is far more than what subjects differ by. */
static json_t *trials_of(struct random *random, const struct synthetic_plan *plan)
{
    json_t *trials = json_array();
    for (unsigned round = 0; round < plan->rounds; round++) {
        double level = 3000 * exp(synthetic_draw(random, SYNTHETIC_NORMAL));
        for (unsigned subject = 0; subject < plan->subjects; subject++) {
            double log_value = plan->deviation / sqrt(2) * synthetic_draw(random, plan->shape);
            double ratio = subject + 1 == plan->subjects ? plan->ratio : 1;
            json_array_append_new(trials, trial_of(subject, round, level * ratio * exp(log_value)));
        }
    }
    return trials;
}

json_t *synthetic_run(struct random *random, const struct synthetic_plan *plan)
{
    json_t *subjects = json_array(), *cells = json_array();
    for (unsigned subject = 0; subject < plan->subjects; subject++) {
        char name[16];
        name_of(subject, name, sizeof name);
        json_array_append_new(subjects, json_pack("{s:s, s:s, s:b, s:n}", "name", name, "tier",
                                                  "readiness", "available", 1, "reason"));
    }
    for (unsigned cell = 0; cell < plan->cells; cell++)
        json_array_append_new(cells, json_pack("{s:s, s:s, s:{s:i}, s:o}", "workload", "accept",
                                               "mode", "drain", "params", "idle", cell, "trials",
                                               trials_of(random, plan)));
    return json_pack("{s:i, s:s, s:[s], s:i, s:{s:s, s:s, s:i, s:n}, s:o, s:o}", "schema", 1, "id",
                     "synthetic", "command", "pollbench", "seed", 1, "manifest", "kernel", "Linux",
                     "cpu", "CPU", "cpus", 2, "virtualization", "subjects", subjects, "cells",
                     cells);
}

unsigned synthetic_words(const json_t *run, const char *word, const char *subject)
{
    unsigned count = 0;
    size_t i, k;
    const json_t *cell, *verdict;
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        json_array_foreach(json_object_get(cell, "verdicts"), k, verdict)
        {
            const char *text = json_string_value(json_object_get(verdict, "verdict"));
            const char *one = json_string_value(json_object_get(verdict, "subject"));
            const char *other = json_string_value(json_object_get(verdict, "baseline"));
            bool has = subject == NULL || strcmp(one, subject) == 0 || strcmp(other, subject) == 0;
            count += has && strcmp(text, word) == 0;
        }
    }
    return count;
}
