/* Runs of made-up figures, always the same, and their way into the program. */
#ifndef TESTS_HARNESS_RECORD_MADE_RUN_H
#define TESTS_HARNESS_RECORD_MADE_RUN_H

#include <jansson.h>

/* accept steady, three subjects (select, epoll, floor:epoll), every trial with a histogram. */
json_t *made_run(size_t cells, size_t rounds);
json_t *made_cell(const json_t *run, size_t index);
json_t *made_trial(const json_t *run, size_t index); /* of the first cell */

/* A copy with the fields of the run, its cells and its trials from the last to the first. */
json_t *made_run_turned_round(const json_t *run);

/* What run_read() makes of a file of these bytes, r/run.json. */
json_t *made_run_read(const char *bytes, size_t length, char *problem);

#endif
