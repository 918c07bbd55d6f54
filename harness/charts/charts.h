/* The data of one chart. Internal: charts.c decides which charts there are; chart_data.c and
 * chart_curves.c fill them. */
#ifndef HARNESS_CHARTS_CHARTS_H
#define HARNESS_CHARTS_CHARTS_H

#include "harness/analysis/parts.h"
#include "harness/analysis/sweeps.h"

/* One picture: a metric of one cell, or curves over a parameter. */
struct chart {
    const json_t *run;
    const json_t *cell;    /* for curves the first of all that are drawn */
    const char *parameter; /* what is swept; NULL for one cell */
    const char *other;     /* a second parameter whose values are lines or rows; NULL: none */
    const char *subject;   /* drawn alone, and in the name of the files; NULL: all */
    const struct metric *metric;
    bool ladder;    /* the rungs of a ladder alone, in the order of the registry */
    char name[200]; /* of its files, without ending */

    /* Filled with the data: */
    char styles[1024]; /* the style of each series, as numbers for the script */
    char range[160];   /* dots, percentiles: "LOW HIGH 0" of the axis, or 1 for a logarithmic one.
                          Curves: how the panels are laid out */
    size_t series;     /* drawn */
    size_t outside;    /* trials that lie beyond the axis */
    unsigned bound;    /* trials whose bound was the generator */
    double rounds_least, rounds_most;
    bool has_knee, has_bands, has_pooled; /* a point of all rounds together */
};

/* What a picture of curves is made of. */
struct curve_plan {
    const char *workload, *mode;
    const char *title;     /* NULL: what the first figure is */
    const char *parameter; /* along the axis */
    const char *axis;      /* what stands below it */
    bool linear;
    /* A panel for each of these figures: a metric, or with percent > 0 that percentile of a
     * histogram. */
    struct curve_figure {
        const char *name; /* NULL: not used */
        double percent;
        bool logarithmic; /* also when the values are not so far apart */
    } figures[6];
    const char *lines;     /* a picture for each subject, with a line for each value of this
                              parameter; NULL: a line for each subject */
    const char *rows;      /* a panel for each subject, in rows by the value of this parameter */
    const char *reference; /* with rows: a subject that is in every panel and has none */
    const char *bands;     /* with rows: the histogram whose p90 and p99 are shaded */
    bool in_us;            /* times are drawn in microseconds */
    bool has_knee;         /* of each line */
};

/* Each writes FOLDER/<name>.csv, and chart_dots also FOLDER/<name>-trials.csv, chart_curves also
 * FOLDER/<name>-panels.csv. 0 or -errno with `problem`. */
int chart_dots(struct chart *, const char *folder, char *problem);
int chart_curves(struct chart *, const struct curve_plan *, const char *folder, char *problem);
int chart_percentiles(struct chart *, const char *folder, char *problem);

/* Sets the name of the chart's files: the mode, the metric, what is swept, and the value of every
 * other parameter of which the run has several. */
void chart_set_name(struct chart *);

/* All that is written on a chart: above it what it shows, what has to be known beforehand, a
 * warning ("" when there is none); below, how to read it, in lines; and beside its axes. */
struct chart_texts {
    char title[256], subtitle[600], note[256], remark[256], caption[1200];
    char axis[256];      /* of the figures */
    char parameter[256]; /* the other axis of curves */
};

void chart_fill_texts(struct chart_texts *, const struct chart *, const struct curve_plan *,
                      bool shows_trials, bool is_latency);

/* What they share: the style of one more series, and the rounds that an entry rests on. */
void chart_add_style(struct chart *, int style);
void chart_note_rounds(struct chart *, const json_t *entry);

/* The axis for what lies between two extremes: logarithmic where they are far apart, or where that
 * is preferred and they are apart enough for a number on it; else from 0. Returns which. */
bool chart_curve_range(double *low, double *high, bool prefer_logarithmic);

/* Whether the subject is drawn on this chart. A ladder of variants has a chart of its own; on the
 * others its top rung stands for it, which is the backend without suffix (io_uring for
 * io_uring:+bufring) when the run has it. */
bool chart_shows(const struct chart *, const char *subject);

/* Whether summary entry `a` stands above `b`: the better one, on a ladder the lower rung. */
bool chart_comes_before(const struct chart *, const json_t *a, const json_t *b);

/* A line style of scripts/plots/style.gp: a subject looks the same on every chart. */
int chart_style(const json_t *run, const char *subject);
int chart_value_style(size_t index); /* of the n-th value of a parameter */

/* "epoll (readiness)": the tier goes wherever the name goes. Quotes would end the field for
 * gnuplot. */
char *chart_label(const struct chart *, const char *subject, char *label, size_t size);

/* "null" makes no system call at all. Beside the rest it would only stretch the axis. */
bool chart_is_null(const char *subject);

#endif
