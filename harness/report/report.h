/* A run on a terminal, as wide as that is (base/terminal.h), and as CSV files. */
#ifndef HARNESS_REPORT_REPORT_H
#define HARNESS_REPORT_REPORT_H

#include "harness/analysis/analysis.h"

#include <stdio.h>

/* The verdicts first, then a block for each cell, or for the cells that differ in one parameter. */
void report_print_tables(const struct analysis *, FILE *);

/* Writes FOLDER/trials.csv, summary.csv, ... (results/README.md). 0 or -errno with a sentence in
 * `problem` (PROBLEM_BYTES); those that were written before stay. */
int report_write_csv(const struct analysis *, const char *folder, char *problem);

#endif
