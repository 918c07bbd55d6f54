/* Makes a run fit its machine and its time, before the first round: loads that are shares of what a
 * probe finds out, lengths of trials, and what there is no time for.
 *
 * Shorter trials are worse each, and a round more is worth more than that: processes take half of
 * the time whatever they measure, and what differs from trial to trial, longer trials do not
 * average out. So trials are cut on a noisy machine and in a short run, to no less than
 * LENGTH_LEAST seconds or DRAINS_LEAST drains. What there is still no time for then are the last
 * questions: nobody is named in a run of few rounds. What --set gives is never changed, and neither
 * are the lengths of a run whose rounds were given. */
#ifndef HARNESS_EXECUTE_FIT_H
#define HARNESS_EXECUTE_FIT_H

#include "harness/execute/execution.h"

/* Probes and decides; what was changed is said in a line, and recorded. 0, or as launch_trial(). */
int fit_run(struct execution *);

/* Seconds that the shortest run with these options takes: one round of its first cell, and the
 * report. NAN: no memory. */
double fit_least_s(const struct execution *);

#endif
