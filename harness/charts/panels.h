/* The panels of a picture of curves: which lines are in each, and on which axis. Internal to
 * chart_curves.c and chart_panels.c. */
#ifndef HARNESS_CHARTS_PANELS_H
#define HARNESS_CHARTS_PANELS_H

#include "harness/charts/charts.h"

enum { CURVES_MAXIMUM = 32, PANELS_MAXIMUM = 36, VALUES_MAXIMUM = 16, COLUMNS_OF_SUBJECTS = 6 };

struct curve {
    const char *subject;
    const struct sweep *sweep; /* the cells of its points */
    int style;
    char label[LABEL_BYTES];
};

struct panel {
    char title[LABEL_BYTES];
    char side[LABEL_BYTES]; /* beside the leftmost panel */
    size_t place;           /* in the grid, line by line from 0; some stay empty */
    struct curve_figure figure;
    const char *unit; /* on the axis */
    double scale;     /* from the metric's unit to that */
    struct curve curves[CURVES_MAXIMUM];
    size_t count;
    double low, high;
    bool logarithmic;
};

struct curve_drawing {
    struct chart *chart;
    const struct curve_plan *plan;
    struct sweep values;                 /* of the plan's lines or rows; else the cell alone */
    struct sweep sweeps[VALUES_MAXIMUM]; /* through each of those, over the parameter of the axis */
    size_t sweep_count;
    struct panel *panels;
    size_t panel_count, columns;
};

struct point {
    double middle, low, high; /* without an interval all three are one */
};

/* Fills sweeps and panels, those without any point left out, and the columns they stand in. */
void panels_fill(struct curve_drawing *);

/* Sets the axis of each. Returns whether all have the same: panels in one unit do, so that they can
 * be compared. */
bool panels_set_ranges(struct curve_drawing *);

/* One point of a line, in the panel's unit; false: the subject has none there. */
bool panel_point(struct chart *, const struct panel *, const json_t *cell, const char *subject,
                 struct point *);

/* A percentile for the bands, of all rounds together; false: not resolved. */
bool panel_band(const struct curve_drawing *, const struct panel *, const json_t *cell,
                const char *subject, double percent, double *value);

#endif
