/* Which panels a picture of curves has, and which lines are in each. */
#include "harness/base/printable.h"
#include "harness/charts/curves.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS_OF_SUBJECTS = 6, TITLE_BYTES = 32 };

/* Line styles of scripts/plots/style.gp: the subject of a panel of its own, and the reference. */
enum { STYLE_SUBJECT = 41, STYLE_REFERENCE = 42 };

static int add_subject_line(struct curves *curves, struct chart_panel *panel,
                            const struct panel_figure *shown, const struct sweep *sweep,
                            size_t subject)
{
    char label[CHART_LABEL_BYTES];
    return curves_add_line(curves, panel, shown, sweep, subject,
                           chart_label(curves->chart, subject, label, sizeof label),
                           chart_style(curves->chart, subject));
}

/* ---- panels ---- */

static bool is_drawn(const struct chart *chart, size_t subject)
{
    return chart_shows(chart, subject) && !chart_is_null(chart, subject);
}

/* *panel NULL: there are as many as a picture has room for. 0 or -ENOMEM. */
static int add_panel(struct curves *curves, const struct curve_figure *figure,
                     struct chart_panel **panel)
{
    struct drawn_chart *drawn = &curves->chart->drawn;
    *panel = NULL;
    if (drawn->count == CURVES_PANELS_MAX)
        return 0;
    struct panel_figure *shown = &curves->figures[drawn->count];
    const struct metric *metric = curves_metric(curves, figure->name);
    bool in_us = curves->plan->in_us && strcmp(metric->unit, "ns") == 0;
    *shown = (struct panel_figure){
        .figure = figure,
        .metric = metric,
        .unit = figure->ratio ? "ratio"
                : in_us       ? "us"
                              : metric->unit,
        .scale = in_us ? 1e-3 : 1,
    };
    *panel = chart_add_panel(drawn);
    return *panel != NULL ? 0 : -ENOMEM;
}

/* "queue_wait p99 (us)": the unit stands behind the name, unless it is part of it. A comma would
 * end the field for gnuplot, quoted or not. */
static void set_title(struct chart_panel *panel, const struct panel_figure *shown,
                      const char *baseline)
{
    const struct curve_figure *figure = shown->figure;
    size_t length = strlen(figure->name);
    char percent[24] = "", unit[40] = "";
    if (length > 3 && strcmp(figure->name + length - 3, "_ns") == 0)
        length -= 3;
    if (figure->percent > 0)
        snprintf(percent, sizeof percent, " p%g", figure->percent);
    if (*shown->unit != '\0' && strstr(figure->name, "_per_") == NULL)
        snprintf(unit, sizeof unit, " (%s)", shown->unit);
    if (figure->ratio)
        snprintf(panel->title, sizeof panel->title, "%.*s%s: ratio to %s", (int)length,
                 figure->name, percent, baseline);
    else
        snprintf(panel->title, sizeof panel->title, "%.*s%s%s", (int)length, figure->name, percent,
                 unit);
}

/* A panel with a line for each subject or, of one subject, for each value. */
static int add_figure(struct curves *curves, const struct curve_figure *figure)
{
    const struct curve_plan *plan = curves->plan;
    const struct run *run = curves->chart->run;
    struct drawn_chart *drawn = &curves->chart->drawn;
    struct chart_panel *panel;
    char name[64];
    int r = add_panel(curves, figure, &panel);
    if (r < 0 || panel == NULL)
        return r;
    const struct panel_figure *shown = &curves->figures[drawn->count - 1];
    panel->place = drawn->count - 1;
    set_title(panel, shown,
              curves->chart->baseline != SUBJECT_NONE
                  ? chart_label_short(curves->chart, curves->chart->baseline, name, sizeof name)
                  : "");
    for (size_t i = 0; i < curves->sweep_count && plan->lines != NULL && r == 0; i++) {
        char label[CHART_LABEL_BYTES], value[CHART_TICK_BYTES];
        const struct cell *cell = &run->cells[curves->sweeps[i].cells[0]].cell;
        value_print(named_values_find(&cell->params, "", plan->lines), value, sizeof value);
        snprintf(label, sizeof label, "%s=%s", plan->lines, value);
        r = curves_add_line(curves, panel, shown, &curves->sweeps[i], curves->chart->subject, label,
                            chart_value_style(i));
    }
    for (size_t i = 0; i < run->subject_count && plan->lines == NULL && r == 0; i++) {
        if (is_drawn(curves->chart, i))
            r = add_subject_line(curves, panel, shown, &curves->sweeps[0], i);
    }
    if (panel->count == 0)
        chart_drop_panel(drawn);
    return r;
}

static int add_figures(struct curves *curves)
{
    const struct curve_plan *plan = curves->plan;
    size_t room = sizeof plan->figures / sizeof plan->figures[0];
    int r = 0;
    for (size_t i = 0; i < room && plan->figures[i].name != NULL && r == 0; i++)
        r = add_figure(curves, &plan->figures[i]);
    size_t count = curves->chart->drawn.count;
    curves->columns = count == 4 ? 2 : count < 3 ? count : 3;
    return r;
}

/* A panel for one subject, with the reference in it. */
static int add_subject(struct curves *curves, const struct sweep *sweep, size_t subject,
                       size_t reference)
{
    char label[CHART_LABEL_BYTES], value[CHART_TICK_BYTES];
    const struct curve_plan *plan = curves->plan;
    struct drawn_chart *drawn = &curves->chart->drawn;
    struct chart_panel *panel;
    int r = add_panel(curves, &plan->figures[0], &panel);
    if (r < 0 || panel == NULL)
        return r;
    const struct panel_figure *shown = &curves->figures[drawn->count - 1];
    r = curves_add_line(curves, panel, shown, sweep, subject, "median with 99 % interval",
                        STYLE_SUBJECT);
    if (r < 0)
        return r;
    if (panel->count == 0) {
        chart_drop_panel(drawn);
        return 0;
    }
    const struct cell *cell = &curves->chart->run->cells[sweep->cells[0]].cell;
    printable(panel->title, TITLE_BYTES, chart_subject(curves->chart, subject));
    value_print(named_values_find(&cell->params, "", plan->rows), value, sizeof value);
    snprintf(panel->side, sizeof panel->side, "late (%s) at %s=%s", shown->unit, plan->rows, value);
    snprintf(label, sizeof label, "%s median", plan->reference);
    return reference == SUBJECT_NONE
               ? 0
               : curves_add_line(curves, panel, shown, sweep, reference, label, STYLE_REFERENCE);
}

/* Subjects side by side, in the same order for each value, which begins a new line. Evenly over
 * several lines when they are many. */
static int add_rows(struct curves *curves)
{
    const struct chart *chart = curves->chart;
    struct drawn_chart *drawn = &curves->chart->drawn;
    size_t begins[CURVES_VALUES_MAX + 1] = {0}, most = 1;
    size_t reference = run_find_subject(chart->run, curves->plan->reference);
    int r = 0;
    for (size_t i = 0; i < curves->sweep_count; i++) {
        for (size_t k = 0; k < chart->run->subject_count && r == 0; k++) {
            if (is_drawn(chart, k) && k != reference)
                r = add_subject(curves, &curves->sweeps[i], k, reference);
        }
        begins[i + 1] = drawn->count;
        most = begins[i + 1] - begins[i] > most ? begins[i + 1] - begins[i] : most;
    }
    size_t lines = (most + COLUMNS_OF_SUBJECTS - 1) / COLUMNS_OF_SUBJECTS;
    curves->columns = (most + lines - 1) / lines;
    for (size_t i = 0; i < curves->sweep_count; i++) {
        for (size_t k = begins[i]; k < begins[i + 1]; k++)
            drawn->panels[k].place = i * lines * curves->columns + k - begins[i];
    }
    return r;
}

int curves_add_panels(struct curves *curves)
{
    return curves->plan->rows != NULL ? add_rows(curves) : add_figures(curves);
}
