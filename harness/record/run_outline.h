/* The text of run.json as one object, without what can be computed from the trials: that is most of
 * a file, and passed over without a value being made of it. */
#ifndef HARNESS_RECORD_RUN_OUTLINE_H
#define HARNESS_RECORD_RUN_OUTLINE_H

#include <jansson.h>
#include <stddef.h>

/* 0 or -errno. `problem` (PROBLEM_BYTES) names `path`, the line and the column; it is empty after
 * -ENOMEM. `text` is changed. */
int run_outline_read(json_t *run, char *text, size_t length, const char *path, char *problem);

#endif
