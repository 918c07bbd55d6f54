/* The data of curves: panels of lines over a parameter. What is a panel and what is a line is the
 * plan's to say: subjects, values of a second parameter, or metrics. */
#include "harness/charts.h"
#include "harness/report_csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    struct curve_figure figure;
    const char *unit; /* on the axis */
    double scale;     /* from the metric's unit to that */
    struct curve curves[CURVES_MAXIMUM];
    size_t count;
    double low, high;
    bool logarithmic;
};

struct drawing {
    struct chart *chart;
    const struct curve_plan *plan;
    struct sweep values;                 /* of the plan's lines or rows; else the cell alone */
    struct sweep sweeps[VALUES_MAXIMUM]; /* through each of those, over the parameter of the axis */
    size_t sweep_count;
    struct panel *panels;
    size_t panel_count, columns;
};

/* ---- points ---- */

struct point {
    double middle, low, high; /* without an interval all three are one */
};

static bool find_point(struct chart *chart, const struct panel *panel, const json_t *cell,
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

static bool has_points(struct drawing *drawing, const struct panel *panel,
                       const struct sweep *sweep, const char *subject)
{
    struct chart unused = *drawing->chart;
    struct point point;
    for (size_t i = 0; i < sweep->count; i++) {
        if (find_point(&unused, panel, sweep->cells[i], subject, &point))
            return true;
    }
    return false;
}

/* A percentile for the bands, of all rounds together; false: not resolved. */
static bool find_band(const struct drawing *drawing, const struct panel *panel, const json_t *cell,
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

static struct panel *add_panel(struct drawing *drawing, const struct curve_figure *figure)
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

static void add_curve(struct drawing *drawing, struct panel *panel, const struct sweep *sweep,
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

/* "queue_wait p99 (us)": the unit stands behind the name, not in it. A comma would end the field
 * for gnuplot, quoted or not. */
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
    if (*panel->unit != '\0')
        snprintf(panel->title + written, sizeof panel->title - (size_t)written, " (%s)",
                 panel->unit);
}

/* A panel for each figure, with a line for each subject or, of one subject, for each value. */
static void add_figures(struct drawing *drawing)
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
    }
}

/* A panel for one subject, with the reference in it. */
static void add_subject(struct drawing *drawing, const struct sweep *sweep, const char *subject)
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

/* Rows by value, subjects side by side in the same order in each. */
static void add_rows(struct drawing *drawing)
{
    const struct chart *chart = drawing->chart;
    for (size_t i = 0; i < drawing->sweep_count; i++) {
        size_t before = drawing->panel_count;
        for (size_t k = 0; k < subject_count(chart); k++) {
            const char *subject = subject_at(chart, k);
            if (is_drawn(chart, subject) && strcmp(subject, drawing->plan->reference) != 0)
                add_subject(drawing, &drawing->sweeps[i], subject);
        }
        size_t added = drawing->panel_count - before;
        drawing->columns = added > drawing->columns ? added : drawing->columns;
    }
    if (drawing->columns > COLUMNS_OF_SUBJECTS)
        drawing->columns = COLUMNS_OF_SUBJECTS;
}

/* ---- axes ---- */

static void find_range(struct drawing *drawing, struct panel *panel)
{
    panel->low = INFINITY;
    panel->high = -INFINITY;
    for (size_t i = 0; i < panel->count; i++) {
        const struct curve *curve = &panel->curves[i];
        for (size_t k = 0; k < curve->sweep->count; k++) {
            const json_t *cell = curve->sweep->cells[k];
            struct point point;
            double band;
            if (!find_point(drawing->chart, panel, cell, curve->subject, &point))
                continue;
            panel->low = fmin(panel->low, point.low);
            panel->high = fmax(panel->high, point.high);
            if (drawing->plan->bands != NULL &&
                find_band(drawing, panel, cell, curve->subject, 99, &band))
                panel->high = fmax(panel->high, band);
        }
    }
}

/* Panels in one unit have one axis, so that they can be compared. Returns whether all do. */
static bool set_ranges(struct drawing *drawing)
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
        panel->logarithmic = chart_curve_range(&panel->low, &panel->high);
    }
    return shared;
}

/* Logarithmic, with 0 a short step left of the smallest other value; or as they are. */
static double position_of(const struct drawing *drawing, double value)
{
    const struct sweep *sweep = &drawing->sweeps[0];
    double smallest = INFINITY;
    if (drawing->plan->linear)
        return value;
    for (size_t i = 0; i < sweep->count; i++) {
        double other = sweep_value(sweep->cells[i], drawing->plan->parameter);
        if (other > 0)
            smallest = fmin(smallest, other);
    }
    if (value > 0)
        return log10(value);
    return isfinite(smallest) ? log10(smallest) - 0.6 : 0;
}

/* "1k" for 1000 where there are several panels and little room. */
static void write_tick(const struct drawing *drawing, struct csv *csv, const json_t *cell)
{
    char tick[40];
    const json_t *params = json_object_get(cell, "params");
    const json_t *value = json_object_get(params, drawing->plan->parameter);
    double number = json_number_value(value);
    if (drawing->panel_count > 1 && number >= 1e6 && fmod(number, 1e5) == 0)
        snprintf(tick, sizeof tick, "%gM", number / 1e6);
    else if (drawing->panel_count > 1 && number >= 1e3 && fmod(number, 100) == 0)
        snprintf(tick, sizeof tick, "%gk", number / 1e3);
    else
        report_param(value, tick, sizeof tick);
    csv_text(csv, tick);
}

/* ---- writing ---- */

static void write_header(struct csv *csv, const char *label, bool is_first)
{
    const char *names[] = {"position", label, "ci_low", "ci_high", "tick", "p90", "p99", "knee"};
    if (!is_first)
        fputs("\n\n", csv->file); /* gnuplot's sign for the next series */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        csv_text(csv, names[i]);
    csv_end_row(csv);
}

static void write_bands(struct drawing *drawing, struct csv *csv, const struct panel *panel,
                        const struct curve *curve, const json_t *cell)
{
    static const double percents[] = {90, 99};
    for (size_t i = 0; i < 2; i++) {
        double value;
        if (drawing->plan->bands != NULL && curve == &panel->curves[0] &&
            find_band(drawing, panel, cell, curve->subject, percents[i], &value)) {
            csv_number(csv, value);
            drawing->chart->has_bands = true;
        } else {
            csv_text(csv, "");
        }
    }
}

static void write_curve(struct drawing *drawing, struct csv *csv, const struct panel *panel,
                        const struct curve *curve)
{
    struct chart *chart = drawing->chart;
    struct knee knee = {0};
    bool has_knee =
        drawing->plan->has_knee && sweep_knee(curve->sweep, curve->subject, &knee) && knee.found;
    write_header(csv, curve->label, chart->series == 0);
    chart_add_style(chart, curve->style);
    for (size_t i = 0; i < curve->sweep->count; i++) {
        const json_t *cell = curve->sweep->cells[i];
        struct point point;
        if (!find_point(chart, panel, cell, curve->subject, &point))
            continue;
        bool is_knee = has_knee && knee.carried == i;
        csv_number(csv, position_of(drawing, sweep_value(cell, drawing->plan->parameter)));
        csv_number(csv, point.middle);
        csv_number(csv, point.low);
        csv_number(csv, point.high);
        write_tick(drawing, csv, cell);
        write_bands(drawing, csv, panel, curve, cell);
        csv_number(csv, is_knee);
        csv_end_row(csv);
        chart->has_knee |= is_knee;
    }
}

/* One line for the script on each panel: its title, its axis, and which series are in it. */
static int write_panels(struct drawing *drawing, const char *folder, char *problem)
{
    char name[240];
    struct csv csv;
    size_t first = 0;
    snprintf(name, sizeof name, "%s-panels.csv", drawing->chart->name);
    int result =
        csv_open(&csv, folder, name, "title,side,low,high,logarithmic,first,count", problem);
    if (result < 0)
        return result;
    for (size_t i = 0; i < drawing->panel_count; i++) {
        const struct panel *panel = &drawing->panels[i];
        csv_text(&csv, panel->title);
        csv_text(&csv, panel->side);
        csv_number(&csv, panel->low);
        csv_number(&csv, panel->high);
        csv_number(&csv, panel->logarithmic);
        csv_number(&csv, (double)first);
        csv_number(&csv, (double)panel->count);
        csv_end_row(&csv);
        first += panel->count;
    }
    return csv_close(&csv);
}

static int write_all(struct drawing *drawing, const char *folder, char *problem)
{
    char name[240];
    struct csv csv;
    snprintf(name, sizeof name, "%s.csv", drawing->chart->name);
    int result = csv_open(&csv, folder, name, NULL, problem);
    if (result < 0)
        return result;
    for (size_t i = 0; i < drawing->panel_count; i++) {
        for (size_t k = 0; k < drawing->panels[i].count; k++)
            write_curve(drawing, &csv, &drawing->panels[i], &drawing->panels[i].curves[k]);
    }
    result = csv_close(&csv);
    return result == 0 ? write_panels(drawing, folder, problem) : result;
}

/* ---- all of it ---- */

static void find_sweeps(struct drawing *drawing)
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

static void count_bound(struct drawing *drawing)
{
    struct chart *chart = drawing->chart;
    unsigned trials;
    for (size_t i = 0; i < drawing->sweep_count; i++) {
        for (size_t k = 0; k < drawing->sweeps[i].count; k++)
            chart->bound += report_bound_trials(drawing->sweeps[i].cells[k],
                                                drawing->plan->figures[0].name, &trials);
    }
}

static int draw(struct drawing *drawing, const char *folder, char *problem)
{
    find_sweeps(drawing);
    count_bound(drawing);
    if (drawing->plan->rows != NULL)
        add_rows(drawing);
    else
        add_figures(drawing);
    size_t kept = 0;
    for (size_t i = 0; i < drawing->panel_count; i++) {
        if (drawing->panels[i].count > 0)
            drawing->panels[kept++] = drawing->panels[i];
    }
    drawing->panel_count = kept;
    if (kept == 0)
        return 0;
    if (drawing->columns == 0)
        drawing->columns = kept == 4 ? 2 : kept < 3 ? kept : 3;
    bool shared = set_ranges(drawing);
    int result = write_all(drawing, folder, problem);
    size_t longest = 0;
    for (size_t i = 0; i < kept; i++) {
        for (size_t k = 0; k < drawing->panels[i].count; k++) {
            size_t length = strlen(drawing->panels[i].curves[k].label);
            longest = length > longest ? length : longest;
        }
    }
    snprintf(drawing->chart->range, sizeof drawing->chart->range, "%zu %zu %d %zu %d", kept,
             drawing->columns, shared, longest, drawing->plan->linear);
    return result;
}

int chart_curves(struct chart *chart, const struct curve_plan *plan, const char *folder,
                 char *problem)
{
    struct drawing *drawing = calloc(1, sizeof *drawing);
    struct panel *panels = calloc(PANELS_MAXIMUM, sizeof *panels);
    int result = -ENOMEM;
    if (drawing != NULL && panels != NULL) {
        drawing->chart = chart;
        drawing->plan = plan;
        drawing->panels = panels;
        result = draw(drawing, folder, problem);
    } else {
        snprintf(problem, PROBLEM_BYTES, "no memory for the chart %s", chart->name);
    }
    free(panels);
    free(drawing);
    return result;
}
