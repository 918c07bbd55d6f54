/* The standard normal distribution. */
#ifndef HARNESS_STATS_NORMAL_H
#define HARNESS_STATS_NORMAL_H

/* The chance of a value of at most z; correct to the last digits far out in the lower tail. */
double normal_below(double z);

/* Its inverse; `chance` is within (0, 1), down to 1e-300. Relative error under 1e-14, and where z
 * is near 0 an absolute one. */
double normal_quantile(double chance);

#endif
