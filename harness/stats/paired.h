/* One pair of subjects over the rounds that both have: what max_t.h tests, and the interval that
 * belongs to its verdict. All values are logarithms of ratios within rounds.
 *
 * A round's score is its log ratio, pulled in to PAIRED_CLIP times the median distance from zero:
 * a round that was disturbed counts as one that points the same way, not as ten (Huber, "Robust
 * Estimation of a Location Parameter", 1964). The statistic is the sum of the scores over the root
 * of the sum of their squares. The limit does not depend on signs, so drawing signs stays an exact
 * test; limits around the median of the ratios would not: with nine rounds whole runs without any
 * difference then name somebody in half of all cases.
 *
 * Asked about another ratio, the same is done with the log ratios minus that ratio's. The interval
 * holds the ratios whose statistic is not above the critical value, and the estimate is the one
 * whose statistic is 0. So the interval is clear of 1 when, and only when, max_t.h names the pair.
 * With n rounds the statistic is sqrt(n) at most: below the square of the critical value there is
 * no interval at all. Nor is there one of fewer than MAX_T_ROUNDS rounds: whatever they say, chance
 * says it more often than the level allows. */
#ifndef HARNESS_STATS_PAIRED_H
#define HARNESS_STATS_PAIRED_H

#include <stdbool.h>
#include <stddef.h>

/* For normal log ratios this is 0.84 standard deviations, and the test needs 14 % more rounds than
 * the best one for them; where tails are heavy, as on machines that are shared, it needs 4 to 38 %
 * fewer than with twice the limit (results/METHOD.md). */
#define PAIRED_CLIP 1.25

/* log(a / b), by the quotient: equal values give exactly 0, and exchanging them nothing but the
 * other sign. NAN unless both are finite and above 0. */
double paired_log_ratio(double a, double b);

/* values[i] is of round i, NAN where the round has none; scores[i] is 0 there. Returns the scale:
 * the root of the sum of squares; 0: no round, or all of them are ties. Room for n in `scores`;
 * -1: no memory. */
double paired_scores(const double *values, size_t n, double *scores);

struct paired_interval {
    size_t n; /* rounds that have a value */
    double estimate;
    bool bounded; /* low and high are numbers; else -INFINITY and INFINITY */
    double low, high;
    double deviation; /* of a round's score around the estimate; 0 with fewer than two */
};

/* `critical` as max_t_look() gave it for the pair; INFINITY: unbounded. 0, -EINVAL (no value),
 * -ENOMEM. */
int paired_interval(const double *values, size_t n, double critical, struct paired_interval *);

#endif
