/* Which charts a run has. A cell that is in no sweep, or that all its sweeps start from, has a
 * forest of ratios to its baseline. A mode that is read as curves has those of its plan beside it,
 * and nothing else, once its parameter takes three values. Any other cell has its main metric,
 * drawn as dots, or as curves over a parameter with three values; and every histogram by
 * percentile. */
#include "harness/analysis/modes.h"
#include "harness/analysis/sweeps.h"
#include "harness/base/printable.h"
#include "harness/base/problem.h"
#include "harness/charts/chart.h"
#include "harness/contract/parameters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two points are no curve. More charts of a mode nobody looks at; every figure is in the CSV files.
 */
enum { SWEEP_LEAST = 3, CHARTS_OF_A_MODE = 12 };

static const struct curve_plan plans[] = {
    {
        .workload = "pool",
        .mode = "saturate",
        .title = "what is delivered, and how long jobs wait, as the load rises",
        .parameter = "load",
        .axis = "offered load, as a share of capacity",
        .linear = true,
        .figures = {{"jobs_per_s", 0, false, false}, {"queue_wait_ns", 99, true, false}},
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
        .figures = {{"lateness_p50_ns", 0, true, false}},
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
        .figures = {{"ns_per_start", 0, true, false},
                    {"ns_per_cancel", 0, true, false},
                    {"ns_per_restart", 0, true, false},
                    {"ns_per_fire", 0, true, false},
                    {"ns_per_start_and_fire", 0, true, false}},
    },
};

static const struct cell *cell_at(const struct drawing *drawing, size_t cell)
{
    return &drawing->run->cells[cell].cell;
}

static const struct curve_plan *find_plan(const struct cell *cell)
{
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        if (strcmp(plans[i].workload, cell->workload->name) == 0 &&
            strcmp(plans[i].mode, cell->mode) == 0)
            return &plans[i];
    }
    return NULL;
}

/* The sweep of a number; of a word there is no curve. */
static size_t find_sweep(const struct drawing *drawing, size_t cell, const char *parameter,
                         struct sweep *sweep)
{
    if (!value_is_number(named_values_find(&cell_at(drawing, cell)->params, "", parameter)))
        return 0;
    sweep_find(drawing->run, cell, parameter, sweep);
    return sweep->count;
}

/* Dots are drawn for cells that are in no sweep, and for the one where all sweeps start. */
static bool is_base(const struct drawing *drawing, size_t cell)
{
    const struct named_values *params = &cell_at(drawing, cell)->params;
    struct sweep sweep;
    for (size_t i = 0; i < params->count; i++) {
        if (find_sweep(drawing, cell, params->list[i].name, &sweep) >= SWEEP_LEAST &&
            sweep.cells[0] != cell)
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

static struct chart chart_of(const struct drawing *drawing, size_t cell,
                             const struct metric *metric)
{
    return (struct chart){.analysis = drawing->analysis,
                          .run = drawing->run,
                          .cell = cell,
                          .subject = SUBJECT_NONE,
                          .baseline = SUBJECT_NONE,
                          .metric = metric};
}

/* What decides comes first, what each took second. */
static int draw_forest(struct drawing *drawing, size_t cell, const struct metric *metric,
                       bool ladder)
{
    struct chart chart = chart_of(drawing, cell, metric);
    chart.ladder = ladder;
    chart.baseline = drawing->analysis->cells[cell].baseline;
    return chart.baseline != SUBJECT_NONE ? chart_draw(drawing, &chart, CHART_FOREST, NULL) : 0;
}

static int draw_dots(struct drawing *drawing, size_t cell, const struct metric *metric, bool ladder)
{
    struct chart chart = chart_of(drawing, cell, metric);
    chart.ladder = ladder;
    return chart_draw(drawing, &chart, CHART_DOTS, NULL);
}

static bool has_percentiles(const struct drawing *drawing, size_t cell, const struct metric *metric)
{
    for (size_t i = 0; i < PERCENTILES * drawing->run->subject_count; i++) {
        if (analysis_percentile(drawing->analysis, cell, metric, i % PERCENTILES,
                                i / PERCENTILES) != NULL)
            return true;
    }
    return false;
}

static int draw_percentiles(struct drawing *drawing, size_t cell)
{
    const struct cell *about = cell_at(drawing, cell);
    const struct metric *metric = NULL;
    int r = 0;
    while (r == 0 &&
           (metric = workload_next_metric(about->workload, about->mode, metric)) != NULL) {
        if (!has_percentiles(drawing, cell, metric) || !may_draw(drawing))
            continue;
        struct chart chart = chart_of(drawing, cell, metric);
        r = chart_draw(drawing, &chart, CHART_PERCENTILES, NULL);
    }
    return r;
}

/* ---- sweeps ---- */

/* The one that all cells of the sweep are compared with; SUBJECT_NONE: there is none, or nobody to
 * compare. */
static size_t sweep_baseline(const struct drawing *drawing, const struct sweep *sweep)
{
    const struct cell_summary *cells = drawing->analysis->cells;
    size_t baseline = cells[sweep->cells[0]].baseline, pairs = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        pairs += cells[sweep->cells[i]].verdict_count;
        if (cells[sweep->cells[i]].baseline != baseline)
            return SUBJECT_NONE;
    }
    return pairs > 0 ? baseline : SUBJECT_NONE;
}

/* Of a metric that is a median, which says nothing of the tail: what its name has in the place of
 * "_p50". "_p99" is the 99th percentile, "" the whole histogram. NULL: there is none. */
static const struct metric *beside_median(const struct cell *cell, const struct metric *metric,
                                          const char *place)
{
    static const char median[] = "_p50";
    char name[80];
    const char *at = strstr(metric->name, median);
    if (at == NULL)
        return NULL;
    snprintf(name, sizeof name, "%.*s%s%s", (int)(at - metric->name), metric->name, place,
             at + strlen(median));
    return workload_metric(cell->workload, cell->mode, name);
}

/* Ratios to the baseline: beside a subject whose cost rises all others would be one line. */
static int draw_main_sweep(struct drawing *drawing, const struct sweep *sweep,
                           const struct metric *metric, const char *axis)
{
    size_t cell = sweep->cells[0];
    const struct metric *tail = beside_median(cell_at(drawing, cell), metric, "");
    struct chart chart = chart_of(drawing, cell, metric);
    chart.parameter = sweep->parameter;
    chart.baseline = sweep_baseline(drawing, sweep);
    const struct curve_plan plan = {
        .parameter = sweep->parameter,
        .axis = axis,
        .in_us = tail != NULL,
        .figures = {{metric->name, 0, true, chart.baseline != SUBJECT_NONE},
                    {tail != NULL ? tail->name : NULL, 99, true, false}},
    };
    return chart_draw(drawing, &chart, CHART_CURVES, &plan);
}

/* The first histogram of the mode, where its main metric is no latency: median and tail. */
static int draw_latency_sweep(struct drawing *drawing, const struct sweep *sweep, const char *axis)
{
    const struct cell *about = cell_at(drawing, sweep->cells[0]);
    const struct metric *metric = workload_next_metric(about->workload, about->mode, NULL);
    while (metric != NULL && !has_percentiles(drawing, sweep->cells[0], metric))
        metric = workload_next_metric(about->workload, about->mode, metric);
    if (metric == NULL || !may_draw(drawing))
        return 0;
    struct chart chart = chart_of(drawing, sweep->cells[0], metric);
    chart.parameter = sweep->parameter;
    const struct curve_plan plan = {
        .parameter = sweep->parameter,
        .axis = axis,
        .in_us = true,
        .figures = {{metric->name, 50, true, false}, {metric->name, 99, true, false}},
    };
    return chart_draw(drawing, &chart, CHART_CURVES, &plan);
}

/* Charts for each parameter swept through this cell, drawn when the cell is the first of the
 * sweep. */
static int draw_sweeps(struct drawing *drawing, size_t cell, const struct metric *metric)
{
    const struct named_values *params = &cell_at(drawing, cell)->params;
    int r = 0;
    for (size_t i = 0; i < params->count && r == 0; i++) {
        char axis[80], clean[60];
        struct sweep sweep;
        const char *name = params->list[i].name;
        if (find_sweep(drawing, cell, name, &sweep) < SWEEP_LEAST || sweep.cells[0] != cell ||
            !may_draw(drawing))
            continue;
        snprintf(axis, sizeof axis, "%s (logarithmic)", printable(clean, sizeof clean, name));
        r = draw_main_sweep(drawing, &sweep, metric, axis);
        if (r == 0 && beside_median(cell_at(drawing, cell), metric, "") == NULL)
            r = draw_latency_sweep(drawing, &sweep, axis);
    }
    return r;
}

static bool is_planned(const struct drawing *drawing, size_t cell)
{
    struct sweep sweep;
    const struct curve_plan *plan = find_plan(cell_at(drawing, cell));
    return plan != NULL && find_sweep(drawing, cell, plan->parameter, &sweep) >= SWEEP_LEAST;
}

/* When the cell is the first of those that the chart is made of. */
static int draw_plan(struct drawing *drawing, size_t cell)
{
    const struct cell *about = cell_at(drawing, cell);
    const struct curve_plan *plan = find_plan(about);
    struct sweep sweep, others = {.cells = {cell}, .count = 1};
    struct chart chart = chart_of(
        drawing, cell, workload_metric(about->workload, about->mode, plan->figures[0].name));
    int r = 0;
    chart.parameter = plan->parameter;
    chart.other = plan->lines != NULL ? plan->lines : plan->rows;
    find_sweep(drawing, cell, plan->parameter, &sweep);
    if (chart.other != NULL)
        sweep_find(drawing->run, cell, chart.other, &others);
    if (sweep.cells[0] != cell || others.cells[0] != cell)
        return 0;
    if (plan->lines == NULL)
        return may_draw(drawing) ? chart_draw(drawing, &chart, CHART_CURVES, plan) : 0;
    for (size_t i = 0; i < drawing->run->subject_count && r == 0; i++) {
        struct chart one = chart;
        one.subject = i;
        if (analysis_median(drawing->analysis, cell, chart.metric, i) != NULL && may_draw(drawing))
            r = chart_draw(drawing, &one, CHART_CURVES, plan);
    }
    return r;
}

/* A cell by itself. Where its mode is read as curves these have its figures. */
static int draw_base(struct drawing *drawing, size_t cell, const struct metric *metric)
{
    const struct metric *tail = beside_median(cell_at(drawing, cell), metric, "_p99");
    bool has_dots = !is_planned(drawing, cell);
    int r = draw_forest(drawing, cell, metric, false);
    if (r == 0)
        r = draw_forest(drawing, cell, metric, true);
    if (r == 0 && has_dots)
        r = draw_dots(drawing, cell, metric, false);
    if (r == 0 && has_dots)
        r = draw_dots(drawing, cell, metric, true);
    if (r == 0 && has_dots && tail != NULL)
        r = draw_dots(drawing, cell, tail, false);
    return r;
}

static int draw_main_metric(struct drawing *drawing, size_t cell, const struct metric *metric)
{
    int r = 0;
    if (metric != NULL && is_base(drawing, cell) && may_draw(drawing))
        r = draw_base(drawing, cell, metric);
    if (r == 0 && is_planned(drawing, cell))
        return draw_plan(drawing, cell);
    return r == 0 && metric != NULL ? draw_sweeps(drawing, cell, metric) : r;
}

/* All charts of the mode: main metrics before percentiles, since their number is bounded. */
static int draw_mode(struct drawing *drawing, const struct mode_view *mode)
{
    int r = 0;
    drawing->drawn = 0;
    for (size_t i = 0; i < mode->cell_count && r == 0; i++)
        r = draw_main_metric(drawing, mode->cells[i], mode->metric);
    for (size_t i = 0; i < mode->cell_count && r == 0; i++) {
        if (!is_planned(drawing, mode->cells[i]))
            r = draw_percentiles(drawing, mode->cells[i]);
    }
    return r;
}

int charts_draw(const struct analysis *analysis, const struct chart_request *request,
                struct chart_list *list, char *problem)
{
    struct mode_list modes = {0};
    struct drawing drawing = {.analysis = analysis,
                              .run = analysis->run,
                              .terminal = request->terminal,
                              .list = list,
                              .problem = problem};
    *list = (struct chart_list){0};
    int r = gnuplot_open(&drawing.gnuplot, request->folder, request->scripts, problem);
    if (r == 0 && (r = mode_list_open(&modes, analysis)) < 0)
        problem_say(problem, r, "no memory for the charts");
    for (size_t i = 0; i < modes.count && r == 0; i++)
        r = draw_mode(&drawing, &modes.modes[i]);
    int finished = chart_finish_all(&drawing);
    r = finished < 0 ? finished : r; /* it comes before */
    mode_list_free(&modes);
    gnuplot_close(&drawing.gnuplot);
    return r;
}

void charts_free(struct chart_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        chart_free_drawn(&list->charts[i]);
    free(list->charts);
    *list = (struct chart_list){0};
}
