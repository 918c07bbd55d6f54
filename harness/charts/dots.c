/* One metric of one cell: a row for each subject, its single trials faint behind. */
#include "harness/analysis/format.h"
#include "harness/charts/chart.h"
#include "harness/stats/sort.h"
#include "harness/contract/parameters.h"
#include "harness/report/csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { SUBJECTS_MAX = 64 };

/* Places of those that have the metric, in the order of the rows. */
static size_t rank(const struct chart *chart, size_t *subjects)
{
    size_t count = 0;
    for (size_t i = 0; i < chart->run->subject_count && count < SUBJECTS_MAX; i++) {
        if (analysis_median(chart->analysis, chart->cell, chart->metric, i) == NULL ||
            !chart_shows(chart, i))
            continue;
        size_t at = count++;
        for (; at > 0 && chart_comes_before(chart, i, subjects[at - 1]); at--)
            subjects[at] = subjects[at - 1];
        subjects[at] = i;
    }
    return count;
}

/* The subject's valid values, as far as they can be drawn. The caller frees them. */
static double *values_of(const struct chart *chart, size_t subject, size_t *count)
{
    const struct run_cell *cell = &chart->run->cells[chart->cell];
    const struct trial_table *trials = &cell->trials;
    const double *column =
        trials->metrics[workload_metric_index(cell->cell.workload, chart->metric)];
    double *values = calloc(trials->count + 1, sizeof *values);
    *count = 0;
    for (size_t i = 0; values != NULL && column != NULL && i < trials->count; i++) {
        if (trials->rows[i].valid && trials->rows[i].subject == subject &&
            chart_can_draw(column[i])) /* which NAN cannot */
            values[(*count)++] = column[i];
    }
    return values;
}

/* The axis holds every interval and nearly all trials: a single trial that was disturbed may not
 * squeeze the differences that the chart is there for. How many lie beyond it is written on the
 * chart. null, which makes no system call at all, does not set the axis either unless it is alone.
 */
static int set_range(const struct chart *chart, struct chart_panel *panel, const size_t *subjects)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < panel->count; i++) {
        const struct chart_point *point = &panel->lines[i].points[0];
        size_t count;
        if (panel->count > 1 && chart_is_null(chart, subjects[i]))
            continue;
        double *values = values_of(chart, subjects[i], &count);
        if (values == NULL)
            return -ENOMEM;
        low = fmin(low, point->low);
        high = fmax(high, point->high);
        if (count > 0) {
            sort_doubles(values, count);
            low = fmin(low, values[count / 50]);
            high = fmax(high, values[count - 1 - count / 20]);
        }
        free(values);
    }
    if (!(low <= high)) /* null alone, several times */
        low = high = panel->lines[0].points[0].middle;
    chart_set_narrow_axis(panel, low, high);
    return 0;
}

/* Those that can be drawn stay in `subjects`. */
static int fill(struct chart *chart, struct chart_panel *panel, size_t *subjects, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        char label[CHART_LABEL_BYTES];
        chart_label(chart, subjects[i], label, sizeof label);
        struct chart_line *line = chart_add_line(panel, label, chart_style(chart, subjects[i]));
        struct chart_point *point = line != NULL ? chart_add_point(line) : NULL;
        if (point == NULL)
            return -ENOMEM;
        if (chart_set_point(
                chart, point,
                analysis_median(chart->analysis, chart->cell, chart->metric, subjects[i]), 1))
            subjects[kept++] = subjects[i];
        else
            chart_drop_line(panel);
    }
    for (size_t i = 0; i < panel->count; i++)
        panel->lines[i].points[0].position = (double)(panel->count - i);
    return panel->count > 0 ? set_range(chart, panel, subjects) : 0;
}

/* Decimals that suit the smallest, which null is not unless it is alone. */
static int decimals_of(const struct chart *chart, const struct chart_panel *panel,
                       const size_t *subjects)
{
    double smallest = INFINITY;
    for (size_t i = 0; i < panel->count; i++) {
        if (!chart_is_null(chart, subjects[i]) || panel->count == 1)
            smallest = fmin(smallest, panel->lines[i].points[0].middle);
    }
    return format_decimals(smallest);
}

/* One row: position, label, style, median, low, high, "3,210  [3,190, 3,230]", and whether the
 * median lies off the axis (-1 left, 1 right). */
static void write_row(struct csv *csv, const struct chart_panel *panel, size_t row, int decimals)
{
    char median[48], low[48], high[48], value[160];
    const struct chart_line *line = &panel->lines[row];
    const struct chart_point *point = &line->points[0];
    csv_number(csv, point->position);
    csv_text(csv, line->label);
    csv_number(csv, line->style);
    csv_number(csv, point->middle);
    csv_number(csv, point->low);
    csv_number(csv, point->high);
    snprintf(value, sizeof value, "%s  [%s, %s]",
             format_grouped(point->middle, decimals, median, sizeof median),
             format_grouped(point->low, decimals, low, sizeof low),
             format_grouped(point->high, decimals, high, sizeof high));
    csv_text(csv, value);
    csv_number(csv, point->middle < panel->low ? -1 : point->middle > panel->high ? 1 : 0);
    csv_end_row(csv);
}

/* The trials of one subject, spread over the row by the golden ratio: even, and the same every
 * time. */
static int write_trials_of(struct chart *chart, struct csv *csv, const struct chart_panel *panel,
                           size_t row, size_t subject)
{
    size_t count;
    double *values = values_of(chart, subject, &count);
    if (values == NULL)
        return -ENOMEM;
    bool off_axis = true;
    for (size_t i = 0; i < count; i++)
        off_axis &= values[i] < panel->low || values[i] > panel->high;
    for (size_t i = 0; i < count; i++) {
        chart->outside += !off_axis && (values[i] < panel->low || values[i] > panel->high);
        csv_number(csv, panel->lines[row].points[0].position +
                            0.5 * (fmod((double)i * 0.6180339887, 1) - 0.5));
        csv_number(csv, values[i]);
        csv_number(csv, panel->lines[row].style);
        csv_end_row(csv);
    }
    free(values);
    return 0;
}

static int write_trials(struct chart *chart, const struct chart_panel *panel,
                        const size_t *subjects, const char *folder)
{
    char name[CHART_NAME_BYTES + 16];
    struct csv csv;
    snprintf(name, sizeof name, "%s-trials.csv", chart->drawn.name);
    int r = csv_open(&csv, folder, name, "position,value,style");
    if (r < 0)
        return r;
    for (size_t i = 0; i < panel->count && r == 0; i++)
        r = write_trials_of(chart, &csv, panel, i, subjects[i]);
    int closed = csv_close(&csv);
    return r < 0 ? r : closed;
}

int chart_dots(struct chart *chart, const char *folder)
{
    char name[CHART_NAME_BYTES + 8];
    struct csv csv;
    size_t subjects[SUBJECTS_MAX], count = rank(chart, subjects);
    struct chart_panel *panel = chart_add_panel(&chart->drawn);
    chart->drawn.kind = CHART_DOTS;
    if (panel == NULL || fill(chart, panel, subjects, count) < 0)
        return -ENOMEM;
    if (panel->count == 0)
        return 0;
    snprintf(name, sizeof name, "%s.csv", chart->drawn.name);
    int r =
        csv_open(&csv, folder, name, "position,subject,style,median,ci_low,ci_high,text,off_axis");
    if (r < 0)
        return r;
    int decimals = decimals_of(chart, panel, subjects);
    for (size_t i = 0; i < panel->count; i++)
        write_row(&csv, panel, i, decimals);
    r = csv_close(&csv);
    return r < 0 ? r : write_trials(chart, panel, subjects, folder);
}
