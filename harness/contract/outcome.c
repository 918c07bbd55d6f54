#include "harness/contract/outcome.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int figures_set(struct figures *figures, const char *name, double value)
{
    size_t length = strlen(name), i = 0;
    if (length >= FIGURE_NAME_BYTES)
        return -ENAMETOOLONG;
    while (i < figures->count && strcmp(figures->list[i].name, name) != 0)
        i++;
    if (i == FIGURES_MAX)
        return -ENOSPC;
    memcpy(figures->list[i].name, name, length + 1);
    figures->list[i].value = value;
    figures->count += i == figures->count;
    return 0;
}

bool figures_get(const struct figures *figures, const char *name, double *value)
{
    for (size_t i = 0; i < figures->count; i++) {
        if (strcmp(figures->list[i].name, name) == 0) {
            *value = figures->list[i].value;
            return true;
        }
    }
    return false;
}

void outcome_reset(struct outcome *outcome)
{
    outcome->metrics.count = outcome->counters.count = outcome->usage.count = 0;
    outcome->sampled_metric[0] = '\0';
    outcome->sample_count = 0;
    outcome->histogram_count = 0;
    outcome->has_generator = false;
    outcome->granted = 0;
    outcome->syscalls_unavailable[0] = '\0';
}

void outcome_free(struct outcome *outcome)
{
    for (size_t i = 0; i < OUTCOME_HISTOGRAMS_MAX; i++)
        free(outcome->histograms[i].histogram);
    memset(outcome, 0, sizeof *outcome);
}

struct histogram *outcome_add_histogram(struct outcome *outcome, const char *name)
{
    size_t length = strlen(name);
    if (outcome->histogram_count == OUTCOME_HISTOGRAMS_MAX || length >= FIGURE_NAME_BYTES)
        return NULL;
    struct outcome_histogram *added = &outcome->histograms[outcome->histogram_count];
    if (added->histogram == NULL)
        added->histogram = malloc(sizeof *added->histogram);
    if (added->histogram == NULL)
        return NULL;
    memcpy(added->name, name, length + 1);
    histogram_reset(added->histogram);
    outcome->histogram_count++;
    return added->histogram;
}

const struct histogram *outcome_histogram(const struct outcome *outcome, const char *name)
{
    for (size_t i = 0; i < outcome->histogram_count; i++) {
        if (strcmp(outcome->histograms[i].name, name) == 0)
            return outcome->histograms[i].histogram;
    }
    return NULL;
}
