/* What a reader gets of a run: tables on the terminal, CSV, charts; from the result file alone. */
#ifndef HARNESS_REPORT_H
#define HARNESS_REPORT_H

#include <jansson.h>
#include <stdbool.h>

/* Prints the tables of a summarised run (as JSON when `json`), writes FOLDER/<name>.csv and draws
 * FOLDER/charts. plots_folder: where the gnuplot scripts are; NULL: where they were built or
 * installed. The run has passed run_shape_check() and summary_compute(). Without gnuplot there are
 * no charts, which standard error says, and that is no failure. Returns an exit status: 0, or 3
 * when a file could not be written or gnuplot failed. */
int report_run(json_t *run, const char *folder, const char *plots_folder, bool json);

#endif
