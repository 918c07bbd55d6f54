/* One chart: its data, its words, gnuplot, and into the list. */
#include "harness/analysis/format.h"
#include "harness/base/problem.h"
#include "harness/charts/chart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* On a terminal the words stand above and below the picture, as wide as the tables are. */
static void print_above(const struct chart_texts *texts)
{
    const char *const lines[] = {texts->title, texts->subtitle, texts->note, texts->remark};
    putchar('\n');
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (*lines[i] != '\0')
            format_wrapped(stdout, 2, lines[i]);
    }
    fflush(stdout);
}

static void print_below(struct chart_texts *texts)
{
    for (char *at = texts->caption; *at != '\0'; at++)
        *at = *at == '\n' ? ' ' : *at;
    format_wrapped(stdout, 2, texts->caption);
    fflush(stdout);
}

static void write_forest_numbers(const struct chart *chart, char *layout, size_t size)
{
    const struct chart_panel *panel = chart->drawn.panels;
    snprintf(layout, size, "%.9e %.9e 1 %.9e %d ;", panel->low, panel->high, panel->effect,
             chart->metric->lower_is_better);
    for (size_t i = 0; i < panel->count; i++) {
        if (panel->lines[i].count > 0)
            format_add(layout, size, " %zu", i + 1);
    }
}

/* The line style of each line, and how the axes are, as numbers for the script. gnuplot 5.4 takes
 * "9.0e-08" for a number, but not "9e-08". */
static void write_numbers(const struct chart *chart, char *styles, size_t size, char *layout,
                          size_t layout_size)
{
    const struct chart_panel *panel = chart->drawn.panels;
    size_t length = 0;
    styles[0] = '\0';
    for (size_t i = 0; i < chart->drawn.count; i++) {
        for (size_t k = 0; k < panel[i].count && length < size; k++)
            length +=
                (size_t)snprintf(styles + length, size - length, "%d ", panel[i].lines[k].style);
    }
    if (chart->drawn.kind == CHART_CURVES)
        snprintf(layout, layout_size, "%s", chart->layout);
    else if (chart->drawn.kind == CHART_FOREST)
        write_forest_numbers(chart, layout, layout_size);
    else
        snprintf(layout, layout_size, "%.9e %.9e %d %d", panel->low, panel->high,
                 panel->logarithmic, chart->drawn.pooled);
}

/* What has been made so far goes to its place, also when gnuplot failed: the data are there. */
static int keep(struct drawing *drawing, struct drawn_chart *drawn)
{
    static const char *const endings[] = {".csv", "-trials.csv", "-panels.csv", ".svg", ".png"};
    char name[CHART_NAME_BYTES + 16];
    int r = 0;
    snprintf(name, sizeof name, "%s.svg", drawn->name);
    drawn->svg = gnuplot_read(&drawing->gnuplot, name);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0] && r == 0; i++) {
        snprintf(name, sizeof name, "%s%s", drawn->name, endings[i]);
        r = gnuplot_keep(&drawing->gnuplot, name, drawing->problem);
    }
    return r;
}

static int list_chart(struct drawing *drawing, const struct drawn_chart *drawn)
{
    struct chart_list *list = drawing->list;
    struct drawn_chart *charts = realloc(list->charts, (list->count + 1) * sizeof *charts);
    if (charts == NULL)
        return problem_say(drawing->problem, -ENOMEM, "no memory for the chart %s", drawn->name);
    list->charts = charts;
    charts[list->count++] = *drawn;
    return 0;
}

/* Of one that failed nothing follows, however many were started beside it: what a run has does not
 * depend on the number of CPUs. Their gnuplots end when it is closed. */
static void drop_pending(struct drawing *drawing)
{
    while (drawing->pending_count > 0)
        chart_free_drawn(&drawing->pending[--drawing->pending_count]);
}

static int finish_first(struct drawing *drawing)
{
    struct drawn_chart drawn = drawing->pending[0];
    drawing->pending_count--;
    memmove(&drawing->pending[0], &drawing->pending[1], drawing->pending_count * sizeof drawn);
    int r = gnuplot_wait(&drawing->gnuplot, drawing->problem);
    int kept = keep(drawing, &drawn);
    r = r < 0 ? r : kept;
    if (r == 0)
        r = list_chart(drawing, &drawn);
    if (r < 0) {
        chart_free_drawn(&drawn);
        drop_pending(drawing);
    }
    return r;
}

int chart_finish_all(struct drawing *drawing)
{
    int r = 0;
    while (drawing->pending_count > 0 && r == 0)
        r = finish_first(drawing);
    return r;
}

/* Takes what the chart has drawn, unless it fails before the start. */
static int draw(struct drawing *drawing, struct chart *chart, const struct curve_plan *plan)
{
    static const char *const scripts[] = {
        [CHART_FOREST] = "forest.gp",
        [CHART_DOTS] = "dots.gp",
        [CHART_PERCENTILES] = "percentiles.gp",
        [CHART_CURVES] = "curves.gp",
    };
    enum chart_kind kind = chart->drawn.kind;
    char stem[GNUPLOT_PATH_BYTES + CHART_NAME_BYTES], styles[2048],
        layout[sizeof chart->layout + 80];
    struct chart_texts texts;
    bool prints = drawing->terminal != NULL;
    struct chart shown = *chart;
    shown.has_bands &= !prints; /* characters cannot be shaded */
    chart_fill_texts(&texts, &shown, plan, !prints && kind == CHART_DOTS);
    snprintf(chart->drawn.title, sizeof chart->drawn.title, "%s", texts.title);
    write_numbers(chart, styles, sizeof styles, layout, sizeof layout);
    snprintf(stem, sizeof stem, "%s/%s", drawing->gnuplot.work, chart->drawn.name);
    const char *remark = kind != CHART_CURVES ? texts.axis : prints ? "" : texts.remark;
    const char *arguments[] = {stem,
                               prints ? "" : texts.title,
                               prints ? "" : texts.subtitle,
                               remark,
                               prints ? "" : texts.caption,
                               prints ? "" : texts.note,
                               styles,
                               layout,
                               texts.parameter,
                               NULL};
    int r = gnuplot_is_full(&drawing->gnuplot) ? finish_first(drawing) : 0;
    if (r < 0)
        return r;
    if (prints)
        print_above(&texts);
    gnuplot_start(&drawing->gnuplot, scripts[kind], drawing->terminal, arguments);
    drawing->pending[drawing->pending_count++] = chart->drawn;
    chart->drawn = (struct drawn_chart){0};
    /* What is printed stands in its order, with its words around it. */
    r = prints ? finish_first(drawing) : 0;
    if (prints && r == 0)
        print_below(&texts);
    return r;
}

int chart_draw(struct drawing *drawing, struct chart *chart, enum chart_kind kind,
               const struct curve_plan *plan)
{
    const char *folder = drawing->gnuplot.work;
    struct drawn_chart *drawn = &chart->drawn;
    drawn->cell = chart->cell;
    drawn->parameter = chart->parameter;
    drawn->metric = chart->metric;
    drawn->kind = kind;
    chart_set_name(chart);
    int r = kind == CHART_CURVES   ? chart_curves(chart, plan, folder)
            : kind == CHART_FOREST ? chart_forest(chart, folder)
            : kind == CHART_DOTS   ? chart_dots(chart, folder)
                                   : chart_percentiles(chart, folder);
    if (r < 0)
        problem_say(drawing->problem, r, "the data of the chart %s cannot be written: %s",
                    drawn->name, strerror(-r));
    if (r == 0 && drawn->count > 0 && drawn->panels[0].count > 0)
        r = draw(drawing, chart, plan);
    chart_free_drawn(drawn);
    return r;
}
