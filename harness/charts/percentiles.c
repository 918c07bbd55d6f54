/* A histogram of one cell by percentile: a line for each subject. */
#include "harness/charts/chart.h"
#include "harness/contract/parameters.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

enum { SUBJECTS_MAX = 64, MAXIMUM = PERCENTILES - 1 };

/* Beyond this one what single trials do not resolve may be left out. */
#define POOLED_MOST 99

static const struct median *of_trials(const struct chart *chart, size_t percentile, size_t subject)
{
    return analysis_percentile(chart->analysis, chart->cell, chart->metric, percentile, subject);
}

/* Of all rounds together. NULL: it has no values, or too few for this percentile. */
static const struct pooled *of_rounds(const struct chart *chart, size_t percentile, size_t subject)
{
    const struct cell_summary *summary = &chart->analysis->cells[chart->cell];
    size_t metric =
        workload_metric_index(chart->run->cells[chart->cell].cell.workload, chart->metric);
    double value;
    if (!analysis_pooled(chart->analysis, chart->cell, chart->metric, percentile, subject, &value))
        return NULL;
    return &summary->pooled[metric][percentile * summary->subject_count + subject];
}

/* Who has no figure in one of its trials has one of all rounds together. */
static bool is_drawn(const struct chart *chart, size_t subject)
{
    return chart_shows(chart, subject) && (of_trials(chart, MAXIMUM, subject) != NULL ||
                                           of_rounds(chart, MAXIMUM, subject) != NULL);
}

/* Whether single trials are too short for a percentile up to POOLED_MOST of anybody who is drawn,
 * and all rounds together are not. Then all figures of the chart are of all rounds together: a p99
 * that is left out would let a tail seem short, and beside a median of trials it could be larger
 * than their largest. */
static bool needs_pooled(const struct chart *chart)
{
    for (size_t i = 0; i < chart->run->subject_count; i++) {
        for (size_t k = 0; k < PERCENTILES && is_drawn(chart, i); k++) {
            if (percentiles[k] <= POOLED_MOST && of_trials(chart, k, i) == NULL &&
                of_rounds(chart, k, i) != NULL)
                return true;
        }
    }
    return false;
}

/* Whether any subject has this percentile: then it has a place on the axis. */
static bool is_resolved(const struct chart *chart, size_t percentile)
{
    for (size_t i = 0; i < chart->run->subject_count; i++) {
        if (chart->drawn.pooled ? of_rounds(chart, percentile, i) != NULL
                                : of_trials(chart, percentile, i) != NULL)
            return true;
    }
    return false;
}

static bool set_pooled(struct chart *chart, struct chart_point *point, size_t percentile,
                       size_t subject)
{
    const struct pooled *pooled = of_rounds(chart, percentile, subject);
    if (pooled == NULL)
        return false;
    const struct median whole = {
        .median = pooled->value, .low = pooled->value, .high = pooled->value, .n = pooled->rounds};
    if (!chart_set_point(chart, point, &whole, 1e-3))
        return false;
    point->low = 0;
    point->high = INFINITY;
    return true;
}

static bool set_point(struct chart *chart, struct chart_point *point, size_t percentile,
                      size_t subject)
{
    if (chart->drawn.pooled)
        return set_pooled(chart, point, percentile, subject);
    const struct median *median = of_trials(chart, percentile, subject);
    return median != NULL && chart_set_point(chart, point, median, 1e-3);
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
        if (!is_drawn(chart, i))
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
    chart->drawn.pooled = needs_pooled(chart);
    if (panel == NULL || add_lines(chart, panel) < 0)
        return -ENOMEM;
    if (panel->count == 0)
        return 0;
    snprintf(panel->title, sizeof panel->title, "latency, us");
    for (size_t i = 0; i < panel->count; i++) {
        for (size_t k = 0; k < panel->lines[i].count; k++) {
            const struct chart_point *point = &panel->lines[i].points[k];
            low = fmin(low, chart->drawn.pooled ? point->middle : point->low);
            high = fmax(high, chart->drawn.pooled ? point->middle : point->high);
        }
    }
    chart_set_axis(panel, low, high, false);
    return chart_write_lines(&chart->drawn, folder);
}
