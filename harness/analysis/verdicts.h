/* The verdicts of a run: every pair of subjects of every cell, on the main metric of its mode.
 * Internal to analysis/.
 *
 * One metric of a mode decides, because every question that is asked makes it harder to answer any.
 *
 * Subjects of no tier take no part: `null` has no kernel behind it, and the floors among them are
 * what the kernel does by itself. Emulations have no trials in the first place.
 *
 * Where the generator was the bound too often (samples.h), the pair is INVALID. */
#ifndef HARNESS_ANALYSIS_VERDICTS_H
#define HARNESS_ANALYSIS_VERDICTS_H

#include "harness/analysis/looks.h"
#include "harness/analysis/samples.h"
#include "harness/record/run.h"

/* Lists every pair of the cell, and sets the summary's baseline, verdicts and pair_at. `samples`
 * holds the main metric, collected. 0 or -ENOMEM. */
int verdicts_add_cell(struct cell_summary *, const struct run *, const struct run_cell *,
                      const struct cell_samples *, size_t metric, const char *baseline);

/* Once every cell was added, and all looks were taken: gives each pair, and each twin, its figures
 * and its word; the ratios of the main metric become those of its pairs, so that nobody is shown
 * two intervals of one ratio. 0 or -ENOMEM. */
int verdicts_decide(struct cell_summary *, const struct run *, const struct looks *,
                    double minimum_effect);

#endif
