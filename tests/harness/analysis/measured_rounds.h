/* Rounds of real runs, from a file as in data/README.md. */
#ifndef TESTS_HARNESS_ANALYSIS_MEASURED_ROUNDS_H
#define TESTS_HARNESS_ANALYSIS_MEASURED_ROUNDS_H

#include "tests/harness/analysis/played_run.h"

enum { MEASURED_CELLS = 64, MEASURED_ROUNDS = 64 };

struct measured_rounds {
    size_t cells, rounds, subjects[MEASURED_CELLS];
    double values[MEASURED_CELLS][MEASURED_ROUNDS][PLAYED_SUBJECTS];
    /* Those with a value are exchanged within each round, so that nobody differs. */
    bool exchange;
    struct random random;
};

/* false: no such file, or a line of it is not as it should be. */
bool measured_rounds_read(struct measured_rounds **, const char *file);
void measured_rounds_free(struct measured_rounds *);

/* With the stopping rule. */
struct played_plan measured_rounds_plan(struct measured_rounds *);

#endif
