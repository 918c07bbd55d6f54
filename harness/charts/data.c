/* The data of dots and percentiles, one series for each subject. Columns: results/README.md. */
#include "harness/charts/charts.h"
#include "harness/report/csv.h"
#include "harness/record/trials.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SUBJECTS_MAXIMUM 64
#define LOGARITHMIC_FROM 20 /* the largest value of an axis divided by the smallest */
#define LOGARITHMIC_LEAST 3 /* the same, where it is preferred: 1, 2 and 5 have numbers */

void chart_add_style(struct chart *chart, int style)
{
    size_t length = strlen(chart->styles);
    snprintf(chart->styles + length, sizeof chart->styles - length, "%s%d", length > 0 ? " " : "",
             style);
    chart->series++;
}

void chart_note_rounds(struct chart *chart, const json_t *entry)
{
    double n = report_number(entry, "n");
    if (chart->rounds_most == 0 || n < chart->rounds_least)
        chart->rounds_least = n;
    if (n > chart->rounds_most)
        chart->rounds_most = n;
}

/* The entries of one metric, in the order of the rows. */
static size_t ranked_entries(const struct chart *chart, const json_t **entries)
{
    size_t count = 0, i;
    const json_t *entry;
    json_array_foreach(json_object_get(chart->cell, "summary"), i, entry)
    {
        if (strcmp(report_text(entry, "metric"), chart->metric->name) != 0 ||
            !chart_shows(chart, report_text(entry, "subject")) || count == SUBJECTS_MAXIMUM)
            continue;
        size_t at = count++;
        for (; at > 0 && chart_comes_before(chart, entry, entries[at - 1]); at--)
            entries[at] = entries[at - 1];
        entries[at] = entry;
    }
    return count;
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The subject's valid values. The caller frees them. */
static double *raw_values(const struct chart *chart, const char *subject, size_t *count)
{
    const struct trials *trials = trials_of(chart->cell);
    const struct trial *list = trials_list(trials);
    const double *column = trials_metric(trials, chart->metric->name);
    size_t place = trials_find_subject(trials, subject);
    double *values = calloc(trials_count(trials) + 1, sizeof *values);
    *count = 0;
    for (size_t i = 0; values != NULL && column != NULL && i < trials_count(trials); i++) {
        if (list[i].valid && list[i].subject == place && !isnan(column[i]))
            values[(*count)++] = column[i];
    }
    return values;
}

/* Logarithmic where the values are far apart; never below 0, since no metric is. */
static bool widen(double *low, double *high, double logarithmic_from)
{
    bool logarithmic = *low > 0 && *high / *low > logarithmic_from;
    double margin = *high > *low ? (*high - *low) * 0.04 : fabs(*low) * 0.1 + 1e-9;
    double factor = logarithmic ? pow(*high / *low, 0.04) : 1;
    *low = logarithmic ? *low / factor : fmax(*low - margin, 0);
    *high = logarithmic ? *high * factor : *high + margin;
    return logarithmic;
}

bool chart_curve_range(double *low, double *high, bool prefer_logarithmic)
{
    double from = prefer_logarithmic ? LOGARITHMIC_LEAST : LOGARITHMIC_FROM;
    if (!(*low > 0 && *high / *low > from))
        *low = 0;
    if (!(*high > *low))
        *high = *low + 1;
    return widen(low, high, from);
}

static void set_range(struct chart *chart, double low, double high, bool logarithmic)
{
    snprintf(chart->range, sizeof chart->range, "%.10g %.10g %d", low, high, logarithmic);
}

/* The axis holds every interval and nearly all trials: a single trial that was disturbed may not
 * squeeze the differences that the chart is there for. How many lie beyond it is written on the
 * chart. null, which makes no system call at all, does not set the axis either unless it is alone.
 */
static int find_range(struct chart *chart, const json_t *const *entries, size_t count, double *low,
                      double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        const char *subject = report_text(entries[i], "subject");
        if (count > 1 && chart_is_null(subject))
            continue;
        size_t values_count;
        double *values = raw_values(chart, subject, &values_count);
        if (values == NULL)
            return -ENOMEM;
        *low = fmin(*low, report_number(entries[i], "ci_low"));
        *high = fmax(*high, report_number(entries[i], "ci_high"));
        if (values_count > 0) {
            qsort(values, values_count, sizeof *values, by_value);
            *low = fmin(*low, values[values_count / 50]);
            *high = fmax(*high, values[values_count - 1 - values_count / 20]);
        }
        free(values);
    }
    if (!(*low <= *high)) /* null alone, several times */
        *low = *high = report_number(entries[0], "median");
    bool logarithmic = widen(low, high, LOGARITHMIC_FROM);
    set_range(chart, *low, *high, logarithmic);
    return 0;
}

/* One row of the dots: position, label, style, median, low, high, "3,210 [3,190, 3,230] ns", and
 * whether the median lies off the axis (-1 left, 1 right). */
static void write_dot(struct chart *chart, struct csv *csv, const json_t *entry, size_t position,
                      int decimals, double axis_low, double axis_high)
{
    char label[LABEL_BYTES], median[40], low[40], high[40], value[160];
    double at = report_number(entry, "median");
    csv_number(csv, (double)position);
    csv_text(csv, chart_label(chart, report_text(entry, "subject"), label, sizeof label));
    csv_number(csv, chart_style(chart->run, report_text(entry, "subject")));
    csv_number(csv, at);
    csv_number(csv, report_number(entry, "ci_low"));
    csv_number(csv, report_number(entry, "ci_high"));
    snprintf(value, sizeof value, "%s  [%s; %s]",
             report_grouped(at, decimals, median, sizeof median),
             report_grouped(report_number(entry, "ci_low"), decimals, low, sizeof low),
             report_grouped(report_number(entry, "ci_high"), decimals, high, sizeof high));
    csv_text(csv, value);
    csv_number(csv, at < axis_low ? -1 : at > axis_high ? 1 : 0);
    csv_end_row(csv);
}

/* The raw trials of one subject, spread over the row by the golden ratio: even, and the same every
 * time. */
static int write_dot_trials(struct chart *chart, struct csv *csv, const char *subject,
                            size_t position, double low, double high)
{
    size_t count;
    double *values = raw_values(chart, subject, &count);
    if (values == NULL)
        return -ENOMEM;
    bool off_axis = true;
    for (size_t i = 0; i < count; i++)
        off_axis &= values[i] < low || values[i] > high;
    for (size_t i = 0; i < count; i++) {
        chart->outside += !off_axis && (values[i] < low || values[i] > high);
        csv_number(csv, (double)position + 0.5 * (fmod((double)i * 0.6180339887, 1) - 0.5));
        csv_number(csv, values[i]);
        csv_number(csv, chart_style(chart->run, subject));
        csv_end_row(csv);
    }
    free(values);
    return 0;
}

int chart_dots(struct chart *chart, const char *folder, char *problem)
{
    const json_t *entries[SUBJECTS_MAXIMUM];
    size_t count = ranked_entries(chart, entries);
    double low, high, smallest = INFINITY;
    if (count == 0)
        return 0;
    if (find_range(chart, entries, count, &low, &high) < 0) {
        snprintf(problem, PROBLEM_BYTES, "no memory for the chart %s", chart->name);
        return -ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        if (!chart_is_null(report_text(entries[i], "subject")) || count == 1)
            smallest = fmin(smallest, report_number(entries[i], "median"));
    }

    char name[240];
    struct csv csv;
    snprintf(name, sizeof name, "%s.csv", chart->name);
    int result = csv_open(&csv, folder, name,
                          "position,subject,style,median,ci_low,ci_high,text,off_axis", problem);
    if (result < 0)
        return result;
    for (size_t i = 0; i < count; i++) {
        write_dot(chart, &csv, entries[i], count - i, report_decimals(smallest), low, high);
        chart_note_rounds(chart, entries[i]);
        chart_add_style(chart, chart_style(chart->run, report_text(entries[i], "subject")));
    }
    result = csv_close(&csv);
    if (result < 0)
        return result;

    snprintf(name, sizeof name, "%s-trials.csv", chart->name);
    result = csv_open(&csv, folder, name, "position,value,style", problem);
    for (size_t i = 0; result == 0 && i < count; i++)
        result =
            write_dot_trials(chart, &csv, report_text(entries[i], "subject"), count - i, low, high);
    int closed = csv.file != NULL ? csv_close(&csv) : 0;
    return result < 0 ? result : closed;
}

/* One point of a curve. `scale` turns the unit of the metric into that of the axis. */
static void write_point(struct chart *chart, struct csv *csv, double position, const json_t *entry,
                        double scale, const char *tick, double *low, double *high)
{
    csv_number(csv, position);
    csv_number(csv, report_number(entry, "median") * scale);
    csv_number(csv, report_number(entry, "ci_low") * scale);
    csv_number(csv, report_number(entry, "ci_high") * scale);
    csv_text(csv, tick);
    csv_end_row(csv);
    chart_note_rounds(chart, entry);
    *low = fmin(*low, report_number(entry, "ci_low") * scale);
    *high = fmax(*high, report_number(entry, "ci_high") * scale);
}

/* A series starts with its name; two empty lines, gnuplot's sign for the next one, stand before it.
 */
static void start_series(struct chart *chart, struct csv *csv, const char *subject)
{
    char label[LABEL_BYTES];
    if (chart->series > 0)
        fputs("\n\n", csv->file);
    csv_text(csv, "position");
    csv_text(csv, chart_label(chart, subject, label, sizeof label));
    csv_text(csv, "ci_low");
    csv_text(csv, "ci_high");
    csv_text(csv, "tick");
    csv_end_row(csv);
    chart_add_style(chart, chart_style(chart->run, subject));
}

/* Whether any subject has this percentile. */
static bool is_resolved(const json_t *percentiles, const char *metric, double percent)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(percentiles, i, entry)
    {
        if (report_number(entry, "percent") == percent &&
            strcmp(report_text(entry, "metric"), metric) == 0)
            return true;
    }
    return false;
}

int chart_percentiles(struct chart *chart, const char *folder, char *problem)
{
    static const struct {
        double percent;
        const char *tick;
    } points[] = {{50, "p50"},     {90, "p90"},       {99, "p99"},
                  {99.9, "p99.9"}, {99.99, "p99.99"}, {100, "max"}};
    const json_t *percentiles = json_object_get(chart->cell, "percentiles");
    double low = INFINITY, high = -INFINITY;
    char name[240];
    struct csv csv;
    snprintf(name, sizeof name, "%s.csv", chart->name);
    int result = csv_open(&csv, folder, name, NULL, problem);
    if (result < 0)
        return result;
    size_t i;
    const json_t *subject;
    json_array_foreach(json_object_get(chart->run, "subjects"), i, subject)
    {
        const char *subject_name = report_text(subject, "name");
        if (report_percentile(chart->cell, chart->metric->name, subject_name, 100) == NULL ||
            !chart_shows(chart, subject_name) || chart->series >= SUBJECTS_MAXIMUM)
            continue;
        start_series(chart, &csv, subject_name);
        size_t position = 0;
        for (size_t k = 0; k < sizeof points / sizeof points[0]; k++) {
            const json_t *entry = report_percentile(chart->cell, chart->metric->name, subject_name,
                                                    points[k].percent);
            if (entry != NULL)
                write_point(chart, &csv, (double)position, entry, 1e-3, points[k].tick, &low,
                            &high);
            position += is_resolved(percentiles, chart->metric->name, points[k].percent);
        }
    }
    bool logarithmic = chart_curve_range(&low, &high, false);
    set_range(chart, low, high, logarithmic);
    return csv_close(&csv);
}
