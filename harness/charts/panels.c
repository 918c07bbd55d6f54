/* Which panels a picture of curves has, and which lines are in each. */
#include "harness/charts/panels.h"

#include <math.h>
#include <string.h>

/* ---- points ---- */

bool panel_point(struct chart *chart, const struct panel *panel, const json_t *cell,
                 const char *subject, struct point *point)
{
    const struct curve_figure *figure = &panel->figure;
    const json_t *entry = figure->percent > 0
                              ? report_percentile(cell, figure->name, subject, figure->percent)
                              : report_entry(cell, "summary", figure->name, subject);
    bool pooled;
    if (entry != NULL) {
        chart_note_rounds(chart, entry);
        *point = (struct point){report_number(entry, "median"), report_number(entry, "ci_low"),
                                report_number(entry, "ci_high")};
    } else if (figure->percent > 0 &&
               report_percentile_value(cell, figure->name, subject, figure->percent, &point->middle,
                                       &pooled)) {
        point->low = point->high = point->middle;
        chart->has_pooled = true;
    } else {
        return false;
    }
    point->middle *= panel->scale;
    point->low *= panel->scale;
    point->high *= panel->scale;
    return true;
}

static bool has_points(struct curve_drawing *drawing, const struct panel *panel,
                       const struct sweep *sweep, const char *subject)
{
    struct chart unused = *drawing->chart;
    struct point point;
    for (size_t i = 0; i < sweep->count; i++) {
        if (panel_point(&unused, panel, sweep->cells[i], subject, &point))
            return true;
    }
    return false;
}

/* A percentile for the bands, of all rounds together; false: not resolved. */
bool panel_band(const struct curve_drawing *drawing, const struct panel *panel, const json_t *cell,
                const char *subject, double percent, double *value)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, "pooled"), i, entry)
    {
        if (report_number(entry, "percent") == percent &&
            strcmp(report_text(entry, "metric"), drawing->plan->bands) == 0 &&
            strcmp(report_text(entry, "subject"), subject) == 0) {
            *value = report_number(entry, "value") * panel->scale;
            return true;
        }
    }
    return false;
}

/* ---- panels ---- */

static const char *subject_at(const struct chart *chart, size_t index)
{
    return report_text(json_array_get(json_object_get(chart->run, "subjects"), index), "name");
}

static size_t subject_count(const struct chart *chart)
{
    return json_array_size(json_object_get(chart->run, "subjects"));
}

static bool is_drawn(const struct chart *chart, const char *subject)
{
    return chart_shows(chart, subject) && !chart_is_null(subject);
}

static struct panel *add_panel(struct curve_drawing *drawing, const struct curve_figure *figure)
{
    if (drawing->panel_count == PANELS_MAXIMUM)
        return NULL;
    struct panel *panel = &drawing->panels[drawing->panel_count++];
    const struct metric *metric = report_metric(drawing->chart->cell, figure->name);
    bool in_us = drawing->plan->in_us && strcmp(metric->unit, "ns") == 0;
    panel->figure = *figure;
    panel->unit = in_us ? "us" : metric->unit;
    panel->scale = in_us ? 1e-3 : 1;
    return panel;
}

static void add_curve(struct curve_drawing *drawing, struct panel *panel, const struct sweep *sweep,
                      const char *subject, const char *label, int style)
{
    if (panel->count == CURVES_MAXIMUM || !has_points(drawing, panel, sweep, subject))
        return;
    struct curve *curve = &panel->curves[panel->count++];
    *curve = (struct curve){.subject = subject, .sweep = sweep, .style = style};
    if (label != NULL)
        snprintf(curve->label, sizeof curve->label, "%s", label);
    else
        chart_label(drawing->chart, subject, curve->label, sizeof curve->label);
}

/* "queue_wait p99 (us)": the unit stands behind the name, unless it is part of it. A comma would
 * end the field for gnuplot, quoted or not. */
static void title_of_figure(struct panel *panel)
{
    const struct curve_figure *figure = &panel->figure;
    size_t length = strlen(figure->name);
    char percent[24] = "";
    if (length > 3 && strcmp(figure->name + length - 3, "_ns") == 0)
        length -= 3;
    if (figure->percent > 0)
        snprintf(percent, sizeof percent, " p%g", figure->percent);
    int written =
        snprintf(panel->title, sizeof panel->title, "%.*s%s", (int)length, figure->name, percent);
    if (*panel->unit != '\0' && strstr(figure->name, "_per_") == NULL)
        snprintf(panel->title + written, sizeof panel->title - (size_t)written, " (%s)",
                 panel->unit);
}

/* A panel for each figure, with a line for each subject or, of one subject, for each value. */
static void add_figures(struct curve_drawing *drawing)
{
    const struct curve_plan *plan = drawing->plan;
    size_t room = sizeof plan->figures / sizeof plan->figures[0];
    for (size_t k = 0; k < room && plan->figures[k].name != NULL; k++) {
        struct panel *panel = add_panel(drawing, &plan->figures[k]);
        if (panel == NULL)
            return;
        title_of_figure(panel);
        for (size_t i = 0; i < drawing->sweep_count && plan->lines != NULL; i++) {
            char label[LABEL_BYTES], value[40];
            const json_t *params = json_object_get(drawing->sweeps[i].cells[0], "params");
            snprintf(label, sizeof label, "%s=%s", plan->lines,
                     report_param(json_object_get(params, plan->lines), value, sizeof value));
            add_curve(drawing, panel, &drawing->sweeps[i], drawing->chart->subject, label,
                      chart_value_style(i));
        }
        for (size_t i = 0; i < subject_count(drawing->chart) && plan->lines == NULL; i++) {
            const char *subject = subject_at(drawing->chart, i);
            if (is_drawn(drawing->chart, subject))
                add_curve(drawing, panel, &drawing->sweeps[0], subject, NULL,
                          chart_style(drawing->chart->run, subject));
        }
        panel->place = drawing->panel_count - 1;
        drawing->panel_count -= panel->count == 0;
    }
    size_t count = drawing->panel_count;
    drawing->columns = count == 4 ? 2 : count < 3 ? count : 3;
}

/* A panel for one subject, with the reference in it. */
static void add_subject(struct curve_drawing *drawing, const struct sweep *sweep,
                        const char *subject)
{
    char label[LABEL_BYTES], value[40];
    const struct curve_plan *plan = drawing->plan;
    struct panel *panel = add_panel(drawing, &plan->figures[0]);
    if (panel == NULL)
        return;
    add_curve(drawing, panel, sweep, subject, "median with 99 % interval", 41);
    if (panel->count == 0) {
        drawing->panel_count--;
        return;
    }
    const json_t *params = json_object_get(sweep->cells[0], "params");
    printable(panel->title, REPORT_NAME_BYTES, subject);
    snprintf(panel->side, sizeof panel->side, "late (%s) at %s=%s", panel->unit, plan->rows,
             report_param(json_object_get(params, plan->rows), value, sizeof value));
    snprintf(label, sizeof label, "%s median", plan->reference);
    add_curve(drawing, panel, sweep, plan->reference, label, 42);
}

/* Subjects side by side, in the same order for each value, which begins a new line. Evenly over
 * several lines when they are many. */
static void add_rows(struct curve_drawing *drawing)
{
    const struct chart *chart = drawing->chart;
    size_t begins[VALUES_MAXIMUM + 1] = {0}, most = 1;
    for (size_t i = 0; i < drawing->sweep_count; i++) {
        for (size_t k = 0; k < subject_count(chart); k++) {
            const char *subject = subject_at(chart, k);
            if (is_drawn(chart, subject) && strcmp(subject, drawing->plan->reference) != 0)
                add_subject(drawing, &drawing->sweeps[i], subject);
        }
        begins[i + 1] = drawing->panel_count;
        most = begins[i + 1] - begins[i] > most ? begins[i + 1] - begins[i] : most;
    }
    size_t lines = (most + COLUMNS_OF_SUBJECTS - 1) / COLUMNS_OF_SUBJECTS;
    drawing->columns = (most + lines - 1) / lines;
    for (size_t i = 0; i < drawing->sweep_count; i++) {
        for (size_t k = begins[i]; k < begins[i + 1]; k++)
            drawing->panels[k].place = i * lines * drawing->columns + k - begins[i];
    }
}

static void find_sweeps(struct curve_drawing *drawing)
{
    const struct chart *chart = drawing->chart;
    const json_t *cells = json_object_get(chart->run, "cells");
    if (chart->other != NULL)
        sweep_find(cells, chart->cell, chart->other, &drawing->values);
    else
        drawing->values = (struct sweep){.cells = {chart->cell}, .count = 1};
    for (size_t i = 0; i < drawing->values.count && i < VALUES_MAXIMUM; i++)
        sweep_find(cells, drawing->values.cells[i], chart->parameter,
                   &drawing->sweeps[drawing->sweep_count++]);
}

static void count_bound(struct curve_drawing *drawing)
{
    struct chart *chart = drawing->chart;
    unsigned trials;
    for (size_t i = 0; i < drawing->sweep_count; i++) {
        for (size_t k = 0; k < drawing->sweeps[i].count; k++)
            chart->bound += report_bound_trials(drawing->sweeps[i].cells[k],
                                                drawing->plan->figures[0].name, &trials);
    }
}

void panels_fill(struct curve_drawing *drawing)
{
    find_sweeps(drawing);
    count_bound(drawing);
    if (drawing->plan->rows != NULL)
        add_rows(drawing);
    else
        add_figures(drawing);
}

/* ---- axes ---- */

static void find_range(struct curve_drawing *drawing, struct panel *panel)
{
    panel->low = INFINITY;
    panel->high = -INFINITY;
    for (size_t i = 0; i < panel->count; i++) {
        const struct curve *curve = &panel->curves[i];
        for (size_t k = 0; k < curve->sweep->count; k++) {
            const json_t *cell = curve->sweep->cells[k];
            struct point point;
            double band;
            if (!panel_point(drawing->chart, panel, cell, curve->subject, &point))
                continue;
            panel->low = fmin(panel->low, point.low);
            panel->high = fmax(panel->high, point.high);
            if (drawing->plan->bands != NULL &&
                panel_band(drawing, panel, cell, curve->subject, 99, &band))
                panel->high = fmax(panel->high, band);
        }
    }
}

/* Panels in one unit have one axis, so that they can be compared. Returns whether all do. */
bool panels_set_ranges(struct curve_drawing *drawing)
{
    bool shared = true;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < drawing->panel_count; i++) {
        struct panel *panel = &drawing->panels[i];
        find_range(drawing, panel);
        low = fmin(low, panel->low);
        high = fmax(high, panel->high);
        shared &= strcmp(panel->unit, drawing->panels[0].unit) == 0;
    }
    for (size_t i = 0; i < drawing->panel_count; i++) {
        struct panel *panel = &drawing->panels[i];
        if (shared) {
            panel->low = low;
            panel->high = high;
        }
        panel->logarithmic =
            chart_curve_range(&panel->low, &panel->high, panel->figure.logarithmic);
    }
    return shared;
}
