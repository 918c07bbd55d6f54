/* The data of a chart: holding it, and writing it for gnuplot. Columns: results/README.md. */
#include "harness/charts/chart.h"
#include "harness/report/csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* The largest value of an axis divided by the smallest; and the same where it is preferred: 1, 2
 * and 5 have numbers. */
enum { LOGARITHMIC_FROM = 20, LOGARITHMIC_LEAST = 3 };

/* gnuplot squares what it draws, and prefixes of units end at 10^24. */
#define DRAWN_MOST 1e24
/* What is smaller is 0 on an axis: there is no room for so many decades. */
#define DRAWN_LEAST 1e-24

/* An interval may make the axis of ratios longer by half of what the ratios need, and by a factor
 * of 1.2 in any case: one that is wider would squeeze all the others. And room at both ends. */
#define INTERVAL_SHARE 0.5
#define INTERVAL_FACTOR 1.5
#define RATIO_MARGIN 0.06

/* ---- holding it ---- */

/* The list with room for one more, at powers of two; NULL without memory. */
static void *with_room(void *list, size_t count, size_t size)
{
    if ((count & (count - 1)) != 0)
        return list;
    return realloc(list, (count > 0 ? 2 * count : 1) * size);
}

struct chart_panel *chart_add_panel(struct drawn_chart *drawn)
{
    struct chart_panel *panels = with_room(drawn->panels, drawn->count, sizeof *panels);
    if (panels == NULL)
        return NULL;
    drawn->panels = panels;
    panels[drawn->count] = (struct chart_panel){0};
    return &panels[drawn->count++];
}

struct chart_line *chart_add_line(struct chart_panel *panel, const char *label, int style)
{
    struct chart_line *lines = with_room(panel->lines, panel->count, sizeof *lines);
    if (lines == NULL)
        return NULL;
    panel->lines = lines;
    struct chart_line *line = &lines[panel->count++];
    *line = (struct chart_line){.style = style};
    snprintf(line->label, sizeof line->label, "%s", label);
    return line;
}

struct chart_point *chart_add_point(struct chart_line *line)
{
    struct chart_point *points = with_room(line->points, line->count, sizeof *points);
    if (points == NULL)
        return NULL;
    line->points = points;
    points[line->count] = (struct chart_point){.p90 = NAN, .p99 = NAN};
    return &points[line->count++];
}

void chart_drop_line(struct chart_panel *panel)
{
    free(panel->lines[--panel->count].points);
}

void chart_drop_panel(struct drawn_chart *drawn)
{
    struct chart_panel *panel = &drawn->panels[--drawn->count];
    while (panel->count > 0)
        chart_drop_line(panel);
    free(panel->lines);
}

void chart_free_drawn(struct drawn_chart *drawn)
{
    while (drawn->count > 0)
        chart_drop_panel(drawn);
    free(drawn->panels);
    free(drawn->svg);
    *drawn = (struct drawn_chart){0};
}

/* ---- figures and axes ---- */

bool chart_can_draw(double value)
{
    return fabs(value) <= DRAWN_MOST;
}

static void note_rounds(struct chart *chart, size_t rounds)
{
    if (chart->rounds_most == 0 || rounds < chart->rounds_least)
        chart->rounds_least = rounds;
    if (rounds > chart->rounds_most)
        chart->rounds_most = rounds;
}

bool chart_set_point(struct chart *chart, struct chart_point *point, const struct median *median,
                     double scale)
{
    point->middle = median->median * scale;
    point->low = median->low * scale;
    point->high = median->high * scale;
    if (!chart_can_draw(point->middle) || !chart_can_draw(point->low) ||
        !chart_can_draw(point->high)) {
        chart->too_large++;
        return false;
    }
    note_rounds(chart, median->n);
    return true;
}

bool chart_set_ratio(struct chart *chart, struct chart_point *point,
                     const struct comparison *comparison)
{
    if (!comparison->has_ratio || comparison->word == VERDICT_INVALID ||
        !chart_can_draw(comparison->ratio) || !chart_can_draw(1 / comparison->ratio))
        return false;
    bool is_bounded = comparison->bounded && comparison->low > 0 && isfinite(comparison->high);
    point->middle = comparison->ratio;
    point->low = is_bounded ? comparison->low : 0;
    point->high = is_bounded ? comparison->high : INFINITY;
    chart->has_unbounded |= !is_bounded;
    note_rounds(chart, comparison->n);
    return true;
}

/* Never below 0, since no metric is. */
static void widen(struct chart_panel *panel, double low, double high, double logarithmic_from)
{
    if (high < DRAWN_LEAST) { /* nothing at all, which has an axis all the same */
        low = 0;
        high = 1;
    }
    panel->logarithmic = low >= DRAWN_LEAST && high / low > logarithmic_from;
    double margin = high > low ? (high - low) * 0.04 : fabs(low) * 0.1;
    double factor = panel->logarithmic ? pow(high / low, 0.04) : 1;
    panel->low = panel->logarithmic ? low / factor : fmax(low - margin, 0);
    panel->high = panel->logarithmic ? high * factor : high + margin;
}

void chart_set_narrow_axis(struct chart_panel *panel, double low, double high)
{
    widen(panel, low, high, LOGARITHMIC_FROM);
}

void chart_set_axis(struct chart_panel *panel, double low, double high, bool prefer_logarithmic)
{
    double from = prefer_logarithmic ? LOGARITHMIC_LEAST : LOGARITHMIC_FROM;
    if (!(low >= DRAWN_LEAST && high / low > from))
        low = 0;
    if (!(high > low))
        high = low + 1;
    widen(panel, low, high, from);
}

void chart_set_ratio_axis(struct chart_panel *panel, double minimum_effect)
{
    double band = log1p(minimum_effect), low = -1.5 * band, high = 1.5 * band;
    for (size_t i = 0; i < panel->count; i++) {
        for (size_t k = 0; k < panel->lines[i].count; k++) {
            low = fmin(low, log(panel->lines[i].points[k].middle));
            high = fmax(high, log(panel->lines[i].points[k].middle));
        }
    }
    double more = fmax((high - low) * INTERVAL_SHARE, log(INTERVAL_FACTOR));
    double least = low - more, most = high + more;
    for (size_t i = 0; i < panel->count; i++) {
        for (size_t k = 0; k < panel->lines[i].count; k++) {
            const struct chart_point *point = &panel->lines[i].points[k];
            if (!isfinite(point->high))
                continue;
            low = fmin(low, fmax(least, log(point->low)));
            high = fmax(high, fmin(most, log(point->high)));
        }
    }
    double margin = (high - low) * RATIO_MARGIN;
    panel->logarithmic = true;
    panel->effect = minimum_effect;
    panel->low = exp(low - margin);
    panel->high = exp(high + margin);
}

/* ---- writing it ---- */

static void write_header(struct csv *csv, const struct chart_line *line, bool bands)
{
    const char *names[] = {"position", line->label, "ci_low", "ci_high",
                           "tick",     "p90",       "p99",    "knee"};
    for (size_t i = 0; i < (bands ? 8 : 5); i++)
        csv_text(csv, names[i]);
    csv_end_row(csv);
}

static void write_if_known(struct csv *csv, double value)
{
    if (isnan(value))
        csv_text(csv, "");
    else
        csv_number(csv, value);
}

static void write_point(struct csv *csv, const struct chart_point *point, bool bands)
{
    csv_number(csv, point->position);
    csv_number(csv, point->middle);
    write_if_known(csv, isfinite(point->high) ? point->low : NAN);
    write_if_known(csv, isfinite(point->high) ? point->high : NAN);
    csv_text(csv, point->tick);
    if (bands) {
        write_if_known(csv, point->p90);
        write_if_known(csv, point->p99);
        csv_number(csv, point->knee);
    }
    csv_end_row(csv);
}

/* Two empty lines are gnuplot's sign for the next line of the chart. */
int chart_write_lines(const struct drawn_chart *drawn, const char *folder)
{
    char name[CHART_NAME_BYTES + 8];
    struct csv csv;
    bool bands = drawn->kind == CHART_CURVES, is_first = true;
    snprintf(name, sizeof name, "%s.csv", drawn->name);
    int r = csv_open(&csv, folder, name, NULL);
    if (r < 0)
        return r;
    for (size_t i = 0; i < drawn->count; i++) {
        const struct chart_panel *panel = &drawn->panels[i];
        for (size_t k = 0; k < panel->count; k++) {
            if (!is_first)
                fputs("\n\n", csv.draft.stream);
            is_first = false;
            write_header(&csv, &panel->lines[k], bands);
            for (size_t p = 0; p < panel->lines[k].count; p++)
                write_point(&csv, &panel->lines[k].points[p], bands);
        }
    }
    return csv_close(&csv);
}

/* The title of a panel, its axis, and which lines are in it. */
int chart_write_panels(const struct drawn_chart *drawn, const char *folder)
{
    char name[CHART_NAME_BYTES + 16];
    struct csv csv;
    size_t first = 0;
    snprintf(name, sizeof name, "%s-panels.csv", drawn->name);
    int r =
        csv_open(&csv, folder, name, "title,side,low,high,logarithmic,first,count,place,effect");
    if (r < 0)
        return r;
    for (size_t i = 0; i < drawn->count; i++) {
        const struct chart_panel *panel = &drawn->panels[i];
        csv_text(&csv, panel->title);
        csv_text(&csv, panel->side);
        csv_number(&csv, panel->low);
        csv_number(&csv, panel->high);
        csv_number(&csv, panel->logarithmic);
        csv_number(&csv, (double)first);
        csv_number(&csv, (double)panel->count);
        csv_number(&csv, (double)panel->place);
        csv_number(&csv, panel->effect);
        csv_end_row(&csv);
        first += panel->count;
    }
    return csv_close(&csv);
}
