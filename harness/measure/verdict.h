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
 */
#ifndef HARNESS_MEASURE_VERDICT_H
#define HARNESS_MEASURE_VERDICT_H

#include "harness/measure/effect.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VERDICT_ROUNDS 10
#define VERDICT_LEVEL 0.01
#define VERDICT_CONFIDENCE 0.99 /* of the interval, for effect_compare() */
#define VERDICT_MINIMUM_EFFECT 0.03
#define VERDICT_ROUNDS_MAXIMUM UINT64_C(1000000)

enum verdict_word {
    VERDICT_INVALID,
    VERDICT_INCONCLUSIVE,
    VERDICT_EQUIVALENT,
    VERDICT_FASTER,
    VERDICT_SLOWER,
};

struct verdict_question {
    const struct effect *effect; /* NULL: no round has both subjects */
    double p_adjusted;           /* effect->p by holm_adjust() */
    size_t pairs;                /* tests that it was adjusted for, >= 1 */
    double minimum_effect;       /* 0.03 for 3 %, >= 0 */
    bool lower_is_better;
    const char *why_invalid; /* why the trials do not count, as a sentence; NULL when they do */
};

struct verdict {
    enum verdict_word word;
    const char *why; /* of INVALID and INCONCLUSIVE, as a sentence: static, or why_invalid */
    /* Of INCONCLUSIVE, else 0: with how many rounds in all, those at hand included, the word would
     * be another in every second case, and in 4 of 5. VERDICT_ROUNDS_MAXIMUM: that or more. */
    uint64_t rounds, rounds_likely;
};

/* 0, also for INVALID. -EINVAL: the question makes no sense (a NAN, an interval that does not hold
 * its estimate or is of less than VERDICT_CONFIDENCE, a p that adjusting has lowered, pairs == 0);
 * *verdict is INVALID and says so. */
int verdict_decide(const struct verdict_question *, struct verdict *);

/* "FASTER", ... */
const char *verdict_name(enum verdict_word);

#endif
