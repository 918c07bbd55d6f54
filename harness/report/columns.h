/* What the columns of a sweep's table hold. Internal to the report. */
#ifndef HARNESS_REPORT_COLUMNS_H
#define HARNESS_REPORT_COLUMNS_H

#include "harness/report/parts.h"

enum column_kind {
    COLUMN_MEDIAN,     /* of the metric */
    COLUMN_INTERVAL,   /* the same with its interval: "109 [106, 113]" */
    COLUMN_ROUNDS,     /* that the metric rests on */
    COLUMN_PERCENTILE, /* of the histogram; "*" behind it: of all rounds together */
    COLUMN_LATENCY,    /* the same of an open loop: none is quoted at saturation */
    COLUMN_EXCESS,     /* over the kernel's own: "4.1 [3.2, 5.0]" */
    COLUMN_RATIO,      /* to the cell's baseline: "0.41 [0.40, 0.43]" */
    COLUMN_VERDICT,    /* against the same, on the main metric: "FASTER"; "? (64)" */
    COLUMN_FACTOR,     /* to another metric of the same trial: "12.3 [11.0, 14.2]" */
    COLUMN_EARLY,      /* the metric added up over all trials: anything but 0 is shouted */
};

/* Places in `percentiles`. */
enum { PERCENT_50, PERCENT_90, PERCENT_99, PERCENT_99_9, PERCENT_99_99, PERCENT_100 };

struct column {
    /* NULL ends the list; a ratio's gets "/ epoll" behind it, the baseline. */
    const char *heading;
    enum column_kind kind;
    /* Or histogram. */
    const char *metric;
    /* From the metric's unit to the heading's. */
    double scale;
    /* Of a percentile. */
    size_t percentile;
    /* Of a factor: what is divided by; of a latency: what was answered. */
    const char *other;
    /* Left out first when the table is wider than the terminal. */
    bool spare;
};

/* A column with the metrics of one mode. */
struct mode_column {
    const struct column *column;
    /* NULL: the mode has none of that name. */
    const struct metric *metric, *other, *offered;
};

struct mode_column column_of_mode(const struct column *, const struct cell *);

/* The column's text for one subject in one cell, COLUMN_BYTES; "-" when it has none. Returns
 * whether it is marked "*". */
bool column_write(const struct mode_column *, const struct analysis *, size_t cell, size_t subject,
                  char *text);

#endif
