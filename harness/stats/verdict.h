/* What may be said of two subjects, in one word, and nothing more than the rounds bear out.
 *
 * - FASTER, SLOWER: the test names the pair, and the estimate is at least the minimum effect.
 * - EQUIVALENT: the whole interval is inside the minimum effect.
 * - INCONCLUSIVE: neither; with the rounds it would take.
 * - INVALID: there is nothing to judge by, or the trials do not say anything about the subject.
 *
 * A minimum effect of 3 % is a ratio of 1.03 or of 1 / 1.03, so that exchanging the two subjects
 * gives the opposite word.
 *
 * Within a run the test is that of a sequence of looks (max_t.h) and the interval is its interval
 * (paired.h): both hold for all pairs and all looks of the run at once, so it may be asked after
 * every look, and what is decided need not be measured any further. Between two runs it is the
 * rank-sum test (two_samples.h), adjusted for all pairs (holm.h), asked once. */
#ifndef HARNESS_STATS_VERDICT_H
#define HARNESS_STATS_VERDICT_H

#include "harness/stats/effect.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VERDICT_ROUNDS 10 /* of two samples, in each */
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

/* What a run's looks found of a pair. */
struct verdict_sequence {
    bool named, bounded;
    double deviation; /* of a round's log ratio */
};

struct verdict_question {
    const struct effect *effect;             /* NULL: no round has both subjects */
    const struct verdict_samples *samples;   /* one of these two; the other is NULL */
    const struct verdict_sequence *sequence; /* low is 0, and high INFINITY, where unbounded */
    double p_adjusted;                       /* for all pairs: by holm_adjust() or max_t_look() */
    size_t pairs;                            /* that it was adjusted for, >= 1 */
    double minimum_effect;                   /* 0.03 for 3 %, >= 0 */
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

/* "FASTER", ... */
const char *verdict_name(enum verdict_word);

#endif
