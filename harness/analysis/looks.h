/* The looks of a run at its rounds (stats/max_t.h): after which rounds somebody looked, and what
 * was found of every pair. The run looks while it is measured, so that cells which are decided need
 * no more rounds, and a report looks again at the same rounds, in the same order, and finds the
 * same.
 *
 * A pair of which one subject is left out of later rounds keeps what the last look at it found. The
 * pairs are those of subjects with a tier, on the main metric of the mode, each once; and, where
 * the cell has trials of a twin, the twin with its own subject: one pair more, which has to be
 * tested like all others if it is to tell how often those are named wrongly.
 *
 * A pair of which either subject was measured where the generator was the bound
 * (verdicts_are_bound()), or of a cell in which nobody is ranked (run_cell_is_unranked()), is not
 * tested. */
#ifndef HARNESS_ANALYSIS_LOOKS_H
#define HARNESS_ANALYSIS_LOOKS_H

#include "harness/record/run.h"

#include <stdbool.h>
#include <stddef.h>

struct looks;

/* What was found of a pair at its last look. Logarithms of subject / baseline. */
struct look_result {
    /* Rounds that have both. 0: none, and the rest says nothing. */
    size_t n;
    /* Of the run, at its last look. */
    size_t rounds;
    double estimate, low, high, deviation;
    bool bounded;
    /* It was tested at its last look, with these p values. */
    bool tested;
    double p, p_adjusted;
    bool named;
};

/* The run outlives it; its cells and subjects stay as they are, and only trials come. 0 or -ENOMEM;
 * close it in any case. */
int looks_open(struct looks **, const struct run *);
void looks_close(struct looks *);

enum looks_until {
    LOOKS_DUE, /* looks that are due by now; rounds may follow */
    LOOKS_NOW, /* and one at the very last round: the run ended, but not as it was asked to */
    LOOKS_END, /* and that one with all that is left of the error budget (max_t.h); it is the last
                */
};

/* Looks at the rounds that the run has by now and that were not looked at, in order. *looked:
 * whether there was a look. 0 or -ENOMEM. */
int looks_advance(struct looks *, enum looks_until, bool *looked);

/* Pairs that took part in the last look. */
size_t looks_tests(const struct looks *);

/* As of the last look; subject and baseline are places in the run's list. n is 0 where there is no
 * such pair. 0 or -ENOMEM. */
int looks_result(const struct looks *, size_t cell, size_t subject, size_t baseline,
                 struct look_result *);
int looks_twin(const struct looks *, size_t cell, struct look_result *);
/* SUBJECT_NONE: the cell has no twins. */
size_t looks_twin_of(const struct looks *, size_t cell);

/* Whether more rounds would change nothing of what is said of the pair: it is named, or inside the
 * minimum effect (a share), or cannot be tested. Not before the first look. -ENOMEM. */
int looks_is_decided(const struct looks *, size_t cell, size_t subject, size_t baseline,
                     double minimum_effect);

#endif
