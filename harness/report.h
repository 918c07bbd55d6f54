/* What a reader gets of a run: tables on the terminal, CSV, charts, a page; from the result files
 * alone. */
#ifndef HARNESS_REPORT_H
#define HARNESS_REPORT_H

#include "harness/analysis/analysis.h"

struct report_request {
    /* Of the run. */
    const char *folder;
    /* Of the gnuplot scripts; NULL: those in the program. */
    const char *scripts;
    /* The summary as JSON in place of all else on standard output. */
    bool json;
    /* What is printed: the tables first, and the answer on one screen last, when the files are
     * there. */
    bool tables, answer;
    /* A line of the answer about the run's check of itself; NULL: there is none. */
    const char *check;
    /* The charts on standard output, in place of pictures and page. */
    bool terminal;
    /* Nothing is written to the folder. */
    bool only_prints;
};

/* Prints what is asked for and, unless it only prints, writes FOLDER/<name>.csv, draws
 * FOLDER/charts and writes FOLDER/report.html. Without gnuplot there are no charts, which standard
 * error and the page say, and that is no failure. Returns an exit status: 0, or 3 when a file could
 * not be written or gnuplot failed. */
int report_run(const struct analysis *, const struct report_request *);

/* The answer alone, of a run that has nothing to make files of. An exit status. */
int report_answer(const struct analysis *, const struct report_request *);

#endif
