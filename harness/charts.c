/* Which charts a run has: for every cell its main metric, drawn as dots, or as curves over a
 * parameter that takes at least three values; and every histogram by percentile. */
#include "harness/charts.h"
#include "harness/gnuplot.h"
#include "harness/parameters.h"
#include "harness/report_parts.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SWEEP_MINIMUM 3 /* two points are no curve */
#define CAPTION_COLUMNS 118

struct drawing {
    const json_t *run;
    const json_t *cells;
    char charts_folder[PATH_BYTES];
    char plots_folder[PATH_BYTES];
    char *problem;
};

static bool is_same_mode(const json_t *a, const json_t *b)
{
    return strcmp(report_text(a, "workload"), report_text(b, "workload")) == 0 &&
           strcmp(report_text(a, "mode"), report_text(b, "mode")) == 0;
}

/* Whether two cells differ in one parameter and in nothing else. */
static bool differ_only_in(const json_t *a, const json_t *b, const char *parameter)
{
    const json_t *left = json_object_get(a, "params"), *right = json_object_get(b, "params");
    if (!is_same_mode(a, b) || json_object_size(left) != json_object_size(right))
        return false;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)left, name, value)
    {
        const json_t *other = json_object_get(right, name);
        if (strcmp(name, parameter) == 0 ? !json_is_number(other) || !json_is_number(value)
                                         : !json_equal(value, (json_t *)other))
            return false;
    }
    return true;
}

static double parameter_of(const json_t *cell, const char *parameter)
{
    return json_number_value(json_object_get(json_object_get(cell, "params"), parameter));
}

/* The cells of the sweep that `cell` is in, by rising value; how many. */
static size_t find_sweep(const struct drawing *drawing, const json_t *cell, const char *parameter,
                         const json_t **sweep)
{
    size_t count = 0, i;
    const json_t *other;
    json_array_foreach(drawing->cells, i, other)
    {
        if (!differ_only_in(cell, other, parameter) || count == SWEEP_MAXIMUM)
            continue;
        size_t at = count++;
        for (; at > 0 && parameter_of(sweep[at - 1], parameter) > parameter_of(other, parameter);
             at--)
            sweep[at] = sweep[at - 1];
        sweep[at] = other;
    }
    return count;
}

/* Dots are drawn for cells that are in no sweep, and for the one where all sweeps start. */
static bool is_base(const struct drawing *drawing, const json_t *cell)
{
    const json_t *sweep[SWEEP_MAXIMUM];
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(cell, "params"), name, value)
    {
        if (find_sweep(drawing, cell, name, sweep) >= SWEEP_MINIMUM && sweep[0] != cell)
            return false;
    }
    return true;
}

/* Whether the run has figures of this mode at another value of the parameter. */
static bool varies(const struct drawing *drawing, const json_t *cell, const char *parameter)
{
    const json_t *value = json_object_get(json_object_get(cell, "params"), parameter), *other;
    size_t i;
    json_array_foreach(drawing->cells, i, other)
    {
        const json_t *there = json_object_get(json_object_get(other, "params"), parameter);
        if (is_same_mode(cell, other) && json_array_size(json_object_get(other, "summary")) > 0 &&
            !json_equal((json_t *)value, (json_t *)there))
            return true;
    }
    return false;
}

/* Letters, digits, '-' and '_' alone, since names in the file become names of files. */
static void add_to_name(struct chart *chart, const char *separator, const char *text)
{
    size_t length = strlen(chart->name);
    length += (size_t)snprintf(chart->name + length, sizeof chart->name - length, "%s", separator);
    for (; *text != '\0' && length + 1 < sizeof chart->name; text++) {
        bool plain = isalnum((unsigned char)*text) || *text == '_' || *text == '-';
        chart->name[length++] = plain ? *text : '_';
    }
    chart->name[length] = '\0';
}

/* accept-drain-ns_per_accept-by-idle-queue1000: the mode, the metric, what is swept, and the value
 * of every other parameter of which the run has several. */
static void name_chart(const struct drawing *drawing, struct chart *chart)
{
    const json_t *cell = chart->cells[0];
    add_to_name(chart, "", report_text(cell, "workload"));
    add_to_name(chart, "-", report_text(cell, "mode"));
    add_to_name(chart, "-", chart->metric->name);
    if (chart->parameter != NULL)
        add_to_name(chart, "-by-", chart->parameter);
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(cell, "params"), name, value)
    {
        char text[40];
        if ((chart->parameter != NULL && strcmp(name, chart->parameter) == 0) ||
            !varies(drawing, cell, name))
            continue;
        add_to_name(chart, "-", name);
        add_to_name(chart, "", report_param(value, text, sizeof text));
    }
}

/* Breaks at spaces, so that the caption fits below the picture. */
static void wrap(char *text)
{
    size_t start = 0, space = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == '\n')
            start = i + 1;
        if (text[i] == ' ')
            space = i;
        if (i - start >= CAPTION_COLUMNS && space > start) {
            text[space] = '\n';
            start = space + 1;
        }
    }
}

static void write_caption(const struct chart *chart, char *text, size_t size)
{
    char machine[600], rounds[48], outside[80] = "";
    report_machine(chart->run, ", ", machine, sizeof machine);
    if (chart->rounds_least == chart->rounds_most)
        snprintf(rounds, sizeof rounds, "%.0f", chart->rounds_least);
    else
        snprintf(rounds, sizeof rounds, "%.0f to %.0f", chart->rounds_least, chart->rounds_most);
    if (chart->outside > 0)
        snprintf(outside, sizeof outside, "; %zu trial%s beyond the axis", chart->outside,
                 chart->outside == 1 ? "" : "s");
    snprintf(text, size, "Median of %s rounds with its 99 %% bootstrap interval%s.%s\n%s", rounds,
             outside,
             chart->rounds_least < 10 ? " Under 10 rounds: the interval is narrower than the truth."
                                      : "",
             machine);
    wrap(text);
}

static void write_note(const struct chart *chart, bool is_latency, char *text, size_t size)
{
    unsigned trials, bound = 0;
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < chart->cell_count; i++)
        bound += report_bound_trials(chart->cells[i], chart->metric->name, &trials);
    if (is_latency && report_is_closed_loop(chart->cells[0]))
        length = (size_t)snprintf(text, size, "Closed loop: a slow server is asked less often. ");
    if (bound > 0)
        snprintf(text + length, size - length,
                 "The generator was the bound in %u trials: this says nothing of the server.",
                 bound);
}

static int run_script(const struct drawing *drawing, const struct chart *chart, const char *script,
                      bool is_latency, const char *last)
{
    /* A leading "./" or "/": gnuplot takes file names that start with '|' or '<' for commands. */
    char stem[PATH_BYTES + 240], title[256], subtitle[600], axis[128], caption[1200], note[256];
    char params[400], mode[40];
    snprintf(stem, sizeof stem, "%s%s/%s", drawing->charts_folder[0] == '/' ? "" : "./",
             drawing->charts_folder, chart->name);
    snprintf(title, sizeof title, "%s %s: %s", report_text(chart->cells[0], "workload"),
             report_clean(mode, sizeof mode, report_text(chart->cells[0], "mode")),
             chart->metric->help);
    report_params(chart->cells[0], chart->parameter, params, sizeof params);
    snprintf(subtitle, sizeof subtitle, "%s is better.   %s",
             chart->metric->lower_is_better ? "Lower" : "Higher", params);
    snprintf(axis, sizeof axis, "%s, %s", chart->metric->name,
             is_latency ? "us" : chart->metric->unit);
    write_caption(chart, caption, sizeof caption);
    write_note(chart, is_latency, note, sizeof note);
    const char *arguments[] = {stem, title,         subtitle, axis, caption,
                               note, chart->styles, last,     NULL};
    return gnuplot_run(drawing->plots_folder, script, arguments, drawing->problem);
}

static int draw_dots(const struct drawing *drawing, const json_t *cell)
{
    struct chart chart = {.run = drawing->run, .cells = {cell}, .cell_count = 1};
    chart.metric = report_main_metric(cell);
    if (chart.metric == NULL)
        return 0;
    name_chart(drawing, &chart);
    int result = chart_dots(&chart, drawing->charts_folder, drawing->problem);
    if (result < 0 || chart.series == 0)
        return result;
    return run_script(drawing, &chart, "dots.gp", false, chart.range);
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

static int draw_percentiles(const struct drawing *drawing, const json_t *cell)
{
    const struct workload *workload = workload_find(report_text(cell, "workload"));
    for (const struct metric *metric = workload->metrics; metric->name != NULL; metric++) {
        struct chart chart = {
            .run = drawing->run, .cells = {cell}, .cell_count = 1, .metric = metric};
        if (!name_in_list(metric->modes, report_text(cell, "mode")) ||
            !has_percentiles(cell, metric->name))
            continue;
        name_chart(drawing, &chart);
        int result = chart_percentiles(&chart, drawing->charts_folder, drawing->problem);
        if (result == 0 && chart.series > 0)
            result = run_script(drawing, &chart, "percentiles.gp", true, "");
        if (result < 0)
            return result;
    }
    return 0;
}

/* One chart for each parameter swept through this cell, drawn when the cell is the first of the
 * sweep. */
static int draw_curves(const struct drawing *drawing, const json_t *cell)
{
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(cell, "params"), name, value)
    {
        struct chart chart = {.run = drawing->run, .parameter = name};
        chart.cell_count = find_sweep(drawing, cell, name, chart.cells);
        chart.metric = report_main_metric(cell);
        if (chart.cell_count < SWEEP_MINIMUM || chart.cells[0] != cell || chart.metric == NULL)
            continue;
        name_chart(drawing, &chart);
        int result = chart_curves(&chart, drawing->charts_folder, drawing->problem);
        char parameter[64];
        report_clean(parameter, sizeof parameter, name);
        if (result == 0 && chart.series > 0)
            result = run_script(drawing, &chart, "curves.gp", false, parameter);
        if (result < 0)
            return result;
    }
    return 0;
}

int charts_draw(const json_t *run, const char *folder, const char *plots_folder, char *problem)
{
    struct drawing drawing = {
        .run = run, .cells = json_object_get(run, "cells"), .problem = problem};
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
        if (json_array_size(json_object_get(cell, "summary")) == 0)
            continue;
        if (is_base(&drawing, cell))
            result = draw_dots(&drawing, cell);
        if (result == 0)
            result = draw_curves(&drawing, cell);
        if (result == 0)
            result = draw_percentiles(&drawing, cell);
        if (result < 0)
            return result;
    }
    return 0;
}
