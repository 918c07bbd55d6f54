/* The answer of a run on one screen: SCREEN_LINES lines of SCREEN_COLUMNS columns at most, whatever
 * the run has. */
#ifndef HARNESS_REPORT_SUMMARY_H
#define HARNESS_REPORT_SUMMARY_H

#include "harness/analysis/analysis.h"

#include <stdbool.h>
#include <stdio.h>

struct summary_request {
    /* Of the terminal; the screen is no wider than that, nor than SCREEN_COLUMNS. */
    int columns;
    /* Of the run. NULL: none is named. A path is never cut, and may be wider than the screen. */
    const char *folder;
    /* report.html is in it. */
    bool has_page;
    /* One line about the run's check of itself; NULL: there was none. */
    const char *check;
};

/* For each question who costs less, by how much, and for whom it is not decided; then what that
 * would take, what was left out, and where the rest is. Where there are more questions than lines,
 * one entry for each mode. */
void report_print_summary(const struct analysis *, const struct summary_request *, FILE *);

#endif
