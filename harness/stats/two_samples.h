/* How one thing differs between two runs: the ratio of two independent samples, with what the runs
 * themselves may differ by.
 *
 * Of the logarithms, the estimate is Hodges and Lehmann's shift (the median of all differences,
 * shifts.h), and the interval holds every shift that the rank-sum test does not reject
 * (rank_sum.h), so that, ties and rounding apart, the two never contradict each other.
 *
 * Both take the values as independent. Rounds of one run are not: they share the state of the
 * machine, and no number of rounds tells a change of the program from a change of the machine.
 * Measured: 12 runs of one program on a virtual machine that was in use (accept drain, epoll and
 * poll, 30 rounds, 8 s apart) differ in their medians by up to 47 %, and a rank-sum test over
 * rounds names a winner in 69 of the 132 pairs of them. Each round divided by floor:epoll of the
 * same round, what one run and one round have in common cancels: 3 of 132, with the allowance
 * below 1 of 132, and the runs scatter by no more than their rounds explain (0.031 and 0.035
 * against 0.035 and 0.043). Without the division, the allowance leaves none.
 *
 * Hence the allowance: what two runs of the same program may differ by, as a bound. The p value is
 * that of the most favourable ratio within it, and it widens the interval. As long as the bound
 * holds, p keeps its level whatever the offsets of the runs are.
 *
 * False verdicts, minimum effect 3 %, trials of 12 %, rounds that share an autoregressive state of
 * 10 %, and an offset for each run (deviations of logarithms; rho: correlation of neighbouring
 * rounds; tests/harness/stats/test_two_samples_simulation.c, 500 pairs of runs):
 *
 *     rounds   rho   offset   as they are   allowance: factor 2   divided by the control, 1 %
 *         30   0        3 %         0.046                 0.000                       0.006
 *         30   0.9      3 %         0.364                 0.000                       0.006
 *         30   0.98     3 %         0.514                 0.000                       0.006
 *         30   0.98    13 %         0.686                 0.004                       0.006
 *        200   0.9      3 %         0.452                 0.000                       0.000
 *        200   0.98    13 %         0.852                 0.000                       0.000
 *
 * That has a price: divided by the control, 20 % is found with 50 rounds in 99 of 100; without it,
 * only what is more than twice as much or less than half.
 */
#ifndef HARNESS_STATS_TWO_SAMPLES_H
#define HARNESS_STATS_TWO_SAMPLES_H

#include "harness/stats/effect.h"

#define TWO_SAMPLES_ALLOWANCE 1.0          /* between runs, without a control: a factor of 2 */
#define TWO_SAMPLES_CONTROL_ALLOWANCE 0.01 /* of values divided by a control of their round */

/* Values are above zero. allowance: 0.01 for ratios of 1 / 1.01 to 1.01. effect->n is the smaller
 * of n and m, effect->median the ratio of the medians. Exchanging the samples gives the
 * reciprocals, to the last digits, and the same p. -EINVAL: none of one sample, more than
 * UINT32_MAX, a value that is not finite or not above zero, an allowance that is not a finite
 * number of 0 or more, confidence not within (0, 1). -ERANGE: the ratio is beyond what a double
 * holds. -ENOMEM. *effect is written on success only. */
int two_samples_compare(const double *subject, size_t n, const double *baseline, size_t m,
                        double allowance, double confidence, struct effect *effect);

#endif
