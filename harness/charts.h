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
    bool ladder;    /* the rungs of a ladder alone, in the order of the registry */
    char name[200]; /* of its files, without ending */

    /* Filled with the data: */
    char styles[1024]; /* the style of each series, as numbers for the script */
    char range[160];   /* of the axis: "LOW HIGH 0", or 1 for a logarithmic one */
    size_t series;     /* subjects drawn */
    size_t outside;    /* trials that lie beyond the axis */
    double rounds_least, rounds_most;
};

/* Each writes FOLDER/<name>.csv, and chart_dots also FOLDER/<name>-trials.csv. 0 or -errno with
 * `problem`. */
int chart_dots(struct chart *, const char *folder, char *problem);
int chart_curves(struct chart *, const char *folder, char *problem);
int chart_percentiles(struct chart *, const char *folder, char *problem);

/* Whether the subject is drawn on this chart. A ladder of variants has a chart of its own; on the
 * others its top rung stands for it, which is the backend without suffix (io_uring for
 * io_uring:+bufring) when the run has it. */
bool chart_shows(const struct chart *, const char *subject);

/* Whether summary entry `a` stands above `b`: the better one, on a ladder the lower rung. */
bool chart_comes_before(const struct chart *, const json_t *a, const json_t *b);

/* A line style of scripts/plots/style.gp: a subject looks the same on every chart. */
int chart_style(const json_t *run, const char *subject);

/* "epoll (readiness)": the tier goes wherever the name goes. Quotes would end the field for
 * gnuplot. */
char *chart_label(const struct chart *, const char *subject, char *label, size_t size);

#endif
