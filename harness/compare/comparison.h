/* A comparison in memory: the runs of both sides, what differs between them, and a verdict for each
 * subject of each cell that both sides have. Whoever opens it closes it, once. What it points to is
 * its own, or its runs'. The table, Markdown and JSON only read it.
 *
 * A subject is meant by its place in `subjects`, a cell by its place in `cells`: names and
 * parameters of different runs are matched once, when the comparison is opened. */
#ifndef HARNESS_COMPARE_COMPARISON_H
#define HARNESS_COMPARE_COMPARISON_H

#include "harness/compare/differences.h"
#include "harness/compare/options.h"
#include "harness/record/run.h"
#include "harness/stats/effect.h"
#include "harness/stats/verdict.h"

#include <stdbool.h>
#include <stddef.h>

#define NOT_IN_RUN SIZE_MAX

struct compared_run {
    /* As it was named. */
    const char *folder;
    struct run run;
    /* By the comparison's subjects and cells: the place in the run, NOT_IN_RUN. */
    size_t *subjects, *cells;
};

struct side {
    struct compared_run *runs;
    size_t count;
};

/* Values of one subject in one cell, of all runs of one side. */
struct side_values {
    /* Of the metric, by run and round. NAN: there is no median of them. */
    double *raw, raw_median;
    size_t raw_count;
    /* Divided by the control's of the same round, where there is a control. */
    double *values;
    size_t count;
    /* Of `values`, for each run that has any. */
    double *run_medians;
    size_t runs;
    /* Rounds of the run that has the fewest. */
    size_t fewest;
};

/* One subject of one cell, NEW against BASE. */
struct compared_pair {
    const struct cell *cell;
    const char *subject;
    /* NULL: none. */
    const char *control;
    const struct metric *metric;
    struct side_values sides[SIDES];
    /* A sentence; NULL: it is valid. */
    char *why_invalid;
    /* Each value is a whole run, not a round. */
    bool of_runs;
    /* What two runs of the same program may differ by, as a share. */
    double run_offset;
    /* There is an effect. */
    bool compared;
    struct effect effect;
    double p_adjusted;
    struct verdict verdict;
    /* The order in which pairs were found. */
    size_t place;
};

/* A cell, or a subject of one, that has no verdict. */
struct unpaired {
    const struct cell *cell;
    /* NULL: the whole cell. */
    const char *subject;
    /* NULL: the runs do not say. */
    const char *why;
};

struct unpaired_list {
    struct unpaired *list;
    size_t count, room;
};

struct run_comparison {
    const struct compare_options *options;
    struct side sides[SIDES];
    /* All names, first those of BASE. */
    const char **subjects;
    size_t subject_count;
    const struct cell **cells;
    size_t cell_count;
    /* By subject: --backends has it, or was not given. */
    bool *wanted;
    /* Asked for with --control; NOT_IN_RUN: none was. */
    size_t control;
    /* Of the first run of each side. */
    struct difference_list differences;
    bool same_run, other_machine;
    /* Why no control is taken unless one is named; NULL: one is looked for. */
    const char *why_no_control;
    /* Why there are no verdicts; "": there are. */
    char refused[PROBLEM_BYTES];
    struct compared_pair *pairs;
    size_t pair_count, pair_room;
    /* What one side alone has; and what both have and nobody judges. */
    struct unpaired_list only[SIDES], left_out;
    /* Pairs that p values were adjusted for. */
    size_t tests;
    size_t counts[COMPARE_WORDS];
};

/* "BASE" and "NEW". */
extern const char *const side_names[SIDES];
/* SLOWER, FASTER, INCONCLUSIVE, EQUIVALENT, INVALID: the order in which they are shown. */
extern const enum verdict_word compare_words[COMPARE_WORDS];

/* Loads the runs, and matches them. 0, or -errno with a sentence: a run cannot be read, or is named
 * twice on one side. Close it in any case; the options outlive it. */
int comparison_open(struct run_comparison *, const struct compare_options *, char *problem);
void comparison_close(struct run_comparison *);

/* Matches runs that are in the sides already. 0, or -ENOMEM with a sentence. */
int comparison_match(struct run_comparison *, char *problem);

/* Finds the subjects that the options name. -EINVAL with a sentence: no run has one. */
int comparison_select(struct run_comparison *, char *problem);

/* Compares. -EINVAL with a sentence: nothing may, or can, be judged. The comparison can be shown
 * then, too. -ENOMEM: it cannot. */
int comparison_make(struct run_comparison *, char *problem);

#endif
