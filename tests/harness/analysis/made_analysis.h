/* An analysis whose words and figures are put in by hand: of accept drain, a cell for each value of
 * idle. */
#ifndef TESTS_HARNESS_ANALYSIS_MADE_ANALYSIS_H
#define TESTS_HARNESS_ANALYSIS_MADE_ANALYSIS_H

#include "harness/analysis/analysis.h"

struct made {
    struct run run;
    struct analysis analysis;
    const struct metric *metric;
};

struct made_subject {
    const char *name;
    enum backend_tier tier;
};

/* Cells with queue=100 and idle=0, 1, 10, 100, ...; all subjects have a median of 1,000 ns. */
void made_open(struct made *, const struct made_subject *, size_t subjects, size_t cells);
void made_close(struct made *);

/* What the cell says of a subject against another; the pair becomes one of the cell. */
void made_word(struct made *, size_t cell, size_t subject, size_t against, enum verdict_word,
               double ratio);

/* A trial that is not valid when there is a reason, with those involuntary switches in 100 ms. */
void made_trial(struct made *, size_t cell, size_t subject, unsigned round, const char *why_invalid,
                double involuntary_switches);

#endif
