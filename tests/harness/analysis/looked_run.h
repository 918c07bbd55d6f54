/* Runs of several cells for looks.h, trial by trial. */
#ifndef TESTS_HARNESS_ANALYSIS_LOOKED_RUN_H
#define TESTS_HARNESS_ANALYSIS_LOOKED_RUN_H

#include "harness/analysis/looks.h"

enum { SUBJECTS = 6, CELLS = 4, TWIN = SUBJECTS, PLACES = SUBJECTS + 1 };

/* Without trials: subject 1 is of no tier; the main metric depends on the generator. One such run
 * at a time. Free it with run_free(). */
void looked_start(struct run *);
/* NAN: an invalid trial. */
void looked_add(struct trial_table *, size_t subject, size_t round, double value, bool bound);

struct looks *open_looks(const struct run *);
/* Subject TWIN: of the twin, with its own. */
struct look_result result_of(const struct looks *, size_t cell, size_t subject, size_t baseline);

#endif
