/* What the summary is made of. Internal to the report. */
#ifndef HARNESS_REPORT_SUMMARY_PARTS_H
#define HARNESS_REPORT_SUMMARY_PARTS_H

#include "harness/analysis/modes.h"
#include "harness/report/parts.h"
#include "harness/report/screen.h"

enum { SUMMARY_TEXT_BYTES = 2400, SUMMARY_NAME_BYTES = 48 };

/* A subject beside the baseline of the cell, as a cost: of a metric of which more is better, the
 * inverse of the ratio. */
struct rival {
    size_t subject;
    struct comparison comparison;
    double cost, low, high;
};

/* What the cell says of everybody but its baseline. Floors, which are no choice that anybody has,
 * are left out where there is anybody else. */
struct rivals {
    struct rival list[TABLE_SUBJECTS_MAX];
    size_t count;
};

/* By word (FASTER, SLOWER, EQUIVALENT, INCONCLUSIVE, INVALID), and by tier and cost within it. */
void rivals_find(const struct analysis *, size_t cell, struct rivals *);

/* "0.82", and "0.82 [0.78, 0.87]" or "0.82 (no interval yet)", "(no useful interval yet)".
 * COLUMN_BYTES. Return `text`. */
char *summary_cost(double cost, char *text);
char *summary_interval(const struct rival *, char *text);

/* How much is said of a cell. */
enum summary_detail {
    SUMMARY_TERSE,   /* no intervals; those that are not decided are counted */
    SUMMARY_COUNTED, /* the interval of the first; and that the baseline costs least */
    SUMMARY_BRIEF,   /* and everybody by name */
    SUMMARY_FULL,    /* and every interval */
    SUMMARY_DETAILS,
};

/* The text of one cell, in parts (screen.h), against `usual`, the baseline that need not be named.
 * Returns `text`, SUMMARY_TEXT_BYTES. */
char *summary_of_cell(const struct analysis *, size_t cell, size_t usual, enum summary_detail,
                      char *text);
/* The text of several cells of one mode together; and the words before it, SUMMARY_NAME_BYTES. */
char *summary_of_mode(const struct analysis *, const struct mode_view *, size_t usual,
                      enum summary_detail, char *text);
char *summary_name_of_mode(const struct analysis *, const struct mode_view *, char *text);

/* What several cells share: the parameter of which they are the whole sweep. NULL: none. */
const char *summary_sweep(const struct run *, const struct mode_view *);

/* Adds an entry for each cell, or where they are too many for each mode, in so many lines at most.
 */
void summary_add_answers(const struct analysis *, size_t usual, size_t lines, struct screen *);

#endif
