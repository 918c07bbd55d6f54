/* One trial, seen from the harness: starts the subject's and the generator's process, waits for the
 * outcome, and judges it. */
#ifndef HARNESS_EXECUTE_LAUNCH_H
#define HARNESS_EXECUTE_LAUNCH_H

#include "harness/contract/cell.h"
#include "harness/contract/workload.h"
#include "harness/record/trial.h"
#include "harness/stats/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct launch {
    const struct cell *cell;
    const struct subject *subject;
    /* -1: anywhere. */
    int subject_cpu, generator_cpu;
    /* Of these three see struct trial_request. */
    uint64_t seed;
    double planted_share;
    bool count_system_calls;
    /* Set by launch_in_turns() alone. */
    bool turns;
};

/* Runs it to its end. 0: the trial, which is reset first, has its time, its CPU, its outcome, and
 * whether it is valid or why not. That a trial fails is no failure of this function. The rest of
 * the trial (kind, cell, subject, round, order, attempt) is the caller's to fill in afterwards.
 * -EINTR: a signal asked for the end of the run; both processes are gone, there is no trial.
 * -ENOMEM. */
int launch_trial(const struct launch *, struct trial *);

/* Runs trials of one cell that live at a time and take turns (harness/contract/turns.h), each time
 * in another order; the cell's mode is one that can. All else is as in launch_trial(), for each of
 * them; a trial's elapsed time is that of its own turns, and of its start and end. */
int launch_in_turns(const struct launch *launches, struct trial *trials, size_t count,
                    struct random *);

#endif
