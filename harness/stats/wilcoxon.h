/* Wilcoxon's signed-rank test: are paired differences as likely to be below zero as above it?
 *
 * - Differences are ranked by magnitude; equal magnitudes share the mean of their ranks.
 * - Zeros are handled as by Pratt ("Remarks on Zeros and Ties in the Wilcoxon Signed Rank
 *   Procedures", JASA 54, 1959): ranked with the others, then left out, so that they count as
 *   evidence of no difference. Wilcoxon's own way forgets them first. Zeros are frequent here:
 *   percentiles are the bounds of a histogram's buckets.
 * - Up to WILCOXON_EXACT differences the p value is exact, given the magnitudes: all choices of
 *   signs are counted, with shared ranks and without zeros as they are. Beyond, the sum of ranks is
 *   taken as normal, with the variance that ties and zeros leave and 1/2 taken off for continuity.
 *   From 0.05 down, that never understates p. It overstates it, of 101 differences, by 4 % at 0.01,
 *   by 16 % at 0.001 and 2.5 times at 1e-6; of 400 by 1 %, 4 % and 22 %.
 */
#ifndef HARNESS_STATS_WILCOXON_H
#define HARNESS_STATS_WILCOXON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WILCOXON_EXACT 100

struct wilcoxon {
    size_t n, zeros;
    double rank_sum; /* of the positive differences */
    double p;        /* two-sided, 0 < p <= 1; 1 when all are zero */
    bool exact;
};

/* -EINVAL: n < 1 or above UINT32_MAX, or a difference that is not finite. -ENOMEM. */
int wilcoxon_signed_rank(const double *differences, size_t n, struct wilcoxon *);

/* The interval that holds every shift which the test does not reject runs from Walsh average number
 * `position` from below to the one of the same number from above, 1 being the outermost. */
struct wilcoxon_cut {
    uint64_t position;
    double confidence; /* what that is worth: at least what was asked, or all that n values give */
};

/* Exact and approximate as above; under 8 values, 99 % cannot be had. -EINVAL: n < 1 or above
 * UINT32_MAX, confidence not within (0, 1). */
int wilcoxon_cut(size_t n, double confidence, struct wilcoxon_cut *);

#endif
