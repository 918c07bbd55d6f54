/* One pair by itself, looked at as a run looks at its pairs (max_t.h) until it is decided: when a
 * run that asks nothing else and has so many rounds would have ended, and with which word. */
#ifndef HARNESS_STATS_PAIR_SEQUENCE_H
#define HARNESS_STATS_PAIR_SEQUENCE_H

#include "harness/stats/paired.h"
#include "harness/stats/verdict.h"

struct pair_sequence {
    enum verdict_word word; /* INCONCLUSIVE: all rounds did not decide it */
    size_t rounds;          /* at the last look */
    struct paired_interval interval;
};

/* Log ratios by round, NAN where a round has none. 0, -EINVAL (no value), -ENOMEM. */
int pair_sequence_play(const double *log_ratios, size_t rounds, double minimum_effect,
                       bool lower_is_better, struct pair_sequence *);

#endif
