/* Makes the block of trials.h, one trial after the other. Internal to run_read.c and trials_pack.c.
 *
 * The names that trials use are checked at the end: in a file a cell's workload and mode may stand
 * behind its trials. */
#ifndef HARNESS_RECORD_TRIALS_BUILDER_H
#define HARNESS_RECORD_TRIALS_BUILDER_H

#include "harness/record/trials.h"
#include "harness/contract/workload.h"

/* Far more than any run has: whoever exceeds them is no run, and may not take all memory. */
enum {
    TRIALS_SUBJECTS_MAX = 256, /* in one cell */
    TRIALS_COUNTERS_MAX = 256,
    TRIALS_METRICS_MAX = 64, /* and figures of usage */
    TRIALS_HISTOGRAMS_MAX = 32,
};
#define TRIALS_BYTES_MAX (UINT64_C(256) << 20) /* of a run: a million trials */

struct trials_builder;

/* `where` names the list in what is said of its trials: "cells[0].trials". `room` is what all lists
 * of the run may still take, in bytes, and outlives the builder. NULL without memory. */
struct trials_builder *trials_builder_open(const char *where, uint64_t *room);
void trials_builder_close(struct trials_builder *); /* NULL is nothing */

/* Adds a trial and keeps nothing of it. 0, -ENOMEM, or -EINVAL and `problem` (512 bytes) names the
 * field that is wrong. */
int trials_builder_add(struct trials_builder *, const json_t *trial, char *problem);

/* Puts them into the cell, for trials_of() or for trials_counting(), with the subjects of the run's
 * list in its order. The cell and the list have passed run_shape_check(). 0, -ENOMEM, or -EINVAL
 * when a trial names a subject or a metric that is not there, or a subject has two valid trials in
 * a round. */
int trials_builder_finish(struct trials_builder *, const json_t *subjects, json_t *cell,
                          bool counting, char *problem);

#endif
