/* Runs of one cell, trial by trial, as a file has them. */
#ifndef TESTS_HARNESS_ANALYSIS_ONE_CELL_RUN_H
#define TESTS_HARNESS_ANALYSIS_ONE_CELL_RUN_H

#include <jansson.h>

/* Without trials; the subjects by name and tier. The caller's reference. */
json_t *run_of_one_cell(const char *workload, const char *mode, const char *const (*subjects)[2],
                        size_t count);
json_t *only_cell(const json_t *run);

/* A valid trial of one metric; borrowed, it can be changed afterwards. */
json_t *add_trial(json_t *run, const char *subject, int round, const char *metric, double value);

#endif
