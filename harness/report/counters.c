/* What each subject did for one operation: waits, interest changes, system calls. Counters explain
 * a difference; a table of times without them invites guessing. */
#include "harness/analysis/parts.h"
#include "harness/stats/statistics.h"
#include "harness/record/trials.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNTERS_KNOWN 32
#define OPERATIONS "operations" /* the counter that all others are divided by */

/* System calls are counted in trials of their own, because counting slows every call down. */
static const struct trials *trials_that_count(const json_t *cell, const char *counter)
{
    return strcmp(counter, "syscalls") == 0 ? trials_counting(cell) : trials_of(cell);
}

static bool is_used(const struct trials *trials, const char *counter)
{
    const double *values = trials_counter(trials, counter);
    for (size_t i = 0; values != NULL && i < trials_count(trials); i++) {
        if (values[i] > 0)
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

size_t report_counter_names(const json_t *cell, const char **names, size_t capacity)
{
    static const char *const first[] = {"syscalls", "waits", "changes", "events"};
    size_t count = 0;
    for (; count < sizeof first / sizeof first[0] && count < capacity; count++)
        names[count] = first[count];
    const struct trials *trials = trials_of(cell);
    for (size_t i = 0; i < trials_counter_count(trials) && count < capacity; i++) {
        const char *name = trials_counter_name(trials, i);
        if (strcmp(name, OPERATIONS) != 0 && is_used(trials, name) && !is_among(name, names, count))
            names[count++] = name;
    }
    return count;
}

bool report_counter(const json_t *cell, const char *subject, const char *counter,
                    double *per_operation, size_t *trials)
{
    const struct trials *all = trials_that_count(cell, counter);
    const struct trial *list = trials_list(all);
    const double *counts = trials_counter(all, counter);
    const double *operations = trials_counter(all, OPERATIONS);
    size_t place = trials_find_subject(all, subject);
    double *values = calloc(trials_count(all) + 1, sizeof *values);
    *trials = 0;
    if (values == NULL || counts == NULL || operations == NULL) {
        free(values);
        return false;
    }
    for (size_t i = 0; i < trials_count(all); i++) {
        if (list[i].valid && list[i].subject == place && !isnan(counts[i]) && operations[i] > 0)
            values[(*trials)++] = counts[i] / operations[i];
    }
    if (*trials > 0)
        *per_operation = statistics_median(values, *trials);
    free(values);
    return *trials > 0;
}

/* Nothing for a subject that has none of these counters; with `above_zero`, nor for one that has no
 * other value than 0. */
static void print_subject(FILE *out, const json_t *run, const json_t *cell, const char *subject,
                          const char *const *names, size_t count, bool above_zero)
{
    char line[256], name[REPORT_NAME_BYTES];
    bool any = false;
    int length = snprintf(line, sizeof line, "     %-*s %-*s", report_name_columns(run),
                          printable(name, sizeof name, subject), report_tier_columns(run),
                          report_short_tier(run, subject));
    for (size_t i = 0; i < count; i++) {
        double value;
        size_t trials;
        char text[24] = "-";
        if (report_counter(cell, subject, names[i], &value, &trials)) {
            any |= value > 0 || !above_zero;
            snprintf(text, sizeof text, value != 0 && value < 0.001 ? "%.0e" : "%.3f", value);
        }
        length += snprintf(line + length, sizeof line - (size_t)length, " %11.18s", text);
    }
    if (any)
        fprintf(out, "%s\n", line);
}

static void print_block(FILE *out, const json_t *run, const json_t *cell, const char *const *names,
                        size_t count, bool is_first)
{
    char name[16];
    fprintf(out, "     %-*s %-*s", report_name_columns(run), "subject", report_tier_columns(run),
            "tier");
    for (size_t i = 0; i < count; i++)
        fprintf(out, " %11.11s", printable(name, sizeof name, names[i]));
    fputc('\n', out);
    size_t i;
    const json_t *subject;
    json_array_foreach(json_object_get(run, "subjects"), i, subject)
        print_subject(out, run, cell, report_text(subject, "name"), names, count, !is_first);
}

/* What the counter "operations" counts. */
static const char *operation_of(const json_t *cell)
{
    const char *workload = report_text(cell, "workload");
    return strcmp(workload, "pool") == 0 ? "job" : workload;
}

void report_print_counters(const json_t *run, const json_t *cell, FILE *out)
{
    const char *names[COUNTERS_KNOWN];
    size_t count = report_counter_names(cell, names, COUNTERS_KNOWN);
    int left = REPORT_COLUMNS - 6 - report_name_columns(run) - report_tier_columns(run);
    size_t fit = left >= 12 ? (size_t)left / 12 : 1;
    if (trials_count(trials_of(cell)) == 0)
        return;
    fprintf(out, "\n  counters for one %s (\"-\": not counted here)\n", operation_of(cell));
    for (size_t from = 0; from < count; from += fit)
        print_block(out, run, cell, names + from, count - from < fit ? count - from : fit,
                    from == 0);
}
