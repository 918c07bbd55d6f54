/* Which charts a run has. A mode that is read as curves has those of its plan, and nothing else,
 * once its parameter takes three values. Any other cell has its main metric, drawn as dots, or as
 * curves over a parameter with three values; and every histogram by percentile. */
#include "harness/charts/charts.h"
#include "harness/charts/gnuplot.h"
#include "harness/analysis/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SWEEP_MINIMUM 3     /* two points are no curve */
#define CHARTS_OF_A_MODE 12 /* more nobody looks at; every figure is in the CSV files */

static const struct curve_plan plans[] = {
    {
        .workload = "pool",
        .mode = "saturate",
        .title = "what is delivered, and how long jobs wait, as the load rises",
        .parameter = "load",
        .axis = "offered load, as a share of capacity",
        .linear = true,
        .figures = {{"jobs_per_s", 0, false}, {"queue_wait_ns", 99, true}},
        .lines = "threads",
        .in_us = true,
        .has_knee = true,
    },
    {
        .workload = "timer",
        .mode = "accuracy",
        .title = "how late timers are, by their interval",
        .parameter = "interval_us",
        .axis = "interval, us",
        .figures = {{"lateness_p50_ns", 0, true}},
        .rows = "slack",
        .reference = "floor:nanosleep",
        .bands = "lateness_ns",
        .in_us = true,
    },
    {
        .workload = "timer",
        .mode = "scale",
        .title = "what an operation on a timer costs, by the number of timers",
        .parameter = "timers",
        .axis = "timers (logarithmic)",
        .figures = {{"ns_per_start", 0, true},
                    {"ns_per_cancel", 0, true},
                    {"ns_per_restart", 0, true},
                    {"ns_per_fire", 0, true},
                    {"ns_per_start_and_fire", 0, true}},
    },
};

struct drawing {
    const json_t *run;
    const json_t *cells;
    char charts_folder[PATH_BYTES];
    char plots_folder[PATH_BYTES];
    const struct gnuplot_terminal *terminal; /* NULL: into files */
    char *problem;
    size_t drawn; /* of the mode at hand */
    struct chart_list *list;
};

static const struct curve_plan *find_plan(const json_t *cell)
{
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        if (strcmp(plans[i].workload, report_text(cell, "workload")) == 0 &&
            strcmp(plans[i].mode, report_text(cell, "mode")) == 0)
            return &plans[i];
    }
    return NULL;
}

/* The sweep of a number; of a word there is no curve. */
static size_t find_sweep(const struct drawing *drawing, const json_t *cell, const char *parameter,
                         struct sweep *sweep)
{
    if (!json_is_number(json_object_get(json_object_get(cell, "params"), parameter)))
        return 0;
    sweep_find(drawing->cells, cell, parameter, sweep);
    return sweep->count;
}

/* Dots are drawn for cells that are in no sweep, and for the one where all sweeps start. */
static bool is_base(const struct drawing *drawing, const json_t *cell)
{
    struct sweep sweep;
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(cell, "params"), name, value)
    {
        if (find_sweep(drawing, cell, name, &sweep) >= SWEEP_MINIMUM && sweep.cells[0] != cell)
            return false;
    }
    return true;
}

/* Whether one more chart of the mode may be drawn; counts it either way. */
static bool may_draw(struct drawing *drawing)
{
    bool may = drawing->drawn < CHARTS_OF_A_MODE;
    drawing->drawn += may;
    drawing->list->left_out += !may;
    return may;
}

static int list_chart(struct drawing *drawing, const struct chart *chart, const char *title)
{
    struct chart_list *list = drawing->list;
    struct drawn_chart *charts = realloc(list->charts, (list->count + 1) * sizeof list->charts[0]);
    if (charts == NULL) {
        snprintf(drawing->problem, PROBLEM_BYTES, "no memory for the chart %s", chart->name);
        return -ENOMEM;
    }
    list->charts = charts;
    struct drawn_chart *added = &charts[list->count++];
    added->cell = chart->cell;
    added->parameter = chart->parameter;
    added->metric = chart->metric;
    snprintf(added->name, sizeof added->name, "%s", chart->name);
    snprintf(added->title, sizeof added->title, "%s", title);
    return 0;
}

/* On a terminal the words stand above and below the picture, as wide as the tables are. */
static void print_above(const struct chart_texts *texts)
{
    const char *const lines[] = {texts->title, texts->subtitle, texts->note, texts->remark};
    putchar('\n');
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (*lines[i] != '\0')
            report_print_wrapped(stdout, 2, lines[i]);
    }
    fflush(stdout);
}

static void print_below(struct chart_texts *texts)
{
    for (char *at = texts->caption; *at != '\0'; at++)
        *at = *at == '\n' ? ' ' : *at;
    report_print_wrapped(stdout, 2, texts->caption);
    fflush(stdout);
}

static int run_script(struct drawing *drawing, const struct chart *chart, const char *script,
                      bool is_latency, const struct curve_plan *plan)
{
    /* A leading "./" or "/": gnuplot takes file names that start with '|' or '<' for commands. */
    char stem[PATH_BYTES + 240];
    struct chart_texts texts;
    bool prints = drawing->terminal != NULL;
    snprintf(stem, sizeof stem, "%s%s/%s", drawing->charts_folder[0] == '/' ? "" : "./",
             drawing->charts_folder, chart->name);
    struct chart shown = *chart;
    shown.has_bands &= !prints; /* characters cannot be shaded */
    chart_fill_texts(&texts, &shown, plan, !prints && strcmp(script, "dots.gp") == 0, is_latency);
    const char *arguments[] = {stem,
                               prints ? "" : texts.title,
                               prints ? "" : texts.subtitle,
                               plan == NULL ? texts.axis
                               : prints     ? ""
                                            : texts.remark,
                               prints ? "" : texts.caption,
                               prints ? "" : texts.note,
                               chart->styles,
                               chart->range,
                               texts.parameter,
                               NULL};
    if (prints)
        print_above(&texts);
    int result =
        gnuplot_run(drawing->plots_folder, script, drawing->terminal, arguments, drawing->problem);
    if (prints && result == 0)
        print_below(&texts);
    return result < 0 ? result : list_chart(drawing, chart, texts.title);
}

static int draw_dots(struct drawing *drawing, const json_t *cell, bool ladder)
{
    struct chart chart = {.run = drawing->run, .cell = cell, .ladder = ladder};
    chart.metric = report_main_metric(cell);
    if (chart.metric == NULL)
        return 0;
    chart_set_name(&chart);
    int result = chart_dots(&chart, drawing->charts_folder, drawing->problem);
    if (result < 0 || chart.series == 0)
        return result;
    return run_script(drawing, &chart, "dots.gp", false, NULL);
}

static bool has_percentiles(const json_t *cell, const char *metric)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, "percentiles"), i, entry)
    {
        if (strcmp(report_text(entry, "metric"), metric) == 0)
            return true;
    }
    return false;
}

static int draw_percentiles(struct drawing *drawing, const json_t *cell)
{
    for (const struct metric *metric = report_next_metric(cell, NULL); metric != NULL;
         metric = report_next_metric(cell, metric)) {
        struct chart chart = {.run = drawing->run, .cell = cell, .metric = metric};
        if (!has_percentiles(cell, metric->name) || !may_draw(drawing))
            continue;
        chart_set_name(&chart);
        int result = chart_percentiles(&chart, drawing->charts_folder, drawing->problem);
        if (result == 0 && chart.series > 0)
            result = run_script(drawing, &chart, "percentiles.gp", true, NULL);
        if (result < 0)
            return result;
    }
    return 0;
}

static int draw_curves(struct drawing *drawing, struct chart *chart, const struct curve_plan *plan)
{
    chart->metric = report_metric(chart->cell, plan->figures[0].name);
    chart_set_name(chart);
    int result = chart_curves(chart, plan, drawing->charts_folder, drawing->problem);
    if (result < 0 || chart->series == 0)
        return result;
    return run_script(drawing, chart, "curves.gp", false, plan);
}

/* One chart for each parameter swept through this cell, drawn when the cell is the first of the
 * sweep. */
static int draw_sweeps(struct drawing *drawing, const json_t *cell)
{
    const struct metric *metric = report_main_metric(cell);
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(cell, "params"), name, value)
    {
        char axis[80], clean[60];
        struct sweep sweep;
        if (metric == NULL || find_sweep(drawing, cell, name, &sweep) < SWEEP_MINIMUM ||
            sweep.cells[0] != cell || !may_draw(drawing))
            continue;
        snprintf(axis, sizeof axis, "%s (logarithmic)", printable(clean, sizeof clean, name));
        struct chart chart = {.run = drawing->run, .cell = cell, .parameter = name};
        struct curve_plan plan = {
            .parameter = name, .axis = axis, .figures = {{metric->name, 0, false}}};
        int result = draw_curves(drawing, &chart, &plan);
        if (result < 0)
            return result;
    }
    return 0;
}

static bool is_planned(const struct drawing *drawing, const json_t *cell)
{
    struct sweep sweep;
    const struct curve_plan *plan = find_plan(cell);
    return plan != NULL && find_sweep(drawing, cell, plan->parameter, &sweep) >= SWEEP_MINIMUM;
}

/* When the cell is the first of those that the chart is made of. */
static int draw_plan(struct drawing *drawing, const json_t *cell)
{
    const struct curve_plan *plan = find_plan(cell);
    struct sweep sweep, others = {.cells = {cell}, .count = 1};
    struct chart chart = {.run = drawing->run, .cell = cell, .parameter = plan->parameter};
    chart.other = plan->lines != NULL ? plan->lines : plan->rows;
    find_sweep(drawing, cell, plan->parameter, &sweep);
    if (chart.other != NULL)
        sweep_find(drawing->cells, cell, chart.other, &others);
    if (sweep.cells[0] != cell || others.cells[0] != cell)
        return 0;
    if (plan->lines == NULL)
        return may_draw(drawing) ? draw_curves(drawing, &chart, plan) : 0;
    size_t i;
    const json_t *subject;
    json_array_foreach(json_object_get(drawing->run, "subjects"), i, subject)
    {
        struct chart one = chart;
        one.subject = report_text(subject, "name");
        if (report_entry(cell, "summary", plan->figures[0].name, one.subject) == NULL ||
            !may_draw(drawing))
            continue;
        int result = draw_curves(drawing, &one, plan);
        if (result < 0)
            return result;
    }
    return 0;
}

static int draw_main_metric(struct drawing *drawing, const json_t *cell)
{
    int result = 0;
    if (is_planned(drawing, cell))
        return draw_plan(drawing, cell);
    if (is_base(drawing, cell) && may_draw(drawing)) {
        result = draw_dots(drawing, cell, false);
        if (result == 0)
            result = draw_dots(drawing, cell, true);
    }
    return result == 0 ? draw_sweeps(drawing, cell) : result;
}

/* All charts of the mode that `first` is the first cell of: main metrics before percentiles, since
 * their number is bounded. */
static int draw_mode(struct drawing *drawing, const json_t *first)
{
    int result = 0;
    drawing->drawn = 0;
    for (unsigned pass = 0; pass < 2 && result == 0; pass++) {
        size_t i;
        const json_t *cell;
        json_array_foreach(drawing->cells, i, cell)
        {
            if (!sweep_same_mode(first, cell) || result < 0 ||
                json_array_size(json_object_get(cell, "summary")) == 0)
                continue;
            if (pass == 0)
                result = draw_main_metric(drawing, cell);
            else if (!is_planned(drawing, cell))
                result = draw_percentiles(drawing, cell);
        }
    }
    return result;
}

static bool is_first_of_mode(const struct drawing *drawing, const json_t *cell)
{
    size_t i;
    const json_t *earlier;
    json_array_foreach(drawing->cells, i, earlier)
    {
        if (earlier == cell)
            return true;
        if (sweep_same_mode(earlier, cell))
            return false;
    }
    return true;
}

int charts_draw(const json_t *run, const char *folder, const char *plots_folder,
                const struct gnuplot_terminal *terminal, struct chart_list *list, char *problem)
{
    struct drawing drawing = {.run = run,
                              .cells = json_object_get(run, "cells"),
                              .terminal = terminal,
                              .list = list,
                              .problem = problem};
    *list = (struct chart_list){0};
    int result = gnuplot_find_scripts(plots_folder, drawing.plots_folder,
                                      sizeof drawing.plots_folder, problem);
    if (result < 0)
        return result;
    snprintf(drawing.charts_folder, sizeof drawing.charts_folder, "%s/charts", folder);
    if (mkdir(drawing.charts_folder, 0777) < 0 && errno != EEXIST) {
        result = -errno;
        snprintf(problem, PROBLEM_BYTES, "the folder %.400s cannot be made: %s",
                 drawing.charts_folder, strerror(errno));
        return result;
    }
    size_t i;
    const json_t *cell;
    json_array_foreach(drawing.cells, i, cell)
    {
        if (result == 0 && is_first_of_mode(&drawing, cell))
            result = draw_mode(&drawing, cell);
    }
    return result;
}

void charts_free(struct chart_list *list)
{
    free(list->charts);
    *list = (struct chart_list){0};
}
