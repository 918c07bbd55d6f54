/* Cells that something else disturbed: their figures count, but they scatter, and take more rounds.
 *
 * The rule: a subject that is held on one CPU should have it for itself. A trial in which it had to
 * give way (involuntary context switches) more than once in DISTURBED_EVERY_NS is disturbed, and a
 * cell is when more than one in DISTURBED_SHARE of its valid trials are. Of a workload whose
 * subject may use all CPUs nothing is said: its own threads make each other give way. */
#include "harness/analysis/parts.h"
#include "harness/record/trials.h"

#include <string.h>

#define DISTURBED_EVERY_NS 10e6
#define DISTURBED_SHARE 5

static bool is_cell_disturbed(const json_t *cell, size_t *disturbed, size_t *trials)
{
    const struct trials *all = trials_of(cell);
    const struct trial *list = trials_list(all);
    const double *involuntary = trials_usage(all, "involuntary");
    const double *wall_ns = trials_usage(all, "wall_ns");
    *disturbed = *trials = 0;
    for (size_t i = 0; i < trials_count(all); i++) {
        if (!list[i].valid)
            continue;
        ++*trials;
        if (involuntary != NULL && wall_ns != NULL)
            *disturbed += involuntary[i] * DISTURBED_EVERY_NS > wall_ns[i];
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
