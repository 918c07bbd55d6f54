/* The rounds of a run: who runs when, what is repeated, when it ends. */
#ifndef HARNESS_EXECUTE_ROUNDS_H
#define HARNESS_EXECUTE_ROUNDS_H

#include "harness/plan/cells.h"
#include "harness/stats/random.h"
#include "harness/execute/pace.h"
#include "harness/execute/progress.h"

enum rounds_end {
    ROUNDS_REACHED,     /* the number of rounds */
    ROUNDS_TIME,        /* no time for another one */
    ROUNDS_TIGHT,       /* every interval is narrow enough */
    ROUNDS_FAILED,      /* every subject left every cell */
    ROUNDS_INTERRUPTED, /* by a signal; the round that was under way is not in the run */
    ROUNDS_NOT_SAVED,   /* the result folder takes no more; all finished rounds are in `json` */
    ROUNDS_NO_MEMORY,
};

struct rounds {
    json_t *json; /* the run; trials go into its cells */
    struct cell *cells;
    size_t cell_count;
    const char *folder;
    int subject_cpu, generator_cpu; /* -1: anywhere */
    bool count_system_calls;        /* one counting trial per subject and cell first */
    uint64_t seed;
    struct random random; /* rounds_run() seeds it */
    struct pace pace;
    struct progress progress;
    uint64_t finished;           /* rounds */
    size_t failures;             /* subjects that left a cell because every attempt failed */
    char problem[PROBLEM_BYTES]; /* with ROUNDS_NOT_SAVED: why */
};

/* Seconds that one trial on this cell takes, processes included. */
double rounds_trial_estimate_s(const struct cell *);

enum rounds_end rounds_run(struct rounds *);

#endif
