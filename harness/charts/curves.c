/* The data of curves: panels of lines over a parameter. What is a panel and what is a line is the
 * plan's to say: subjects, values of a second parameter, or metrics. */
#include "harness/charts/panels.h"
#include "harness/report/csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Logarithmic, with 0 a short step left of the smallest other value; or as they are. */
static double position_of(const struct curve_drawing *drawing, double value)
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
static void write_tick(const struct curve_drawing *drawing, struct csv *csv, const json_t *cell)
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

static void write_bands(struct curve_drawing *drawing, struct csv *csv, const struct panel *panel,
                        const struct curve *curve, const json_t *cell)
{
    static const double percents[] = {90, 99};
    for (size_t i = 0; i < 2; i++) {
        double value;
        if (drawing->plan->bands != NULL && curve == &panel->curves[0] &&
            panel_band(drawing, panel, cell, curve->subject, percents[i], &value)) {
            csv_number(csv, value);
            drawing->chart->has_bands = true;
        } else {
            csv_text(csv, "");
        }
    }
}

static void write_curve(struct curve_drawing *drawing, struct csv *csv, const struct panel *panel,
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
        if (!panel_point(chart, panel, cell, curve->subject, &point))
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
static int write_panels(struct curve_drawing *drawing, const char *folder, char *problem)
{
    char name[240];
    struct csv csv;
    size_t first = 0;
    snprintf(name, sizeof name, "%s-panels.csv", drawing->chart->name);
    int result =
        csv_open(&csv, folder, name, "title,side,low,high,logarithmic,first,count,place", problem);
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
        csv_number(&csv, (double)panel->place);
        csv_end_row(&csv);
        first += panel->count;
    }
    return csv_close(&csv);
}

static int write_all(struct curve_drawing *drawing, const char *folder, char *problem)
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

static int draw(struct curve_drawing *drawing, const char *folder, char *problem)
{
    panels_fill(drawing);
    if (drawing->panel_count == 0)
        return 0;
    bool shared = panels_set_ranges(drawing);
    int result = write_all(drawing, folder, problem);
    size_t longest = 0;
    for (size_t i = 0; i < drawing->panel_count; i++) {
        for (size_t k = 0; k < drawing->panels[i].count; k++) {
            size_t length = strlen(drawing->panels[i].curves[k].label);
            longest = length > longest ? length : longest;
        }
    }
    snprintf(drawing->chart->range, sizeof drawing->chart->range, "%zu %zu %d %zu %d",
             drawing->panel_count, drawing->columns, shared, longest, drawing->plan->linear);
    return result;
}

int chart_curves(struct chart *chart, const struct curve_plan *plan, const char *folder,
                 char *problem)
{
    struct curve_drawing *drawing = calloc(1, sizeof *drawing);
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
