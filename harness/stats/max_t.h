/* Many pairs tested at once, and again after every few rounds, with one error budget for all of it:
 * the chance that any pair without a difference is ever named is at most 1 %.
 *
 * The largest of many statistics. Where nobody differs, a log ratio is as likely to have the
 * opposite sign. So the signs of whole rounds are drawn: all pairs of a round change their sign
 * together, which keeps how they depend on each other (a cell's pairs share their subjects, and all
 * cells share what disturbs a round). How large the largest statistic of the draws becomes is what
 * chance alone does, with these values, heavy tails and all: Westfall and Young, "Resampling-Based
 * Multiple Testing", 1993. For one pair the test is exact. For many it is exact when the log ratios
 * of a round have a symmetric distribution together, and close to it otherwise; how close, for real
 * rounds and made-up ones, is in results/METHOD.md.
 *
 * Looking again. Each look may spend a part of the budget: after n rounds, MAX_T_LEVEL *
 * MAX_T_INTERIM_SHARE * (1 - MAX_T_SPENDING_ROUNDS / n) in all. It does not depend on how many
 * rounds there will be, so a run may end whenever it likes (Lan and DeMets, "Discrete Sequential
 * Boundaries for Clinical Trials", Biometrika 70, 1983). All that is left is for the last look of a
 * run that ends when it was asked to, with its rounds or its time, which nobody chose for what the
 * rounds say: so a pair that is not decided at an earlier look has nearly the chance of a test that
 * looks once. A draw that is above the critical value at a look counts as spent
 * from then on; the critical value of a look is the smallest with which no more than the budget are
 * spent. Pairs that a look has named leave the family, and so make it easier for those that are
 * left (step-down in time: Ye, Li, Liu and Yao, "A Group Sequential Holm Procedure", Statistics in
 * Medicine 32, 2013). Where one of them is measured on, it is looked at among all, which is
 * stricter: its interval is as wide as if nobody had left.
 *
 * Of the draws, the first MAX_T_DRAWS_BITS + 1 rounds have every pattern of signs once, so that
 * nothing is left to chance with few rounds: n rounds have 2^(n-1) patterns, and the one that was
 * seen is one of them. Nobody can be named before MAX_T_FIRST_LOOK rounds, or at a last look before
 * MAX_T_ROUNDS. */
#ifndef HARNESS_STATS_MAX_T_H
#define HARNESS_STATS_MAX_T_H

#include <stdbool.h>
#include <stddef.h>

/* The promise is 1 %. With signs of whole rounds it is kept exactly for one pair, and nearly for
 * many: spending all of it, 64 of 6,000 runs of real rounds named somebody. */
#define MAX_T_LEVEL 0.008
#define MAX_T_INTERIM_SHARE 0.5
#define MAX_T_SPENDING_ROUNDS 10.0
/* The fewest with which MAX_T_LEVEL buys one of 2^(n-1) patterns, and with which its part for a
 * look that is not the last does. */
#define MAX_T_ROUNDS 8
#define MAX_T_FIRST_LOOK 12

struct max_t;

/* A pair at a look. Its statistic is the sum of its scores, without the sign, over the scale. */
struct max_t_pair {
    /* One for each round of the run, in order; 0 where the round has none. The caller's. */
    const double *scores;
    /* Above 0; not a number or less: it takes no part. */
    double scale;
    /* ---- written by the look ---- */
    double statistic;
    /* Of this pair alone, at this look alone. */
    double p;
    /* Of all pairs and looks: the part of the draws that was spent before, or has a statistic as
     * large as this one now. */
    double p_adjusted;
    /* Of this look: named are those whose statistic is above it. INFINITY: nothing can be named. Of
     * one that takes no part, that of all pairs together. */
    double critical;
    bool named;
};

/* For so many pairs in all looks, of which not all have to take part. 0, -EINVAL (none), -ENOMEM.
 * Close it. */
int max_t_open(struct max_t **, size_t pairs);
void max_t_close(struct max_t *);

/* The next look, after `rounds` rounds, more than at the one before: pairs[i] is the same pair each
 * time. One that is not there yet, or will not be tested any more, takes no part. `last`: the run
 * has ended as it was asked to; there is no look after it. 0, -EINVAL (rounds did not grow, or the
 * last look was taken), -ENOMEM. */
int max_t_look(struct max_t *, size_t rounds, bool last, struct max_t_pair *pairs);

/* The part of the level that may be spent with so many rounds. */
double max_t_budget(size_t rounds, bool last);

/* The number of rounds after which the next look is worth its while: every third round at first,
 * every sixth part more later. */
size_t max_t_next_look(size_t rounds);

#endif
