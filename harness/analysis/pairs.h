/* Two subjects of a cell, round by round. Internal to summary*.c, but for baseline_rank(). */
#ifndef HARNESS_ANALYSIS_PAIRS_H
#define HARNESS_ANALYSIS_PAIRS_H

#include "harness/stats/effect.h"
#include "harness/analysis/samples.h"

/* How good a subject is to compare others with, the smaller the better: floor:epoll,
 * floor:nanosleep, other floors, peer:libuv, epoll. BASELINE_NEVER for all others. */
enum { BASELINE_NEVER = 5 };
unsigned baseline_rank(const char *subject);

/* The values of the rounds that both have: entry i of both is of one round. Room for as many as the
 * smaller of the two has. Returns how many. */
size_t pair_rounds(const struct samples *subject, const struct samples *baseline,
                   double *subject_values, double *baseline_values);

/* The intervals of a run are all of this confidence, where there are rounds enough for it; what
 * fewer give otherwise. */
double pair_confidence(const struct effect *);

#endif
