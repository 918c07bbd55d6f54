/* The charts of a run, drawn by gnuplot, and what was drawn as plain figures for whoever shows it
 * beside them. */
#ifndef HARNESS_CHARTS_CHARTS_H
#define HARNESS_CHARTS_CHARTS_H

#include "harness/analysis/analysis.h"
#include "harness/charts/gnuplot.h"

#include <stdbool.h>

enum { CHART_NAME_BYTES = 200, CHART_LABEL_BYTES = 128, CHART_TICK_BYTES = 40 };

/* Without an interval low is 0 and high INFINITY. */
struct chart_point {
    double position, middle, low, high;
    /* Of the bands behind a curve; NAN: none. */
    double p90, p99;
    bool knee;
    /* What stands below it: a value of the parameter, or a percentile; "" for a dot. */
    char tick[CHART_TICK_BYTES];
};

struct chart_line {
    /* "epoll (readiness)": fit for a field of gnuplot's. */
    char label[CHART_LABEL_BYTES];
    /* A line style of scripts/plots/style.gp. */
    int style;
    struct chart_point *points;
    size_t count;
    /* Of a forest: which row from below, the verdict's word, and the figure as it is printed.
     * Without a ratio it has no point. */
    double place;
    char word[40], text[120];
};

struct chart_panel {
    char title[CHART_LABEL_BYTES];
    /* Beside the leftmost panel. */
    char side[CHART_LABEL_BYTES];
    /* In the grid, line by line from 0; some stay empty. */
    size_t place;
    /* The axis of the figures. */
    double low, high;
    bool logarithmic;
    /* It shows ratios to the baseline: the minimum effect, as a share. 0: figures. */
    double effect;
    struct chart_line *lines;
    size_t count;
};

enum chart_kind { CHART_FOREST, CHART_DOTS, CHART_PERCENTILES, CHART_CURVES };

/* FOLDER/charts/<name>.svg and .png, and its data beside it. */
struct drawn_chart {
    enum chart_kind kind;
    char name[CHART_NAME_BYTES];
    char title[256];
    /* The first of those that are in it, by its place in the run. */
    size_t cell;
    /* Along its axis; NULL: it shows one cell. The run's. */
    const char *parameter;
    const struct metric *metric;
    /* Of percentiles: all figures are of all rounds together, and have no interval. */
    bool pooled;
    /* One, but for curves. Each row of a forest, and of dots, is a line with one point. */
    struct chart_panel *panels;
    size_t count;
    /* The picture as SVG, with a 0 behind it; NULL: there is none. */
    char *svg;
};

struct chart_list {
    struct drawn_chart *charts;
    size_t count;
    /* The number of charts of one mode is bounded: those beyond. */
    size_t left_out;
};

struct chart_request {
    /* Of the run. */
    const char *folder;
    /* Of the gnuplot scripts; NULL: those in the program. */
    const char *scripts;
    /* On standard output, in place of pictures; their data are written all the same. NULL: not. */
    const struct gnuplot_terminal *terminal;
};

/* 0 or -errno with a sentence; -ENOENT: there is no gnuplot. The caller frees the list, also after
 * a failure: it has those drawn until then. */
int charts_draw(const struct analysis *, const struct chart_request *, struct chart_list *,
                char *problem);
void charts_free(struct chart_list *);

/* Whether the interval of a pair without a winner is so wide, by more than a factor of 100, that
 * it says nothing: charts and page say so in place of its ends. Only of one that is bounded. */
bool chart_is_useless(const struct comparison *);

#endif
