/* One cell in all runs of a side. Internal to compare/. */
#ifndef HARNESS_COMPARE_VIEW_H
#define HARNESS_COMPARE_VIEW_H

#include "harness/analysis/samples.h"
#include "harness/compare/comparison.h"

/* Of one subject in all of these runs. */
struct subject_view {
    /* There is a trial, valid or not. */
    bool tried;
    /* A timer ran before its time in one: that is a fault, and its lateness means nothing. */
    bool early;
    /* Valid trials with the metric; and those of them whose bound was the generator. */
    size_t rounds;
    unsigned bound;
};

struct cell_view {
    const struct side *side;
    size_t cell;
    /* In one of the runs nobody is ranked in it (run_cell_is_unranked()). */
    bool unranked;
    /* By run; all zeros: the run has not measured the cell. */
    struct cell_samples *samples;
    /* By the comparison's subjects. */
    struct subject_view *subjects;
};

/* Whether a run of the side measured the cell; and why none did, as far as they say, else NULL. */
bool side_has_cell(const struct side *, size_t cell);
const char *side_why_no_cell(const struct side *, size_t cell);

/* The samples of one metric. 0 or -ENOMEM; close it in any case. */
int cell_view_open(struct cell_view *, const struct run_comparison *, int side, size_t cell,
                   const struct metric *);
void cell_view_close(struct cell_view *);

/* NULL: the run has none of the subject. */
const struct samples *cell_view_samples(const struct cell_view *, size_t run, size_t subject);

/* Why the subject has no trial, as far as the runs say; NULL: they do not. */
const char *cell_view_why_absent(const struct cell_view *, size_t subject);

#endif
