#include "harness/analysis/counters.h"

#include "harness/stats/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The counter that all others are divided by. */
#define OPERATIONS "operations"

/* System calls are counted in trials of their own, because counting slows every call down. */
static const struct trial_table *trials_that_count(const struct run_cell *cell, const char *counter)
{
    return strcmp(counter, "syscalls") == 0 ? &cell->counting : &cell->trials;
}

static bool is_used(const struct trial_table *trials, const struct counter_column *column)
{
    for (size_t i = 0; i < trials->count; i++) {
        if (column->values[i] > 0)
            return true;
    }
    return false;
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

size_t counter_names(const struct run_cell *cell, const char **names, size_t capacity)
{
    static const char *const first[] = {"syscalls", "waits", "changes", "events"};
    size_t count = 0;
    for (; count < sizeof first / sizeof first[0] && count < capacity; count++)
        names[count] = first[count];
    const struct trial_table *trials = &cell->trials;
    for (size_t i = 0; i < trials->counter_count && count < capacity; i++) {
        const struct counter_column *column = &trials->counters[i];
        if (strcmp(column->name, OPERATIONS) != 0 && is_used(trials, column) &&
            !is_among(column->name, names, count))
            names[count++] = column->name;
    }
    return count;
}

bool counter_per_operation(const struct run_cell *cell, size_t subject, const char *counter,
                           double *per_operation, size_t *trials)
{
    const struct trial_table *table = trials_that_count(cell, counter);
    const double *counts = trial_table_counter(table, counter);
    const double *operations = trial_table_counter(table, OPERATIONS);
    *trials = 0;
    if (counts == NULL || operations == NULL)
        return false;
    double *values = calloc(table->count, sizeof *values);
    for (size_t i = 0; values != NULL && i < table->count; i++) {
        if (table->rows[i].valid && table->rows[i].subject == subject && !isnan(counts[i]) &&
            operations[i] > 0)
            values[(*trials)++] = counts[i] / operations[i];
    }
    if (*trials > 0)
        *per_operation = statistics_median(values, *trials);
    free(values);
    return *trials > 0;
}

const char *counter_operation(const struct cell *cell)
{
    return strcmp(cell->workload->name, "pool") == 0 ? "job" : cell->workload->name;
}
