/* Made-up pairs for max_t.h, for tests. */
#ifndef TESTS_HARNESS_STATS_MADE_PAIRS_H
#define TESTS_HARNESS_STATS_MADE_PAIRS_H

#include "harness/stats/max_t.h"
#include "harness/stats/random.h"

enum { PAIRS_MOST = 64, ROUNDS_MOST = 60 };

/* Log ratios, and what the test makes of them. */
struct made {
    size_t pairs;
    double values[PAIRS_MOST][ROUNDS_MOST], scores[PAIRS_MOST][ROUNDS_MOST];
    struct max_t_pair tests[PAIRS_MOST];
};

/* These fail the test where something is refused. Close what was opened. */
struct max_t *opened(size_t pairs);
void look_at(struct max_t *, struct made *, size_t rounds);
void look_last(struct max_t *, struct made *, size_t rounds);
/* The only look, and the last. */
void look_once(struct made *, size_t rounds);

/* All rounds, without a difference. */
void fill_normal(struct made *, struct random *);

#endif
