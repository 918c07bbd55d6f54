/* Which charts a run has. A mode that is read as curves has those of its plan, and nothing else,
 * once its parameter takes three values. Any other cell has its main metric, drawn as dots, or as
 * curves over a parameter with three values; and every histogram by percentile. */
#include "harness/charts.h"
#include "harness/gnuplot.h"
#include "harness/report_columns.h"
#include "harness/report_parts.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SWEEP_MINIMUM 3 /* two points are no curve */
#define CAPTION_COLUMNS 118
#define CHARTS_OF_A_MODE 12 /* more nobody looks at; every figure is in the CSV files */

static const struct curve_plan plans[] = {
    {
        .workload = "pool",
        .mode = "saturate",
        .title = "what is delivered, and how long jobs wait, as the load rises",
        .parameter = "load",
        .axis = "offered load, as a share of capacity",
        .linear = true,
        .figures = {{"jobs_per_s", 0}, {"queue_wait_ns", 99}},
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
        .figures = {{"lateness_p50_ns", 0}},
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
        .figures = {{"ns_per_start", 0},
                    {"ns_per_cancel", 0},
                    {"ns_per_restart", 0},
                    {"ns_per_fire", 0},
                    {"ns_per_start_and_fire", 0}},
    },
};

struct drawing {
    const json_t *run;
    const json_t *cells;
    char charts_folder[PATH_BYTES];
    char plots_folder[PATH_BYTES];
    char *problem;
    size_t drawn;    /* of the mode at hand */
    size_t left_out; /* of all */
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

/* Whether the run has figures of this mode at another value of the parameter. */
static bool varies(const struct drawing *drawing, const json_t *cell, const char *parameter)
{
    const json_t *value = json_object_get(json_object_get(cell, "params"), parameter), *other;
    size_t i;
    json_array_foreach(drawing->cells, i, other)
    {
        const json_t *there = json_object_get(json_object_get(other, "params"), parameter);
        if (sweep_same_mode(cell, other) &&
            json_array_size(json_object_get(other, "summary")) > 0 &&
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
    const json_t *cell = chart->cell;
    add_to_name(chart, "", report_text(cell, "workload"));
    add_to_name(chart, "-", report_text(cell, "mode"));
    add_to_name(chart, "-", chart->metric->name);
    if (chart->ladder)
        add_to_name(chart, "-", "ladder");
    if (chart->parameter != NULL)
        add_to_name(chart, "-by-", chart->parameter);
    if (chart->subject != NULL)
        add_to_name(chart, "-", chart->subject);
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(cell, "params"), name, value)
    {
        char text[40];
        if ((chart->parameter != NULL && strcmp(name, chart->parameter) == 0) ||
            (chart->other != NULL && strcmp(name, chart->other) == 0) ||
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

static void write_caption(const struct chart *chart, bool shows_trials, char *text, size_t size)
{
    char machine[600], rounds[48], outside[80] = "", more[360] = "";
    report_machine(chart->run, ", ", machine, sizeof machine);
    if (chart->rounds_least == chart->rounds_most)
        snprintf(rounds, sizeof rounds, "%.0f", chart->rounds_least);
    else
        snprintf(rounds, sizeof rounds, "%.0f to %.0f", chart->rounds_least, chart->rounds_most);
    if (chart->outside > 0)
        snprintf(outside, sizeof outside, "; %zu trial%s beyond the axis", chart->outside,
                 chart->outside == 1 ? "" : "s");
    if (chart->has_bands)
        snprintf(more, sizeof more,
                 " Bands: percentiles of all rounds together; they end where fewer than 10 timers "
                 "lie above.");
    if (chart->has_knee)
        snprintf(more, sizeof more,
                 " Knee: the highest load up to which %g %% of what is offered is delivered, and "
                 "p99 wait is at most %g times the mean service time, or that at the lowest load.",
                 100 * KNEE_DELIVERED, KNEE_WAIT_FACTOR);
    if (chart->has_pooled)
        snprintf(more + strlen(more), sizeof more - strlen(more),
                 " Points without interval: all rounds together.");
    snprintf(text, size, "Median of %s rounds with its 99 %% bootstrap interval%s%s.%s%s\n%s",
             rounds, shows_trials ? "; small dots: single trials" : "", outside,
             chart->rounds_least < 10 ? " Under 10 rounds: the interval is narrower than the truth."
                                      : "",
             more, machine);
    wrap(text);
}

/* A callback before its time: such a figure has to be seen, on the chart too. */
static size_t count_early(const struct drawing *drawing, const struct chart *chart)
{
    double early = 0;
    size_t i, k;
    const json_t *cell, *subject;
    json_array_foreach(drawing->cells, i, cell)
    {
        if (!sweep_same_mode(cell, chart->cell) || report_metric(cell, "early") == NULL)
            continue;
        json_array_foreach(json_object_get(drawing->run, "subjects"), k, subject) early +=
            column_early(cell, "early", report_text(subject, "name"));
    }
    return (size_t)early;
}

static void write_note(const struct drawing *drawing, const struct chart *chart, bool is_latency,
                       char *text, size_t size)
{
    unsigned trials;
    unsigned bound = chart->parameter != NULL
                         ? chart->bound
                         : report_bound_trials(chart->cell, chart->metric->name, &trials);
    size_t length = 0, early = count_early(drawing, chart);
    text[0] = '\0';
    if (is_latency && report_is_closed_loop(chart->cell))
        length = (size_t)snprintf(text, size, "Closed loop: a slow server is asked less often. ");
    if (early > 0)
        length +=
            (size_t)snprintf(text + length, size - length,
                             "EARLY: %zu callbacks ran before their time, see the table. ", early);
    if (bound > 0)
        snprintf(text + length, size - length,
                 "The generator was the bound in %u trials: this says nothing of the server.",
                 bound);
}

/* What has to be known to read lateness at all. */
static void write_remark(const struct chart *chart, const struct curve_plan *plan, char *text,
                         size_t size)
{
    const json_t *manifest = json_object_get(chart->run, "manifest");
    const json_t *slack_ns = json_object_get(manifest, "timer_slack_ns");
    char here[48] = "";
    text[0] = '\0';
    if (plan->rows == NULL || strcmp(plan->rows, "slack") != 0)
        return;
    if (json_is_number(slack_ns))
        snprintf(here, sizeof here, " (%g us by default here)", json_number_value(slack_ns) / 1000);
    snprintf(text, size,
             "Slack: how late the kernel may end any sleep so as to join wake-ups%s; select, poll "
             "and epoll add 0.1 %% of the wait.",
             here);
}

/* "connect_latency, us": latencies are drawn in microseconds, whatever unit ends the metric's name.
 */
static void write_axis(const struct chart *chart, bool is_latency, char *text, size_t size)
{
    const char *name = chart->metric->name;
    size_t length = strlen(name);
    if (is_latency && length > 3 && strcmp(name + length - 3, "_ns") == 0)
        snprintf(text, size, "%.*s, us", (int)length - 3, name);
    else
        snprintf(text, size, "%s, %s", name, chart->metric->unit);
}

/* Whether one more chart of the mode may be drawn; counts it either way. */
static bool may_draw(struct drawing *drawing)
{
    bool may = drawing->drawn < CHARTS_OF_A_MODE;
    drawing->drawn += may;
    drawing->left_out += !may;
    return may;
}

/* What the parameters are that hold for all of the chart. */
static void write_params(const struct chart *chart, char *text, size_t size)
{
    json_t *cell = json_copy((json_t *)chart->cell);
    json_t *params = json_copy(json_object_get(cell, "params"));
    if (chart->parameter != NULL)
        json_object_del(params, chart->parameter);
    if (chart->other != NULL)
        json_object_del(params, chart->other);
    json_object_set_new(cell, "params", params);
    report_params(cell, NULL, text, size);
    json_decref(cell);
}

static int run_script(const struct drawing *drawing, const struct chart *chart, const char *script,
                      bool is_latency, const struct curve_plan *plan)
{
    /* A leading "./" or "/": gnuplot takes file names that start with '|' or '<' for commands. */
    char stem[PATH_BYTES + 240], title[256], subtitle[600], axis[256], caption[1200], note[256];
    char params[400], mode[40], parameter[80] = "", label[LABEL_BYTES] = "";
    snprintf(stem, sizeof stem, "%s%s/%s", drawing->charts_folder[0] == '/' ? "" : "./",
             drawing->charts_folder, chart->name);
    if (chart->subject != NULL)
        chart_label(chart, chart->subject, label, sizeof label);
    snprintf(title, sizeof title, "%s %s%s%s%s: %s", report_text(chart->cell, "workload"),
             printable(mode, sizeof mode, report_text(chart->cell, "mode")),
             chart->ladder ? ", one feature at a time" : "", *label != '\0' ? ", " : "", label,
             plan != NULL && plan->title != NULL ? plan->title : chart->metric->help);
    write_params(chart, params, sizeof params);
    if (plan != NULL && plan->lines != NULL) /* one panel up, the other down */
        snprintf(subtitle, sizeof subtitle, "%s", params);
    else
        snprintf(subtitle, sizeof subtitle, "%s is better.   %s",
                 chart->metric->lower_is_better ? "Lower" : "Higher", params);
    if (plan != NULL) {
        write_remark(chart, plan, axis, sizeof axis);
        printable(parameter, sizeof parameter, plan->axis);
    } else {
        write_axis(chart, is_latency, axis, sizeof axis);
    }
    write_caption(chart, strcmp(script, "dots.gp") == 0, caption, sizeof caption);
    write_note(drawing, chart, is_latency, note, sizeof note);
    const char *arguments[] = {stem, title,         subtitle,     axis,      caption,
                               note, chart->styles, chart->range, parameter, NULL};
    return gnuplot_run(drawing->plots_folder, script, arguments, drawing->problem);
}

static int draw_dots(struct drawing *drawing, const json_t *cell, bool ladder)
{
    struct chart chart = {.run = drawing->run, .cell = cell, .ladder = ladder};
    chart.metric = report_main_metric(cell);
    if (chart.metric == NULL)
        return 0;
    name_chart(drawing, &chart);
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
        name_chart(drawing, &chart);
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
    name_chart(drawing, chart);
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
        struct curve_plan plan = {.parameter = name, .axis = axis, .figures = {{metric->name, 0}}};
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

int charts_draw(const json_t *run, const char *folder, const char *plots_folder, size_t *left_out,
                char *problem)
{
    struct drawing drawing = {
        .run = run, .cells = json_object_get(run, "cells"), .problem = problem};
    *left_out = 0;
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
    *left_out = drawing.left_out;
    return result;
}
