/* One trial, whole: what a line of trials.jsonl holds. */
#ifndef HARNESS_RECORD_TRIAL_H
#define HARNESS_RECORD_TRIAL_H

#include "harness/base/problem.h"
#include "harness/contract/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum trial_kind {
    TRIAL_MEASURED,
    /* System calls were counted; nothing but that count is taken from it. */
    TRIAL_COUNTING,
    /* The generator, against a floor, with more than the load of the cell. */
    TRIAL_HEADROOM,
    /* The baseline of the cell once more: it differs from the measured trial of its round by chance
     * alone, and so whatever is said of the two is a test of the run. */
    TRIAL_TWIN,
};
enum { TRIAL_KINDS = TRIAL_TWIN + 1 };

/* "measured", "counting", "headroom", "twin". */
extern const char *const trial_kind_names[TRIAL_KINDS];

enum { TRIAL_ATTEMPTS = 3 };

struct trial {
    enum trial_kind kind;
    /* Place in the run's cells, and in its subjects. */
    size_t cell, subject;
    /* The subject's name, where it may be none of the run's: a proof of headroom runs against a
     * floor. NULL: it is that of `subject`. Not owned. */
    const char *subject_name;
    /* From 0. */
    uint64_t round, order;
    unsigned attempt;
    /* On the monotonic clock. */
    uint64_t start_ns;
    /* From then until its processes had ended; 0: not recorded. What of it is measurement is
     * usage.wall_ns. */
    uint64_t elapsed_ns;
    /* That the subject was put on; -1: none. */
    int cpu;
    bool valid;
    /* A sentence; "" when it is valid. */
    char why_invalid[PROBLEM_BYTES];
    /* A trial that failed has none; one that was disturbed has. */
    bool has_outcome;
    struct outcome outcome;
};

/* All zeros is an empty trial. Reset keeps memory for the next one. */
void trial_reset(struct trial *);
void trial_free(struct trial *);

#endif
