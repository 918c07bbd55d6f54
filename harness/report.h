/* What a reader gets of a run: tables on the terminal, CSV, charts, a page; from the result file
 * alone. */
#ifndef HARNESS_REPORT_H
#define HARNESS_REPORT_H

#include <jansson.h>
#include <stdbool.h>

struct report_request {
    const char *folder;       /* of the run */
    const char *plots_folder; /* of the gnuplot scripts; NULL: where they were built or installed */
    bool json;                /* the summary as JSON in place of the tables */
    bool terminal;            /* the charts on standard output, in place of pictures and page */
};

/* Prints the tables of a summarised run, writes FOLDER/<name>.csv, draws FOLDER/charts and writes
 * FOLDER/report.html. The run has passed run_shape_check() and summary_compute(). Without gnuplot
 * there are no charts, which standard error and the page say, and that is no failure. Returns an
 * exit status: 0, or 3 when a file could not be written or gnuplot failed. */
int report_run(json_t *run, const struct report_request *);

#endif
