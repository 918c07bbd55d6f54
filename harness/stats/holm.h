/* p values adjusted for how many tests there are, so that the chance of even one false rejection
 * among all of them stays below the level: Holm, "A Simple Sequentially Rejective Multiple Test
 * Procedure", Scandinavian Journal of Statistics 6, 1979. Nothing is assumed of how the tests
 * depend on each other; those of one cell do, since they share their rounds. */
#ifndef HARNESS_STATS_HOLM_H
#define HARNESS_STATS_HOLM_H

#include <stddef.h>

/* adjusted[i] belongs to p[i]; the two may be the same array. A pair of subjects is one test,
 * whichever of them is called the baseline: count it once. None (n == 0) is fine. -EINVAL, nothing
 * written: a p that is not within 0..1. -ENOMEM. */
int holm_adjust(const double *p, size_t n, double *adjusted);

#endif
