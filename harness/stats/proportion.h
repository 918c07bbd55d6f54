/* How far a share may be trusted that was counted in so and so many cases. */
#ifndef HARNESS_STATS_PROPORTION_H
#define HARNESS_STATS_PROPORTION_H

#include <stdint.h>

struct proportion {
    double share, low, high;
};

/* `found` of `cases`, with the interval of Clopper and Pearson, "The Use of Confidence or Fiducial
 * Limits Illustrated in the Case of the Binomial", Biometrika 26, 1934: exact by the binomial
 * distribution, so it holds the true share at least as often as it says, also for 0 of 100.
 * -EINVAL: no cases or more than a million, found > cases, confidence not within (0, 1). */
int proportion_of(uint64_t found, uint64_t cases, double confidence, struct proportion *);

#endif
