/* One trial, seen from the harness: starts the subject's and the generator's process, waits for the
 * outcome, and judges it. */
#ifndef HARNESS_EXECUTE_LAUNCH_H
#define HARNESS_EXECUTE_LAUNCH_H

#include "harness/plan/cells.h"

struct launch {
    const struct cell *cell;
    const struct subject *subject;
    int subject_cpu, generator_cpu; /* -1: anywhere */
    uint64_t seed;                  /* see struct trial_request */
    double planted_share;
    bool count_system_calls;
};

/* Runs it to its end. 0: *trial is a new object as in run.json, but for "round" and "order"; a
 * failure of the trial is not one of this function: the trial says "valid": false and why. -EINTR:
 * a signal asked for the end of the run, both processes are gone, there is no trial. -ENOMEM. */
int launch_trial(const struct launch *, json_t **trial);

/* Whether a trial has an outcome at all: one that was disturbed has, one that failed has not. */
bool launch_has_outcome(const json_t *trial);

#endif
