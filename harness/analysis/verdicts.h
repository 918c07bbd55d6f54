/* The verdicts of a run: every pair of subjects of every cell, on the main metric of its mode.
 * Internal to analysis/, but for VERDICT_BOUND_SHARE and what is said of it.
 *
 * One metric of a mode decides, because every question that is asked makes it harder to answer any.
 *
 * Subjects of no tier take no part: `null` has no kernel behind it, and the floors among them are
 * what the kernel does by itself. Emulations have no trials in the first place.
 *
 * Where the generator was the bound in more than VERDICT_BOUND_SHARE of either subject's trials,
 * and the metric depends on it, the pair is INVALID. That share of wrong values moves the
 * Hodges-Lehmann estimate by 0.09 deviations of a log ratio at most (its influence function is
 * bounded by sqrt(pi)), 1.2 % when they scatter by 13 %: less than half the usual minimum effect.
 */
#ifndef HARNESS_ANALYSIS_VERDICTS_H
#define HARNESS_ANALYSIS_VERDICTS_H

#include "harness/analysis/looks.h"
#include "harness/analysis/samples.h"
#include "harness/record/run.h"

#define VERDICT_BOUND_SHARE 0.05

/* Whether so many trials, of `count`, in which the generator was the bound leave nothing to judge
 * by. */
bool verdicts_are_bound(const struct metric *, unsigned bound, size_t count);

/* Lists every pair of the cell, and sets the summary's baseline, verdicts and pair_at. `samples`
 * holds the main metric, collected. 0 or -ENOMEM. */
int verdicts_add_cell(struct cell_summary *, const struct run *, const struct run_cell *,
                      const struct cell_samples *, size_t metric, const char *baseline);

/* Once every cell was added, and all looks were taken: gives each pair, and each twin, its figures
 * and its word. 0 or -ENOMEM. */
int verdicts_decide(struct cell_summary *, const struct run *, const struct looks *,
                    double minimum_effect);

#endif
