/* The verdicts of a run: every pair of subjects of every cell, on the main metric of its mode.
 * Internal to summary*.c.
 *
 * - One metric of a mode decides, because Holm's adjustment counts every question that is asked:
 *   five times as many questions would need two to three rounds more before any answer.
 * - Subjects of no tier take no part: `null` has no kernel behind it, and the floors among them are
 *   what the kernel does by itself. Emulations have no trials in the first place.
 * - Where the generator was the bound in more than VERDICT_BOUND_SHARE of either subject's trials,
 *   and the metric depends on it, the pair is INVALID. That share of wrong values moves the
 *   Hodges-Lehmann estimate by 0.09 deviations of a log ratio at most (its influence function is
 *   bounded by sqrt(pi)), 1.2 % when they scatter by 13 %: less than half the usual minimum effect.
 */
#ifndef HARNESS_ANALYSIS_VERDICTS_H
#define HARNESS_ANALYSIS_VERDICTS_H

#include "harness/analysis/samples.h"

#define VERDICT_BOUND_SHARE 0.05

struct verdict_pair;

struct verdicts {
    const json_t *run;
    double minimum_effect;
    struct verdict_pair *pairs;
    size_t count, room;
};

/* Borrows the run, and its cells as they are added. */
void verdicts_open(struct verdicts *, const json_t *run);
void verdicts_close(struct verdicts *);

/* Compares every pair of the cell. `samples` holds its main metric, collected. 0 or -ENOMEM. */
int verdicts_add_cell(struct verdicts *, json_t *cell, const struct cell_samples *samples,
                      const struct metric *metric);

/* Once every cell was added: adjusts for all of them, and puts each cell's "verdicts" into it,
 * also where there are none. 0 or -ENOMEM. */
int verdicts_write(struct verdicts *);

/* Whether the rounds are enough to name any of the pairs added, and every one that can be judged is
 * tight. */
bool verdicts_are_tight(const struct verdicts *);

#endif
