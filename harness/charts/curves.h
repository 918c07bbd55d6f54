/* A picture of curves while it is made. Internal to curves.c, panels.c and
 * curve_lines.c. */
#ifndef HARNESS_CHARTS_CURVES_H
#define HARNESS_CHARTS_CURVES_H

#include "harness/analysis/sweeps.h"
#include "harness/charts/chart.h"

enum { CURVES_PANELS_MAX = 36, CURVES_VALUES_MAX = 16 };

/* What a panel shows, beside its lines. */
struct panel_figure {
    const struct curve_figure *figure;
    const struct metric *metric;
    /* On the axis. */
    const char *unit;
    /* From the metric's unit to that. */
    double scale;
};

struct curves {
    struct chart *chart;
    const struct curve_plan *plan;
    const struct metric *bands;
    /* Through each value of the plan's lines or rows, over the parameter of the axis; else one. */
    struct sweep sweeps[CURVES_VALUES_MAX];
    size_t sweep_count;
    /* One for each panel. */
    struct panel_figure figures[CURVES_PANELS_MAX];
    size_t columns;
    /* The smallest value above 0 on the axis; INFINITY: none. */
    double smallest;
};

/* Adds all panels with their lines, and sets their columns. Those without any point are left out.
 * 0 or -ENOMEM. */
int curves_add_panels(struct curves *);

/* Adds one line; none when the subject has no point in the sweep. 0 or -ENOMEM. */
int curves_add_line(struct curves *, struct chart_panel *, const struct panel_figure *,
                    const struct sweep *, size_t subject, const char *label, int style);

/* The metric of that name in the mode of the chart. */
const struct metric *curves_metric(const struct curves *, const char *name);

#endif
