/* run.json: everything of a run but its trials (results/schema.json). */
#ifndef HARNESS_RECORD_RUN_JSON_H
#define HARNESS_RECORD_RUN_JSON_H

#include "harness/record/run.h"

#include <jansson.h>

/* A new object; NULL: no memory. `summaries` is an array for the run's cells, NULL: nothing is
 * computed. */
json_t *run_to_json(const struct run *, const struct cell_summary *summaries);

/* Reads it from text, which is written to meanwhile; text[length] is 0. `path` is for sentences.
 * The run is empty before, and to be freed in any case. What is computed is not read. -EINVAL:
 * `problem` names line and column, or the field that is wrong; -ENOMEM. */
int run_from_text(struct run *, char *text, size_t length, const char *path, char *problem);

#endif
