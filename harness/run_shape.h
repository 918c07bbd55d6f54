/* Whether a JSON value has the shape of a run.json of this version, so that whoever reads it
 * afterwards need not ask again. The same rules as results/schema.json, as far as a reader relies
 * on them. */
#ifndef HARNESS_RUN_SHAPE_H
#define HARNESS_RUN_SHAPE_H

#include <jansson.h>

#define RUN_SCHEMA 1

/* 0; or -EINVAL, and `problem` (512 bytes) names the first field that is wrong and what was
 * expected: "cells[0].trials[3].round: expected a whole number, not a string". */
int run_shape_check(const json_t *run, char *problem);

#endif
