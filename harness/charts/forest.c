/* The main picture of a cell: what each subject comes to beside the baseline, as a ratio within
 * rounds with the interval that its verdict rests on. Absolute medians, whose intervals overlap
 * where pairs differ, come second (dots.c). */
#include "harness/analysis/format.h"
#include "harness/charts/chart.h"
#include "harness/report/csv.h"

#include <errno.h>
#include <math.h>

enum { SUBJECTS_MAX = 64 };

/* The upper end of an interval over its lower one. */
#define USEFUL_FACTOR 100

struct row {
    size_t subject;
    bool is_baseline, has_ratio;
    struct comparison comparison;
    struct chart_point point;
};

/* What decides the order: on a ladder the lower rung is above, else the better ratio. Those without
 * a ratio come last. */
static bool comes_before(const struct chart *chart, const struct row *a, const struct row *b)
{
    if (chart->ladder && a->is_baseline != b->is_baseline)
        return a->is_baseline;
    if (chart->ladder)
        return chart_is_lower_rung(chart, a->subject, b->subject);
    if (a->has_ratio != b->has_ratio)
        return a->has_ratio;
    if (!a->has_ratio)
        return false;
    double left = a->point.middle, right = b->point.middle;
    return chart->metric->lower_is_better ? left < right : left > right;
}

static bool make_row(struct chart *chart, size_t subject, struct row *row)
{
    size_t baseline = chart->baseline;
    *row = (struct row){.subject = subject, .is_baseline = subject == baseline};
    if (row->is_baseline) {
        row->has_ratio = true;
        row->point = (struct chart_point){.middle = 1, .low = 1, .high = 1};
        return true;
    }
    if (!chart_shows(chart, subject) ||
        !analysis_compare(chart->analysis, chart->cell, subject, baseline, &row->comparison))
        return false;
    row->has_ratio = chart_set_ratio(chart, &row->point, &row->comparison);
    return true;
}

/* In the order of the picture, from above. */
static size_t find_rows(struct chart *chart, struct row *rows)
{
    size_t count = 0, others = 0;
    for (size_t i = 0; i < chart->run->subject_count && count < SUBJECTS_MAX; i++) {
        struct row made;
        if (!make_row(chart, i, &made))
            continue;
        size_t at = count++;
        for (; at > 0 && comes_before(chart, &made, &rows[at - 1]); at--)
            rows[at] = rows[at - 1];
        rows[at] = made;
        others += !made.is_baseline;
    }
    return others > 0 ? count : 0;
}

bool chart_is_useless(const struct comparison *comparison)
{
    return (comparison->word == VERDICT_INCONCLUSIVE || comparison->word == VERDICT_INVALID) &&
           !(comparison->low * USEFUL_FACTOR >= comparison->high);
}

static void set_words(struct chart *chart, struct chart_line *line, const struct row *row)
{
    const struct comparison *comparison = &row->comparison;
    if (row->is_baseline)
        snprintf(line->word, sizeof line->word, "baseline");
    else if (comparison->word == VERDICT_INCONCLUSIVE)
        snprintf(line->word, sizeof line->word, "not decided (%zu round%s)", comparison->n,
                 comparison->n == 1 ? "" : "s");
    else
        snprintf(line->word, sizeof line->word, "%s", verdict_name(comparison->word));
    const struct median *median =
        analysis_median(chart->analysis, chart->cell, chart->metric, row->subject);
    char value[48];
    bool is_large = row->is_baseline && median != NULL && !chart_can_draw(median->median);
    chart->too_large += is_large;
    if (row->is_baseline && median != NULL && !is_large)
        snprintf(
            line->text, sizeof line->text, "1 = %s %s",
            format_grouped(median->median, format_decimals(median->median), value, sizeof value),
            chart->metric->unit);
    else if (!row->is_baseline && row->has_ratio && isfinite(row->point.high) &&
             !chart_is_useless(comparison))
        format_ratio(comparison->ratio, comparison->low, comparison->high, line->text,
                     sizeof line->text);
    else if (!row->is_baseline && row->has_ratio)
        snprintf(line->text, sizeof line->text, "%.*f  no %sinterval yet",
                 format_ratio_decimals(comparison->ratio), comparison->ratio,
                 isfinite(row->point.high) ? "useful " : "");
}

static int add_row(struct chart *chart, struct chart_panel *panel, const struct row *row,
                   size_t position)
{
    char label[CHART_LABEL_BYTES];
    struct chart_line *line =
        chart_add_line(panel, chart_label(chart, row->subject, label, sizeof label),
                       chart_style(chart, row->subject));
    if (line == NULL)
        return -ENOMEM;
    set_words(chart, line, row);
    line->place = (double)position;
    if (!row->has_ratio)
        return 0;
    struct chart_point *point = chart_add_point(line);
    if (point == NULL)
        return -ENOMEM;
    *point = row->point;
    point->position = line->place;
    point->p90 = point->p99 = NAN;
    return 0;
}

/* One end of the interval, where it is drawn to; *beyond: it runs out of the picture. */
static double drawn_end(const struct chart_panel *panel, double end, int *beyond)
{
    *beyond = end < panel->low ? -1 : end > panel->high ? 1 : 0;
    return *beyond < 0 ? panel->low : *beyond > 0 ? panel->high : end;
}

static void csv_number_if(struct csv *csv, bool known, double number)
{
    if (known)
        csv_number(csv, number);
    else
        csv_text(csv, "");
}

/* One row: position, subject, style, ratio, the interval as it is and as far as it is drawn,
 * whether its ends are beyond the picture, the word, and the text. */
static void write_row(struct csv *csv, const struct chart_panel *panel,
                      const struct chart_line *line)
{
    const struct chart_point *point = line->count > 0 ? &line->points[0] : NULL;
    int left = 0, right = 0;
    csv_number(csv, line->place);
    csv_text(csv, line->label);
    csv_number(csv, line->style);
    if (point != NULL) {
        bool is_bounded = isfinite(point->high);
        double low = drawn_end(panel, point->low, &left);
        double high = drawn_end(panel, point->high, &right);
        csv_number(csv, point->middle);
        csv_number_if(csv, is_bounded, point->low);
        csv_number_if(csv, is_bounded, point->high);
        csv_number(csv, low);
        csv_number(csv, high);
    } else {
        for (int i = 0; i < 5; i++)
            csv_text(csv, "");
    }
    csv_number(csv, left < 0);
    csv_number(csv, right > 0);
    csv_text(csv, line->word);
    csv_text(csv, line->text);
    csv_end_row(csv);
}

static int write_rows(const struct chart *chart, const struct chart_panel *panel,
                      const char *folder)
{
    char name[CHART_NAME_BYTES + 8];
    struct csv csv;
    snprintf(name, sizeof name, "%s.csv", chart->drawn.name);
    int r = csv_open(&csv, folder, name,
                     "position,subject,style,ratio,ci_low,ci_high,drawn_low,drawn_high,beyond_left,"
                     "beyond_right,word,text");
    if (r < 0)
        return r;
    for (size_t i = 0; i < panel->count; i++)
        write_row(&csv, panel, &panel->lines[i]);
    return csv_close(&csv);
}

int chart_forest(struct chart *chart, const char *folder)
{
    struct row rows[SUBJECTS_MAX];
    chart->drawn.kind = CHART_FOREST;
    size_t count = find_rows(chart, rows);
    if (count == 0)
        return 0;
    struct chart_panel *panel = chart_add_panel(&chart->drawn);
    if (panel == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        if (add_row(chart, panel, &rows[i], count - i) < 0)
            return -ENOMEM;
    }
    chart_set_ratio_axis(panel, chart->analysis->minimum_effect);
    return write_rows(chart, panel, folder);
}
