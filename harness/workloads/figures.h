/* From what a workload has measured to the figures of an outcome. */
#ifndef HARNESS_WORKLOADS_FIGURES_H
#define HARNESS_WORKLOADS_FIGURES_H

#include "harness/contract/outcome.h"

/* A copy of the histogram under that name. 0 or -ENOMEM. */
int outcome_keep_histogram(struct outcome *, const char *name, const struct histogram *);

/* Sets the figure, unless too few values lie above the percentile. As figures_set(). */
int figures_set_percentile(struct figures *, const char *name, const struct histogram *,
                           double percent);

/* What a step that fills an outcome says at its end: 0 for 0, otherwise -ENOMEM with a sentence. r
 * may be several results joined by |. */
int outcome_verdict(int r, char *problem);

#endif
