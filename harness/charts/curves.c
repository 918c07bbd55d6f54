/* Curves: lines over a parameter in one panel or in several. What is a panel and what is a line is
 * the plan's to say: subjects, values of a second parameter, or metrics. */
#include "harness/charts/curves.h"
#include "harness/contract/parameters.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names at the ends of lines, as many as there is room for, and how far apart, as a share of the
 * picture's height. */
enum { LABELS_MAX = 32 };
#define LABEL_APART 0.047

static void find_sweeps(struct curves *curves)
{
    const struct chart *chart = curves->chart;
    struct sweep values = {.cells = {chart->cell}, .count = 1};
    if (chart->other != NULL)
        sweep_find(chart->run, chart->cell, chart->other, &values);
    for (size_t i = 0; i < values.count && i < CURVES_VALUES_MAX; i++)
        sweep_find(chart->run, values.cells[i], chart->parameter,
                   &curves->sweeps[curves->sweep_count++]);
    curves->smallest = INFINITY;
    for (size_t i = 0; i < curves->sweeps[0].count; i++) {
        double number = sweep_number(chart->run, &curves->sweeps[0], i);
        if (number > 0)
            curves->smallest = fmin(curves->smallest, number);
    }
}

static void count_bound(struct curves *curves)
{
    struct chart *chart = curves->chart;
    unsigned trials;
    for (size_t i = 0; i < curves->sweep_count; i++) {
        for (size_t k = 0; k < curves->sweeps[i].count; k++)
            chart->bound += analysis_bound_trials(chart->analysis, curves->sweeps[i].cells[k],
                                                  chart->metric, &trials);
    }
}

/* ---- axes ---- */

static void find_extremes(const struct chart_panel *panel, double *low, double *high)
{
    for (size_t i = 0; i < panel->count; i++) {
        for (size_t k = 0; k < panel->lines[i].count; k++) {
            const struct chart_point *point = &panel->lines[i].points[k];
            *low = fmin(*low, isfinite(point->high) ? point->low : point->middle);
            *high = fmax(*high, isfinite(point->high) ? point->high : point->middle);
            *high = fmax(*high, point->p99); /* which knows of NAN */
        }
    }
}

/* Panels in one unit have one axis, so that they can be compared. Returns whether all do. */
static bool set_axes(struct curves *curves)
{
    const struct drawn_chart *drawn = &curves->chart->drawn;
    bool shared = true;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < drawn->count; i++) {
        if (!curves->figures[i].figure->ratio)
            find_extremes(&drawn->panels[i], &low, &high);
        shared &= strcmp(curves->figures[i].unit, curves->figures[0].unit) == 0;
    }
    for (size_t i = 0; i < drawn->count; i++) {
        if (curves->figures[i].figure->ratio) {
            chart_set_ratio_axis(&drawn->panels[i], curves->chart->analysis->minimum_effect);
            continue;
        }
        if (!shared) {
            low = INFINITY;
            high = -INFINITY;
            find_extremes(&drawn->panels[i], &low, &high);
        }
        chart_set_axis(&drawn->panels[i], low, high, curves->figures[i].figure->logarithmic);
    }
    return shared;
}

static void shorten(char *tick)
{
    char *end;
    double number = strtod(tick, &end);
    if (*end != '\0')
        return;
    if (number >= 1e6 && fmod(number, 1e5) == 0)
        snprintf(tick, CHART_TICK_BYTES, "%gM", number / 1e6);
    else if (number >= 1e3 && fmod(number, 100) == 0)
        snprintf(tick, CHART_TICK_BYTES, "%gk", number / 1e3);
}

/* "1k" for 1000: beside several panels there is little room. */
static void shorten_ticks(const struct drawn_chart *drawn)
{
    for (size_t i = 0; i < drawn->count; i++) {
        for (size_t k = 0; k < drawn->panels[i].count; k++) {
            for (size_t p = 0; p < drawn->panels[i].lines[k].count; p++)
                shorten(drawn->panels[i].lines[k].points[p].tick);
        }
    }
}

/* ---- all of it ---- */

/* Letters of the longest name of a line, for the legend. */
static size_t longest_label(const struct drawn_chart *drawn)
{
    size_t longest = 0;
    for (size_t i = 0; i < drawn->count; i++) {
        for (size_t k = 0; k < drawn->panels[i].count; k++) {
            size_t length = strlen(drawn->panels[i].lines[k].label);
            longest = length > longest ? length : longest;
        }
    }
    return longest;
}

/* Where on the axis a line ends, from 0 below to 1 above. */
static double end_of(const struct chart_panel *panel, const struct chart_line *line)
{
    double value = line->points[line->count - 1].middle;
    return panel->logarithmic ? log(value / panel->low) / log(panel->high / panel->low)
                              : (value - panel->low) / (panel->high - panel->low);
}

/* The places nearest to the ends of the lines that are so far apart. Names that would overlap move
 * as a group, around the middle of their lines. */
static void spread(const double *ends, const size_t *order, size_t count, double apart,
                   double *places)
{
    double sums[LABELS_MAX];
    size_t sizes[LABELS_MAX], groups = 0;
    for (size_t i = 0; i < count; i++) {
        sums[groups] = ends[order[i]] - (double)i * apart;
        sizes[groups++] = 1;
        while (groups > 1 && sums[groups - 1] / (double)sizes[groups - 1] <
                                 sums[groups - 2] / (double)sizes[groups - 2]) {
            sums[groups - 2] += sums[groups - 1];
            sizes[groups - 2] += sizes[groups - 1];
            groups--;
        }
    }
    for (size_t group = 0, i = 0; group < groups; group++) {
        double base = sums[group] / (double)sizes[group];
        base = fmax(0, fmin(base, 1 - (double)(count - 1) * apart));
        for (size_t k = 0; k < sizes[group]; k++, i++)
            places[i] = base + (double)i * apart;
    }
}

/* Behind the layout: for each line where its name stands, beside its end and clear of the others.
 */
static void add_label_places(const struct chart_panel *panel, char *layout, size_t size)
{
    double ends[LABELS_MAX], places[LABELS_MAX];
    size_t order[LABELS_MAX], count = panel->count;
    double apart = fmin(LABEL_APART, 1.0 / (double)count);
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        ends[i] = end_of(panel, &panel->lines[i]);
        for (; at > 0 && ends[i] < ends[order[at - 1]]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    spread(ends, order, count, apart, places);
    for (size_t line = 0; line < count; line++) {
        for (size_t i = 0; i < count; i++) {
            if (order[i] == line)
                format_add(layout, size, " %.4f", places[i]);
        }
    }
}

static int fill(struct curves *curves, const char *folder)
{
    struct chart *chart = curves->chart;
    struct drawn_chart *drawn = &chart->drawn;
    find_sweeps(curves);
    count_bound(curves);
    if (curves_add_panels(curves) < 0)
        return -ENOMEM;
    if (drawn->count == 0)
        return 0;
    chart->only_ratios = drawn->count == 1 && curves->figures[0].figure->ratio;
    if (drawn->count > 1)
        shorten_ticks(drawn);
    snprintf(chart->layout, sizeof chart->layout, "%zu %zu %d %zu %d", drawn->count,
             curves->columns, set_axes(curves), longest_label(drawn), curves->plan->linear);
    if (drawn->count == 1 && drawn->panels[0].count <= LABELS_MAX)
        add_label_places(&drawn->panels[0], chart->layout, sizeof chart->layout);
    int r = chart_write_lines(drawn, folder);
    return r < 0 ? r : chart_write_panels(drawn, folder);
}

int chart_curves(struct chart *chart, const struct curve_plan *plan, const char *folder)
{
    chart->drawn.kind = CHART_CURVES;
    struct curves *curves = calloc(1, sizeof *curves);
    if (curves == NULL)
        return -ENOMEM;
    curves->chart = chart;
    curves->plan = plan;
    curves->bands = plan->bands != NULL ? curves_metric(curves, plan->bands) : NULL;
    int r = fill(curves, folder);
    free(curves);
    return r;
}
