/* What a comparison judges: every subject of every cell that both sides have, each with its values.
 * Internal to compare*.c. */
#ifndef HARNESS_COMPARE_PAIRS_H
#define HARNESS_COMPARE_PAIRS_H

#include "harness/compare/options.h"
#include "harness/stats/effect.h"
#include "harness/contract/workload.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { BASE, NEW, SIDES };

/* Values of one subject in one cell, of all runs of one side. */
struct side_values {
    double *raw;    /* of the metric, by run and round */
    double *values; /* divided by the control's of the same round, where there is a control */
    size_t raw_count, count;
    double *run_medians; /* of values, for each run that has any */
    size_t runs;
    size_t fewest; /* rounds of one run */
};

struct compare_pair {
    const json_t *cell;  /* of the first run of BASE that has it */
    const char *subject; /* all strings are the runs' */
    const char *control; /* NULL: none */
    const struct metric *metric;
    struct side_values sides[SIDES];
    json_t *why_invalid; /* a string; NULL: it is valid */
    bool compared;       /* `effect` is there */
    struct effect effect;
    double p_adjusted;
};

struct compare_pairs {
    const struct compare_options *options;
    bool may_control; /* the control may be chosen */
    struct compare_pair *pairs;
    size_t count, room;
    json_t
        *only[SIDES]; /* {"workload", "mode", "params", "subject", "why"}: what one side has not */
    json_t *left_out; /* the same, of what both have and nobody judges */
};

/* runs[side] are arrays of runs. 0 or -ENOMEM; close it in any case, before the runs. */
int compare_pairs_open(struct compare_pairs *, const struct compare_options *, bool may_control,
                       json_t *const *runs);
void compare_pairs_close(struct compare_pairs *);

#endif
