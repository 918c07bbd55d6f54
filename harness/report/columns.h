/* What the columns of a sweep's table hold. Internal to the report. */
#ifndef HARNESS_REPORT_COLUMNS_H
#define HARNESS_REPORT_COLUMNS_H

#include "harness/analysis/parts.h"

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

struct column {
    const char *heading; /* NULL ends the list; a ratio's begins with "/" and gets the baseline */
    enum column_kind kind;
    const char *metric; /* or histogram */
    double scale;       /* from the metric's unit to the heading's */
    double percent;     /* of a percentile */
    const char *other;  /* of a factor: what is divided by */
    bool spare;         /* left out first when the table is wider than the terminal */
};

#define COLUMN_BYTES 48

/* The column's text for one subject in one cell; "-" when it has none. Returns whether it is marked
 * "*". */
bool column_write(const struct column *, const json_t *cell, const char *subject, char *text);

/* How many callbacks came early, over all trials of the subject; NULL: of all subjects. */
double column_early(const json_t *cell, const char *metric, const char *subject);

#endif
