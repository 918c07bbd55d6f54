/* The data of one chart. Internal: charts.c decides which charts there are, chart_data.c fills
 * them. */
#ifndef HARNESS_CHARTS_H
#define HARNESS_CHARTS_H

#include "harness/report_parts.h"

#define SWEEP_MAXIMUM 64

/* One picture: a metric of one cell, or of the cells in which one parameter takes several values.
 */
struct chart {
    const json_t *run;
    const json_t *cells[SWEEP_MAXIMUM]; /* by rising value of the parameter */
    size_t cell_count;
    const char *parameter; /* what is swept; NULL for one cell */
    const struct metric *metric;
    char name[200]; /* of its files, without ending */

    /* Filled with the data: */
    char styles[1024]; /* the style of each series, as numbers for the script */
    char range[160];   /* gnuplot numbers: low:high of the axis */
    size_t series;     /* subjects drawn */
    size_t outside;    /* trials that lie beyond the axis */
    double rounds_least, rounds_most;
};

/* Each writes FOLDER/<name>.csv, and chart_dots also FOLDER/<name>-trials.csv. 0 or -errno with
 * `problem`. */
int chart_dots(struct chart *, const char *folder, char *problem);
int chart_curves(struct chart *, const char *folder, char *problem);
int chart_percentiles(struct chart *, const char *folder, char *problem);

#endif
