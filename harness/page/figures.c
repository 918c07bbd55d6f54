/* The charts of a mode: each picture in the page, and what is drawn as a table beneath it. */
#include "harness/page/parts.h"

#include <math.h>
#include <string.h>

/* ---- data ---- */

static void write_number(FILE *out, double value)
{
    char text[48];
    html_print(out, "<td>%s</td>", isfinite(value) ? format_value(value, text, sizeof text) : "-");
}

static void write_interval(FILE *out, const struct chart_point *point)
{
    write_number(out, point->middle);
    write_number(out, isfinite(point->high) ? point->low : NAN);
    write_number(out, point->high);
}

static void write_dots(FILE *out, const struct drawn_chart *chart)
{
    html_print(out,
               "<thead><tr><th scope=\"col\">subject</th><th scope=\"col\">median, %s</th>"
               "<th scope=\"col\">low</th><th scope=\"col\">high</th></tr></thead>\n<tbody>\n",
               chart->metric->unit);
    for (size_t i = 0; i < chart->panels[0].count; i++) {
        const struct chart_line *line = &chart->panels[0].lines[i];
        html_print(out, "<tr><th scope=\"row\">%s</th>", line->label);
        write_interval(out, &line->points[0]);
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n", out);
}

/* What gnuplot has drawn of a forest: ratios, intervals and words. */
static void write_forest(FILE *out, const struct drawn_chart *chart)
{
    fputs("<thead><tr><th scope=\"col\">subject</th><th scope=\"col\">ratio</th>"
          "<th scope=\"col\">low</th><th scope=\"col\">high</th><th scope=\"col\">verdict</th>"
          "</tr></thead>\n<tbody>\n",
          out);
    for (size_t i = 0; i < chart->panels[0].count; i++) {
        const struct chart_line *line = &chart->panels[0].lines[i];
        html_print(out, "<tr><th scope=\"row\">%s</th>", line->label);
        if (line->count > 0)
            write_interval(out, &line->points[0]);
        else
            fputs("<td>-</td><td>-</td><td>-</td>", out);
        html_print(out, "<td>%s</td></tr>\n", line->word);
    }
    fputs("</tbody>\n", out);
}

static void write_point(FILE *out, const struct chart_panel *panel, const struct chart_line *line,
                        const struct chart_point *point)
{
    char text[48];
    html_print(out, "<tr><td>%s%s%s</td><th scope=\"row\">%s</th><td>%s</td>", panel->side,
               *panel->side != '\0' ? " " : "", panel->title, line->label, point->tick);
    write_interval(out, point);
    fputs("<td>", out);
    if (!isnan(point->p90))
        html_print(out, "p90 %s, ", format_value(point->p90, text, sizeof text));
    if (!isnan(point->p90))
        html_print(out, "p99 %s",
                   isnan(point->p99) ? "-" : format_value(point->p99, text, sizeof text));
    fputs(point->knee ? "knee</td></tr>\n" : "</td></tr>\n", out);
}

/* Whether a point has more than its interval. */
static bool has_more(const struct drawn_chart *chart)
{
    for (size_t i = 0; i < chart->count; i++) {
        for (size_t k = 0; k < chart->panels[i].count; k++) {
            const struct chart_line *line = &chart->panels[i].lines[k];
            for (size_t p = 0; p < line->count; p++) {
                if (line->points[p].knee || !isnan(line->points[p].p90))
                    return true;
            }
        }
    }
    return false;
}

static void write_lines(FILE *out, const struct drawn_chart *chart)
{
    html_print(out,
               "<thead><tr><th scope=\"col\">figure</th><th scope=\"col\">line</th>"
               "<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">low</th>"
               "<th scope=\"col\">high</th><th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
               chart->parameter != NULL ? chart->parameter : "percentile",
               chart->pooled ? "all rounds together" : "median", has_more(chart) ? "also" : "");
    for (size_t i = 0; i < chart->count; i++) {
        const struct chart_panel *panel = &chart->panels[i];
        for (size_t k = 0; k < panel->count; k++) {
            const struct chart_line *line = &panel->lines[k];
            for (size_t p = 0; p < line->count; p++)
                write_point(out, panel, line, &line->points[p]);
        }
    }
    fputs("</tbody>\n", out);
}

static void write_table(const struct page *page, const struct drawn_chart *chart)
{
    html_print(page->out,
               "<details><summary>Data of this chart</summary>\n<div class=\"scroll tall\" "
               "role=\"region\" tabindex=\"0\" aria-labelledby=\"f%zu\"><table>"
               "<caption>charts/%s.csv</caption>\n",
               page->pictures, chart->name);
    if (chart->kind == CHART_FOREST)
        write_forest(page->out, chart);
    else if (chart->kind == CHART_DOTS)
        write_dots(page->out, chart);
    else
        write_lines(page->out, chart);
    fputs("</table></div></details>\n", page->out);
}

/* ---- pictures ---- */

/* A picture of its own, not a part of the document: a script in it would never run, and it can
 * fetch nothing. */
static void write_picture(struct page *page, const struct drawn_chart *chart)
{
    size_t bytes = chart->svg != NULL ? strlen(chart->svg) : 0;
    if (bytes == 0) {
        html_print(page->out, "<p>gnuplot has left no picture charts/%s.svg.</p>\n", chart->name);
        return;
    }
    if (page->pictures_bytes + bytes > PAGE_PICTURES_BYTES) {
        html_print(page->out,
                   "<p>This picture is not in the page, which would grow too large. It is in "
                   "charts/%s.svg beside it.</p>\n",
                   chart->name);
        return;
    }
    html_print(page->out,
               "<p class=\"sideways\">Move the picture sideways to see all of it.</p>\n"
               "<div class=\"scroll chart\" role=\"region\" tabindex=\"0\" "
               "aria-labelledby=\"f%zu\">\n<img alt=\"%s\" src='",
               page->pictures, chart->title);
    html_picture(page->out, chart->svg);
    fputs("'>\n</div>\n", page->out);
    page->pictures_bytes += bytes;
}

void page_figures(struct page *page, const struct mode_view *mode)
{
    for (size_t i = 0; i < page->charts->count; i++) {
        const struct drawn_chart *chart = &page->charts->charts[i];
        if (!cell_same_mode(&page->run->cells[chart->cell].cell,
                            &page->run->cells[mode->cells[0]].cell))
            continue;
        html_print(page->out, "<figure>\n<figcaption id=\"f%zu\">%s</figcaption>\n", page->pictures,
                   chart->title);
        write_picture(page, chart);
        write_table(page, chart);
        fputs("</figure>\n", page->out);
        page->pictures++;
    }
}
