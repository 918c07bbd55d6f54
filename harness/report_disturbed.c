/* Cells that something else disturbed: their figures count, but they scatter, and take more rounds.
 *
 * The rule: a subject that is held on one CPU should have it for itself. A trial in which it had to
 * give way (involuntary context switches) more than once in DISTURBED_EVERY_NS is disturbed, and a
 * cell is when more than one in DISTURBED_SHARE of its valid trials are. Of a workload whose
 * subject may use all CPUs nothing is said: its own threads make each other give way. */
#include "harness/report_parts.h"

#include <string.h>

#define DISTURBED_EVERY_NS 10e6
#define DISTURBED_SHARE 5

static bool is_disturbed(const json_t *trial)
{
    const json_t *usage = json_object_get(trial, "usage");
    return report_number(usage, "involuntary") * DISTURBED_EVERY_NS >
           report_number(usage, "wall_ns");
}

static bool is_cell_disturbed(const json_t *cell, size_t *disturbed, size_t *trials)
{
    size_t i;
    const json_t *trial;
    *disturbed = *trials = 0;
    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        if (!json_is_true(json_object_get(trial, "valid")))
            continue;
        ++*trials;
        *disturbed += is_disturbed(trial);
    }
    return *disturbed * DISTURBED_SHARE > *trials;
}

void report_print_disturbed(const json_t *const *cells, size_t count, FILE *out)
{
    size_t cells_disturbed = 0, all_disturbed = 0, all_trials = 0;
    char line[400];
    if (workload_find(report_text(cells[0], "workload"))->all_cpus)
        return;
    for (size_t i = 0; i < count; i++) {
        size_t disturbed, trials;
        if (!is_cell_disturbed(cells[i], &disturbed, &trials))
            continue;
        cells_disturbed++;
        all_disturbed += disturbed;
        all_trials += trials;
    }
    if (cells_disturbed == 0)
        return;
    snprintf(line, sizeof line,
             "DISTURBED: in %zu of %zu trials of %zu of %zu cells the subject had to give way on "
             "its CPU more than once in 10 ms. They count, and scatter: a quiet machine needs "
             "fewer rounds.",
             all_disturbed, all_trials, cells_disturbed, count);
    report_print_wrapped(out, 2, line);
}
