/* The rounds of a run: who runs when, what is repeated, when it ends. */
#ifndef HARNESS_EXECUTE_ROUNDS_H
#define HARNESS_EXECUTE_ROUNDS_H

#include "harness/execute/pace.h"
#include "harness/execute/progress.h"
#include "harness/execute/trial_batch.h"
#include "harness/plan/selection.h"
#include "harness/record/run_folder.h"
#include "harness/stats/random.h"

#include <stdbool.h>
#include <stddef.h>

enum rounds_end {
    /* The number of rounds. */
    ROUNDS_REACHED,
    /* No time for another one. */
    ROUNDS_TIME,
    /* Nothing is left to decide. */
    ROUNDS_DECIDED,
    /* Every subject left every cell. */
    ROUNDS_FAILED,
    /* By a signal; the round that was under way is not in the run. */
    ROUNDS_INTERRUPTED,
    /* The result folder takes no more; of rounds that are finished the lines still wait. */
    ROUNDS_NOT_SAVED,
    ROUNDS_NO_MEMORY,
};

struct rounds {
    /* These are the caller's. The cells of the run and of the list have the same places, and so
     * have the subjects of the run and of the selection. */
    struct run *run;
    struct run_folder *folder;
    const struct selection *selection;
    struct cell_list *cells;
    /* One counting trial per subject and cell first. */
    bool count_system_calls;
    struct pace pace;
    struct progress progress;
    /* Go on with what is decided, until the rounds or the time end. */
    bool all_rounds;
    /* Of so many rounds a question has to get an answer: what of the last ones takes too long for
     * that, as the first round shows, is left out. 0: nothing is. */
    double wanted;
    struct looks *looks;
    /* Subjects that are compared with the baseline of a cell, and those of them that are decided.
     */
    size_t asked, decided;
    /* rounds_run() seeds it. */
    struct random random;
    /* Trials of the cell that is under way, and those of its proof. */
    struct trial_batch trials, proofs;
    /* run.json is not as the run is. */
    bool run_changed;
    /* Subjects that left a cell because every attempt failed. */
    size_t failures;
    /* With ROUNDS_NOT_SAVED: why. */
    char problem[PROBLEM_BYTES];
};

enum rounds_end rounds_run(struct rounds *);
/* Before or in the first round: there is no time for the cells from this place on. They are in no
 * round, the run says why, and a line says which they are. 0 or -ENOMEM. */
int rounds_leave_out(struct rounds *, size_t first);
void rounds_free(struct rounds *);

#endif
