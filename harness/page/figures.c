/* The charts of a mode: each picture in the page, and what is drawn as a table beneath it, from the
 * CSV file that lies beside the picture. */
#include "harness/page/csv.h"
#include "harness/page/parts.h"
#include "harness/page/svg.h"
#include "harness/analysis/sweeps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PANELS_MAXIMUM = 64 };

/* Columns of a curve's CSV; a percentile's has the first five. */
enum { POSITION, MIDDLE, LOW, HIGH, TICK, P90, P99, KNEE };

/* ---- data ---- */

static void write_number(FILE *out, const char *field)
{
    char text[48], *end;
    double value = strtod(field, &end);
    if (end == field || *end != '\0')
        html_print(out, "<td>%s</td>", field);
    else
        html_print(out, "<td>%s</td>",
                   report_grouped(value, report_decimals(value), text, sizeof text));
}

/* Position, subject, style, median, low, high. */
static void write_dots(FILE *out, struct csv_rows *rows, const struct drawn_chart *chart)
{
    html_print(out,
               "<thead><tr><th scope=\"col\">subject</th><th scope=\"col\">median, %s</th>"
               "<th scope=\"col\">low</th><th scope=\"col\">high</th></tr></thead>\n<tbody>\n",
               chart->metric->unit);
    while (csv_rows_next(rows)) {
        if (rows->count < 6)
            continue;
        html_print(out, "<tr><th scope=\"row\">%s</th>", rows->fields[1]);
        for (size_t i = 3; i < 6; i++)
            write_number(out, rows->fields[i]);
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n", out);
}

/* What is drawn in which panel: blocks first..first + count - 1. */
struct panels {
    char titles[PANELS_MAXIMUM][LABEL_BYTES];
    size_t first[PANELS_MAXIMUM], blocks[PANELS_MAXIMUM], count;
};

static void read_panels(const char *charts_folder, const struct drawn_chart *chart,
                        struct panels *panels)
{
    char name[240];
    struct csv_rows rows;
    panels->count = 0;
    snprintf(name, sizeof name, "%s-panels.csv", chart->name);
    if (chart->parameter == NULL || csv_rows_open(&rows, charts_folder, name) < 0)
        return;
    csv_rows_next(&rows); /* the names */
    while (csv_rows_next(&rows) && panels->count < PANELS_MAXIMUM) {
        if (rows.count < 7)
            continue;
        size_t at = panels->count++;
        snprintf(panels->titles[at], LABEL_BYTES, "%s%s%s", rows.fields[1],
                 *rows.fields[1] != '\0' ? " " : "", rows.fields[0]);
        panels->first[at] = strtoul(rows.fields[5], NULL, 10);
        panels->blocks[at] = strtoul(rows.fields[6], NULL, 10);
    }
    csv_rows_close(&rows);
}

static const char *panel_of(const struct panels *panels, size_t block)
{
    for (size_t i = 0; i < panels->count; i++) {
        if (block >= panels->first[i] && block < panels->first[i] + panels->blocks[i])
            return panels->titles[i];
    }
    return "";
}

static void write_point(FILE *out, const struct csv_rows *rows, const char *panel, const char *line)
{
    bool has_bands = rows->count > P99 && *rows->fields[P90] != '\0';
    html_print(out, "<tr><td>%s</td><th scope=\"row\">%s</th><td>%s</td>", panel, line,
               rows->fields[TICK]);
    write_number(out, rows->fields[MIDDLE]);
    write_number(out, rows->fields[LOW]);
    write_number(out, rows->fields[HIGH]);
    fputs("<td>", out);
    if (has_bands)
        html_print(out, "p90 %s, p99 %s", rows->fields[P90],
                   *rows->fields[P99] != '\0' ? rows->fields[P99] : "-");
    if (rows->count > KNEE && strcmp(rows->fields[KNEE], "1") == 0)
        fputs("knee", out);
    fputs("</td></tr>\n", out);
}

/* Blocks, one for each line, that begin with its name. */
static void write_lines(FILE *out, struct csv_rows *rows, const struct drawn_chart *chart,
                        const struct panels *panels)
{
    char line[LABEL_BYTES] = "";
    size_t blocks = 0;
    html_print(out,
               "<thead><tr><th scope=\"col\">figure</th><th scope=\"col\">line</th>"
               "<th scope=\"col\">%s</th><th scope=\"col\">median</th><th scope=\"col\">low</th>"
               "<th scope=\"col\">high</th><th scope=\"col\">also</th></tr></thead>\n<tbody>\n",
               chart->parameter != NULL ? chart->parameter : "percentile");
    for (bool more = true; more; more = csv_rows_next(rows) != 0) {
        if (rows->count <= TICK)
            continue;
        if (strcmp(rows->fields[POSITION], "position") == 0) {
            snprintf(line, sizeof line, "%s", rows->fields[MIDDLE]);
            blocks++;
        } else if (blocks > 0) {
            write_point(out, rows,
                        chart->parameter != NULL ? panel_of(panels, blocks - 1) : "latency, us",
                        line);
        }
    }
    fputs("</tbody>\n", out);
}

static int write_table(struct page *page, const char *charts_folder,
                       const struct drawn_chart *chart, size_t number)
{
    char name[240];
    struct csv_rows rows;
    struct panels *panels = malloc(sizeof *panels);
    snprintf(name, sizeof name, "%s.csv", chart->name);
    int result = panels != NULL ? csv_rows_open(&rows, charts_folder, name) : -ENOMEM;
    if (result == 0) {
        read_panels(charts_folder, chart, panels);
        html_print(page->out,
                   "<details><summary>Data of this chart</summary>\n<div class=\"scroll tall\" "
                   "role=\"region\" tabindex=\"0\" aria-labelledby=\"f%zu\"><table>"
                   "<caption>charts/%s</caption>\n",
                   number, name);
        csv_rows_next(&rows);
        if (rows.count > 1 && strcmp(rows.fields[1], "subject") == 0)
            write_dots(page->out, &rows, chart);
        else
            write_lines(page->out, &rows, chart, panels);
        fputs("</table></div></details>\n", page->out);
        csv_rows_close(&rows);
    }
    free(panels);
    return result;
}

/* ---- pictures ---- */

static int write_picture(struct page *page, const char *charts_folder,
                         const struct drawn_chart *chart)
{
    char name[240];
    snprintf(name, sizeof name, "%s.svg", chart->name);
    char *svg = page_read_file(charts_folder, name, PAGE_PICTURE_BYTES);
    int result = svg == NULL ? -errno : 0;
    size_t bytes = svg != NULL ? strlen(svg) : 0;
    if (result == 0 && page->pictures_bytes + bytes > PAGE_PICTURES_BYTES)
        result = -EFBIG;
    if (result == 0) {
        html_print(page->out,
                   "<div class=\"scroll chart\" role=\"region\" tabindex=\"0\" "
                   "aria-labelledby=\"f%zu\">\n",
                   page->pictures);
        result = svg_inline(page->out, svg, page->pictures, chart->title);
        fputs("</div>\n", page->out);
        page->pictures_bytes += bytes;
    }
    if (result == -EFBIG)
        html_print(page->out,
                   "<p>Not in this page, which would grow too large: charts/%s beside it.</p>\n",
                   name);
    else if (result < 0 && result != -ENOMEM)
        html_print(page->out, "<p>The picture charts/%s could not be taken over: %s.</p>\n", name,
                   strerror(-result));
    free(svg);
    return result == -ENOMEM ? result : 0;
}

static int write_figure(struct page *page, const char *charts_folder,
                        const struct drawn_chart *chart)
{
    html_print(page->out, "<figure>\n<figcaption id=\"f%zu\">%s</figcaption>\n", page->pictures,
               chart->title);
    int result = write_picture(page, charts_folder, chart);
    if (result == 0)
        result = write_table(page, charts_folder, chart, page->pictures);
    fputs("</figure>\n", page->out);
    page->pictures++;
    return result;
}

int page_figures(struct page *page, const struct page_mode *mode, char *problem)
{
    char charts_folder[PATH_BYTES];
    snprintf(charts_folder, sizeof charts_folder, "%s/charts", page->folder);
    for (size_t i = 0; i < page->charts->count; i++) {
        const struct drawn_chart *chart = &page->charts->charts[i];
        if (!sweep_same_mode(chart->cell, mode->cells[0]))
            continue;
        int result = write_figure(page, charts_folder, chart);
        if (result < 0) {
            snprintf(problem, PROBLEM_BYTES,
                     "the chart %.200s could not be put into report.html: %s", chart->name,
                     strerror(-result));
            return result;
        }
    }
    return 0;
}
