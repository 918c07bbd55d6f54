/* Whether a JSON value has the shape of a run.json of this version, so that whoever reads it
 * afterwards need not ask again. The same rules as results/schema.json, as far as a reader relies
 * on them. */
#ifndef HARNESS_RECORD_RUN_SHAPE_H
#define HARNESS_RECORD_RUN_SHAPE_H

#include <jansson.h>

#define RUN_SCHEMA 1

/* Each returns 0; or -EINVAL, and `problem` (512 bytes) names the first field that is wrong and
 * what was expected: "cells[0].trials[3].round: expected a whole number, not a string". */

/* All but what is in the lists of trials: first the schema, then the outline, then every cell. */
int run_shape_check(const json_t *run, char *problem);

int run_shape_check_schema(const json_t *schema, char *problem); /* NULL is right: not yet known */
int run_shape_check_outline(const json_t *run, char *problem);   /* all but what is in cells */
int run_shape_check_subjects(const json_t *subjects, char *problem);
int run_shape_check_cell(const json_t *cell, size_t index, char *problem);

/* A trial by itself; `where` is the list: "cells[0].trials". */
int run_shape_check_trial(const json_t *trial, const char *where, size_t index, char *problem);

/* What is wrong with a histogram that histogram_from_json() refuses, as the rest of a sentence that
 * begins with its place. */
const char *run_shape_of_histogram(int error);

#endif
