/* One line of a picture of curves, point by point. */
#include "harness/charts/curves.h"
#include "harness/contract/parameters.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { LINES_MAX = 32 };

const struct metric *curves_metric(const struct curves *curves, const char *name)
{
    const struct cell *cell = &curves->chart->run->cells[curves->chart->cell].cell;
    return workload_metric(cell->workload, cell->mode, name);
}

/* ---- points ---- */

static size_t percentile_place(double percent)
{
    size_t place = 0;
    while (place + 1 < PERCENTILES && percentiles[place] < percent)
        place++;
    return place;
}

static bool set_ratio(struct chart *chart, size_t cell, size_t subject, struct chart_point *point)
{
    struct comparison comparison;
    if (subject == chart->baseline) {
        point->middle = point->low = point->high = 1;
        return true;
    }
    return analysis_compare(chart->analysis, cell, subject, chart->baseline, &comparison) &&
           chart_set_ratio(chart, point, &comparison);
}

/* The figure of a subject in a cell, in the panel's unit; false: it has none there. */
static bool set_figure(struct curves *curves, const struct panel_figure *shown, size_t cell,
                       size_t subject, struct chart_point *point)
{
    struct chart *chart = curves->chart;
    double percent = shown->figure->percent, value;
    size_t place = percentile_place(percent);
    bool pooled;
    if (shown->figure->ratio)
        return set_ratio(chart, cell, subject, point);
    const struct median *median =
        percent > 0 ? analysis_percentile(chart->analysis, cell, shown->metric, place, subject)
                    : analysis_median(chart->analysis, cell, shown->metric, subject);
    if (median != NULL)
        return chart_set_point(chart, point, median, shown->scale);
    if (percent == 0 || !analysis_percentile_value(chart->analysis, cell, shown->metric, place,
                                                   subject, &value, &pooled))
        return false;
    value *= shown->scale;
    if (!chart_can_draw(value)) {
        chart->too_large++;
        return false;
    }
    point->middle = value;
    point->low = 0;
    point->high = INFINITY;
    chart->has_pooled = true;
    return true;
}

/* Logarithmic, with 0 a short step left of the smallest other value; or as they are. */
static double position_of(const struct curves *curves, double value)
{
    if (curves->plan->linear)
        return value;
    if (value > 0)
        return log10(value);
    return isfinite(curves->smallest) ? log10(curves->smallest) - 0.6 : 0;
}

/* Of all rounds together; NAN: not resolved. */
static double band(struct curves *curves, const struct panel_figure *shown, size_t cell,
                   size_t subject, double percent)
{
    double value;
    if (!analysis_pooled(curves->chart->analysis, cell, curves->bands, percentile_place(percent),
                         subject, &value) ||
        !chart_can_draw(value * shown->scale))
        return NAN;
    curves->chart->has_bands = true;
    return value * shown->scale;
}

/* ---- lines ---- */

int curves_add_line(struct curves *curves, struct chart_panel *panel,
                    const struct panel_figure *shown, const struct sweep *sweep, size_t subject,
                    const char *label, int style)
{
    struct knee knee = {0};
    struct chart *chart = curves->chart;
    if (panel->count == LINES_MAX)
        return 0;
    bool has_bands = curves->bands != NULL && panel->count == 0;
    bool has_knee =
        curves->plan->has_knee && sweep_knee(chart->analysis, sweep, subject, &knee) && knee.found;
    struct chart_line *line = chart_add_line(panel, label, style);
    for (size_t i = 0; line != NULL && i < sweep->count; i++) {
        struct chart_point made = {.p90 = NAN, .p99 = NAN};
        made.position = position_of(curves, sweep_number(chart->run, sweep, i));
        if (!chart_can_draw(made.position) ||
            !set_figure(curves, shown, sweep->cells[i], subject, &made))
            continue;
        if (has_bands) {
            made.p90 = band(curves, shown, sweep->cells[i], subject, 90);
            made.p99 = band(curves, shown, sweep->cells[i], subject, 99);
        }
        made.knee = has_knee && knee.carried == i;
        chart->has_knee |= made.knee;
        sweep_print(chart->run, sweep, i, made.tick, sizeof made.tick);
        struct chart_point *point = chart_add_point(line);
        if (point == NULL)
            return -ENOMEM;
        *point = made;
    }
    if (line != NULL && line->count == 0)
        chart_drop_line(panel);
    return line != NULL ? 0 : -ENOMEM;
}
