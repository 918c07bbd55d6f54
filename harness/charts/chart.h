/* One chart while it is made. Internal to charts/: charts.c decides which charts there are;
 * forest.c, dots.c, percentiles.c and panels.c fill them. */
#ifndef HARNESS_CHARTS_CHART_H
#define HARNESS_CHARTS_CHART_H

#include "harness/analysis/format.h"
#include "harness/charts/charts.h"

/* One picture: a metric of one cell, or curves over a parameter. */
struct chart {
    const struct analysis *analysis;
    const struct run *run;
    /* For curves the first of all that are drawn. */
    size_t cell;
    /* What is swept; NULL for one cell. */
    const char *parameter;
    /* A second parameter whose values are lines or rows; NULL: none. */
    const char *other;
    /* Drawn alone, and in the name of the files; SUBJECT_NONE: all. */
    size_t subject;
    const struct metric *metric;
    /* The rungs of a ladder alone, in the order of the registry. */
    bool ladder;

    /* Filled with the data: */
    struct drawn_chart drawn;
    /* Curves: how the panels are laid out, as numbers for the script. */
    char layout[512];
    /* Trials that lie beyond the axis. */
    size_t outside;
    /* Figures that are too large for any axis. */
    size_t too_large;
    /* Trials whose bound was the generator. */
    unsigned bound;
    size_t rounds_least, rounds_most;
    /* has_pooled: a point of all rounds together; has_unbounded: a ratio without an interval;
     * only_ratios: nothing else is on it. */
    bool has_knee, has_bands, has_pooled, has_unbounded, only_ratios;
    /* Ratios to this subject are drawn; SUBJECT_NONE: figures are. */
    size_t baseline;
};

/* What a picture of curves is made of. */
struct curve_plan {
    const char *workload, *mode;
    /* NULL: what the first figure is. */
    const char *title;
    /* Along the axis, and what stands below it. */
    const char *parameter, *axis;
    bool linear;
    /* A panel for each of these figures: a metric, or with percent > 0 that percentile of a
     * histogram. */
    struct curve_figure {
        /* NULL: not used. */
        const char *name;
        double percent;
        /* Also when the values are not so far apart. */
        bool logarithmic;
        /* To the baseline of the chart, with the intervals of the verdicts. */
        bool ratio;
    } figures[6];
    /* A picture for each subject, with a line for each value of this parameter; NULL: a line for
     * each subject. */
    const char *lines;
    /* A panel for each subject, in rows by the value of this parameter. */
    const char *rows;
    /* With rows: a subject that is in every panel and has none. */
    const char *reference;
    /* With rows: the histogram whose p90 and p99 are shaded. */
    const char *bands;
    /* Times are drawn in microseconds. */
    bool in_us;
    /* Of each line. */
    bool has_knee;
};

/* Each fills chart->drawn, without a line when there is nothing to draw, and writes its data into
 * FOLDER: <name>.csv, dots also <name>-trials.csv, curves also <name>-panels.csv. 0 or -errno. */
int chart_forest(struct chart *, const char *folder);
int chart_dots(struct chart *, const char *folder);
int chart_percentiles(struct chart *, const char *folder);
int chart_curves(struct chart *, const struct curve_plan *, const char *folder);

/* Sets the name of the chart's files: the mode, the metric, what is swept, and the value of every
 * other parameter of which the run has several. */
void chart_set_name(struct chart *);

/* All that is written on a chart: above it what it shows, what has to be known beforehand, a
 * warning ("" when there is none); below, how to read it, in lines; and beside its axes. */
struct chart_texts {
    char title[256], subtitle[FORMAT_BYTES + 40], note[400], remark[256], caption[2 * FORMAT_BYTES];
    /* Of the figures; and the other one, of curves. */
    char axis[256], parameter[256];
};

void chart_fill_texts(struct chart_texts *, const struct chart *, const struct curve_plan *,
                      bool shows_trials);

/* ---- drawing ---- */

struct drawing {
    const struct analysis *analysis;
    const struct run *run;
    struct gnuplot gnuplot;
    /* NULL: into files. */
    const struct gnuplot_terminal *terminal;
    struct chart_list *list;
    char *problem;
    /* Of the mode at hand. */
    size_t drawn;
    /* What gnuplot was started on and has not been waited for, in the order of its starts. */
    struct drawn_chart pending[GNUPLOT_MOST];
    size_t pending_count;
};

/* Fills the chart, which has nothing in `drawn` yet, and starts to draw it; none when there is
 * nothing to draw. It comes into the list, with those before it, once it is finished: by a later
 * call, or by chart_finish_all. On a terminal at once. 0 or -errno with a sentence, which may be of
 * an earlier chart: none that comes after one that failed is kept. */
int chart_draw(struct drawing *, struct chart *, enum chart_kind, const struct curve_plan *);

/* Waits for all charts that were started and takes them into the list. To be called before gnuplot
 * is closed, also after a failure: those in front of it are finished. 0 or -errno with a sentence.
 */
int chart_finish_all(struct drawing *);

/* ---- data ---- */

/* Each adds one at the end, empty, and returns it; NULL without memory. The pointer is good until
 * the next. */
struct chart_panel *chart_add_panel(struct drawn_chart *);
struct chart_line *chart_add_line(struct chart_panel *, const char *label, int style);
struct chart_point *chart_add_point(struct chart_line *);
/* The last one goes again, with all that is in it. */
void chart_drop_line(struct chart_panel *);
void chart_drop_panel(struct drawn_chart *);
void chart_free_drawn(struct drawn_chart *);

/* The lines of percentiles and curves, as blocks: FOLDER/<name>.csv. */
int chart_write_lines(const struct drawn_chart *, const char *folder);
/* One row for each panel: FOLDER/<name>-panels.csv. */
int chart_write_panels(const struct drawn_chart *, const char *folder);

/* Fills a point from a median, in the unit of the axis, and notes the rounds that it rests on.
 * false: it is too large for any axis, which is counted. */
bool chart_set_point(struct chart *, struct chart_point *, const struct median *, double scale);
/* The same of a ratio. false: there is none that can be drawn. Without an interval its ends are 0
 * and INFINITY. */
bool chart_set_ratio(struct chart *, struct chart_point *, const struct comparison *);
/* Whether gnuplot can do sums with it. */
bool chart_can_draw(double value);

/* The axis for what lies between two extremes: logarithmic where they are far apart, or where that
 * is preferred and they are apart enough for a number on it; else from 0. */
void chart_set_axis(struct chart_panel *, double low, double high, bool prefer_logarithmic);
/* The same, but not from 0. */
void chart_set_narrow_axis(struct chart_panel *, double low, double high);
/* The axis of the ratios in the panel: it holds every ratio, the minimum effect around 1, and of
 * the intervals as much as does not squeeze the rest. */
void chart_set_ratio_axis(struct chart_panel *, double minimum_effect);

/* ---- subjects ---- */

const char *chart_subject(const struct chart *, size_t subject);

/* Whether the subject is drawn on this chart. A ladder of variants has a chart of its own; on the
 * others its top rung stands for it, which is the backend without suffix (io_uring for
 * io_uring:+bufring) when the run has it. */
bool chart_shows(const struct chart *, size_t subject);

/* Whether `a` is the lower rung of a ladder, by the order of the registry. */
bool chart_is_lower_rung(const struct chart *, size_t a, size_t b);

/* Whether `a` stands above `b`: the better one, on a ladder the lower rung. Both have a median of
 * the chart's metric. */
bool chart_comes_before(const struct chart *, size_t a, size_t b);

/* A line style of scripts/plots/style.gp: a subject looks the same on every chart. */
int chart_style(const struct chart *, size_t subject);
/* Of the n-th value of a parameter. */
int chart_value_style(size_t index);

/* "epoll (readiness)": the tier goes wherever the name goes. Quotes would end the field for
 * gnuplot. */
char *chart_label(const struct chart *, size_t subject, char *label, size_t size);
/* The same without the tier. */
char *chart_label_short(const struct chart *, size_t subject, char *label, size_t size);

/* "null" makes no system call at all. Beside the rest it would only stretch the axis. */
bool chart_is_null(const struct chart *, size_t subject);

#endif
