/* What may be said of two subjects, in one word, and nothing more than the rounds bear out.
 *
 * - FASTER, SLOWER: the interval is clear of 1, the estimate at least the minimum effect, and the p
 *   value, adjusted for every pair of the run (holm.h), under VERDICT_LEVEL.
 * - EQUIVALENT: the whole interval is inside the minimum effect.
 * - INCONCLUSIVE: neither, or fewer than VERDICT_ROUNDS rounds; with the rounds it would take.
 * - INVALID: there is nothing to judge by, or the trials do not say anything about the subject.
 *
 * A minimum effect of 3 % is a ratio of 1.03 or of 1 / 1.03, so that exchanging the two subjects
 * gives the opposite word.
 *
 * Ask once, when the rounds are over. A run may stop because its intervals are narrow, or because
 * time is up, but not because a winner has appeared: of A against A, 10 to 200 rounds of normal log
 * ratios with a deviation of 13 %, asking after each round and stopping at the first winner names
 * one in 11.5 % of all cases, asking once in 0.1 %. Stopping as soon as verdict_is_tight() names
 * one in 0.05 % (normal), 0.10 % (skewed) and 0 of 4,000 (heavy, disturbed) with a deviation of
 * 5 %; simulate_verdicts stopping 4000.
 *
 * One pair, 13 %, tests/harness/simulate_verdicts, 2,000 cases each; shapes as in effect.h:
 *
 *     A/A, 200 rounds, named: minimum 3 %   0.001 normal   0.000 disturbed   (0 at 400)
 *     A/A, 200 rounds, named: minimum 1 %   0.009          0.009
 *     3 % found with 200 rounds             0.708          0.979
 *     2 % found with 400 rounds             0.663          0.967
 *     2 % found with 800 rounds             0.958          1.000
 *     5 % found with 100 rounds             0.866          0.984
 *
 * A pair on its own is named falsely in up to 1 % of cases, by the level; the minimum effect lowers
 * that once there are rounds enough, and Holm's adjustment bounds it for the run as a whole. That
 * has a price: with m pairs, p of n rounds is at least m / 2^(n-1), so that 10 rounds can name a
 * winner among 5 pairs, but not among 6, and 6,600 pairs take 21.
 */
#ifndef HARNESS_STATS_VERDICT_H
#define HARNESS_STATS_VERDICT_H

#include "harness/stats/effect.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VERDICT_ROUNDS 10
#define VERDICT_LEVEL 0.01
#define VERDICT_CONFIDENCE 0.99 /* of the interval, for effect_compare() */
#define VERDICT_MINIMUM_EFFECT 0.03
#define VERDICT_MINIMUM_EFFECT_LOWEST 0.001 /* that can be asked for */
#define VERDICT_MINIMUM_EFFECT_HIGHEST 0.5
#define VERDICT_ROUNDS_MAXIMUM UINT64_C(1000000)

enum verdict_word {
    VERDICT_INVALID,
    VERDICT_INCONCLUSIVE,
    VERDICT_EQUIVALENT,
    VERDICT_FASTER,
    VERDICT_SLOWER,
};

/* How two independent samples were compared (two_samples.h). */
struct verdict_samples {
    size_t subject_n, baseline_n;
    double allowance; /* that the interval and p have in them, >= 0 */
    bool of_runs; /* a value is a whole run, which has its rounds: 10 of them are not asked for */
};

struct verdict_question {
    const struct effect *effect;           /* NULL: no round has both subjects */
    const struct verdict_samples *samples; /* NULL: paired within rounds (effect.h) */
    double p_adjusted;                     /* effect->p by holm_adjust() */
    size_t pairs;                          /* tests that it was adjusted for, >= 1 */
    double minimum_effect;                 /* 0.03 for 3 %, >= 0 */
    bool lower_is_better;
    const char *why_invalid; /* why the trials do not count, as a sentence; NULL when they do */
};

struct verdict {
    enum verdict_word word;
    const char *why; /* of INVALID and INCONCLUSIVE, as a sentence: static, or why_invalid */
    /* Of INCONCLUSIVE, else 0: with how many rounds in all, those at hand included, about half of
     * such pairs would be decided, and 4 of 5. VERDICT_ROUNDS_MAXIMUM: that or more. Of two
     * samples: values in each, were they of one size. */
    uint64_t rounds, rounds_likely;
};

/* 0, also for INVALID. -EINVAL: the question makes no sense (a NAN, an interval that does not hold
 * its estimate or is of less than VERDICT_CONFIDENCE, a p that adjusting has lowered, pairs == 0);
 * *verdict is INVALID and says so. */
int verdict_decide(const struct verdict_question *, struct verdict *);

/* The fewest rounds with which any of so many pairs can be named: those of which the smallest p,
 * 2^(1-n), is still under the level when it is multiplied by the pairs; VERDICT_ROUNDS at least. */
uint64_t verdict_rounds_needed(size_t pairs);

/* Whether more rounds would hardly change the word: half the interval, in logarithms, is within
 * VERDICT_TIGHT of the minimum effect. A run may stop for that, because it names no more than it
 * would otherwise: what is named has to be at least the minimum effect away, which is then 1.5
 * times half the interval. */
#define VERDICT_TIGHT (2.0 / 3)
bool verdict_is_tight(const struct effect *, double minimum_effect);

/* "FASTER", ... */
const char *verdict_name(enum verdict_word);

#endif
