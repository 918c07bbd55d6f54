/* What is said below the table of a sweep. Internal to the report. */
#ifndef HARNESS_REPORT_SWEEP_NOTES_H
#define HARNESS_REPORT_SWEEP_NOTES_H

#include "harness/analysis/sweeps.h"
#include "harness/report/designs.h"

struct sweep_marks {
    /* What holds for all tables of a mode is said below the first. */
    bool is_first_of_mode;
    /* A percentile of all rounds together is in it; and a verdict that is INCONCLUSIVE. */
    bool pooled, open;
    size_t fewest_rounds;
};

void report_print_sweep_notes(const struct analysis *, const struct design *, const struct sweep *,
                              const struct sweep_marks *, FILE *);

#endif
