/* Reads a run.json of any size piece by piece: trials become what trials.h says as they come, and
 * no more than one of them is JSON at a time. */
#ifndef HARNESS_RECORD_RUN_READ_H
#define HARNESS_RECORD_RUN_READ_H

#include <jansson.h>

/* The run in an open file, a new object; NULL: `problem` (512 bytes) names file, line and column,
 * or the field that is not as results/schema.json has it. What can be computed from the trials
 * again is not kept: "summary" and the like. */
json_t *run_read(int fd, const char *path, char *problem);

#endif
