/* A histogram of one cell by percentile: a line for each subject. */
#include "harness/charts/chart.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

enum { SUBJECTS_MAX = 64, MAXIMUM = PERCENTILES - 1 };

/* Beyond this one what single trials do not resolve is left out. */
#define POOLED_MOST 99

/* Of all rounds together, where single trials do not resolve it: a p99 that is left out would let a
 * tail seem short. */
static bool has_pooled(const struct chart *chart, size_t percentile, size_t subject, double *value)
{
    return percentiles[percentile] <= POOLED_MOST &&
           analysis_pooled(chart->analysis, chart->cell, chart->metric, percentile, subject, value);
}

/* Whether any subject has this percentile: then it has a place on the axis. */
static bool is_resolved(const struct chart *chart, size_t percentile)
{
    double value;
    for (size_t i = 0; i < chart->run->subject_count; i++) {
        if (analysis_percentile(chart->analysis, chart->cell, chart->metric, percentile, i) !=
                NULL ||
            has_pooled(chart, percentile, i, &value))
            return true;
    }
    return false;
}

static bool set_point(struct chart *chart, struct chart_point *point, size_t percentile,
                      size_t subject)
{
    double value;
    const struct median *median =
        analysis_percentile(chart->analysis, chart->cell, chart->metric, percentile, subject);
    if (median != NULL)
        return chart_set_point(chart, point, median, 1e-3);
    if (!has_pooled(chart, percentile, subject, &value))
        return false;
    if (!chart_can_draw(value)) {
        chart->too_large++;
        return false;
    }
    point->middle = point->low = point->high = value * 1e-3;
    chart->has_pooled = true;
    return true;
}

static int add_points(struct chart *chart, struct chart_line *line, size_t subject)
{
    double position = 0;
    for (size_t k = 0; k < PERCENTILES; k++) {
        struct chart_point made = {.position = position, .p90 = NAN, .p99 = NAN};
        if (k == MAXIMUM)
            snprintf(made.tick, sizeof made.tick, "max");
        else
            snprintf(made.tick, sizeof made.tick, "p%g", percentiles[k]);
        position += is_resolved(chart, k);
        if (!set_point(chart, &made, k, subject))
            continue;
        struct chart_point *point = chart_add_point(line);
        if (point == NULL)
            return -ENOMEM;
        *point = made;
    }
    return 0;
}

static int add_lines(struct chart *chart, struct chart_panel *panel)
{
    for (size_t i = 0; i < chart->run->subject_count && panel->count < SUBJECTS_MAX; i++) {
        char label[CHART_LABEL_BYTES];
        if (analysis_percentile(chart->analysis, chart->cell, chart->metric, MAXIMUM, i) == NULL ||
            !chart_shows(chart, i))
            continue;
        chart_label(chart, i, label, sizeof label);
        struct chart_line *line = chart_add_line(panel, label, chart_style(chart, i));
        if (line == NULL || add_points(chart, line, i) < 0)
            return -ENOMEM;
        if (line->count == 0)
            chart_drop_line(panel);
    }
    return 0;
}

int chart_percentiles(struct chart *chart, const char *folder)
{
    double low = INFINITY, high = -INFINITY;
    struct chart_panel *panel = chart_add_panel(&chart->drawn);
    chart->drawn.kind = CHART_PERCENTILES;
    if (panel == NULL || add_lines(chart, panel) < 0)
        return -ENOMEM;
    if (panel->count == 0)
        return 0;
    snprintf(panel->title, sizeof panel->title, "latency, us");
    for (size_t i = 0; i < panel->count; i++) {
        for (size_t k = 0; k < panel->lines[i].count; k++) {
            low = fmin(low, panel->lines[i].points[k].low);
            high = fmax(high, panel->lines[i].points[k].high);
        }
    }
    chart_set_axis(panel, low, high, false);
    return chart_write_lines(&chart->drawn, folder);
}
