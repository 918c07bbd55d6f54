/* The data files that the gnuplot scripts read, one series for each subject. Columns:
 * results/README.md. */
#include "harness/charts.h"
#include "harness/report_csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SUBJECTS_MAXIMUM 24
#define STYLE_FALLBACK 15
#define STYLES_FALLBACK 3

/* A subject looks the same on every chart. The numbers are the line styles of
 * scripts/plots/style.gp. */
static int style_of(const char *subject)
{
    static const struct {
        const char *subject;
        int style;
    } styles[] = {
        {"select", 1},          {"poll", 2},        {"epoll", 3},          {"epoll-et", 4},
        {"epoll-oneshot", 5},   {"io_uring", 6},    {"io_uring-poll", 7},  {"kqueue", 8},
        {"peer:libuv", 9},      {"peer:libev", 10}, {"peer:libevent", 11}, {"floor:epoll", 12},
        {"floor:io_uring", 13}, {"null", 14},
    };
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
        if (strcmp(styles[i].subject, subject) == 0)
            return styles[i].style;
    }
    for (; *subject != '\0'; subject++)
        sum += (unsigned char)*subject;
    return STYLE_FALLBACK + (int)(sum % STYLES_FALLBACK);
}

/* "epoll (readiness)": the tier goes wherever the name goes. Quotes would end the field for
 * gnuplot. */
static char *label_of(const struct chart *chart, const char *subject, char *label, size_t size)
{
    char name[48], tier[24];
    report_clean(name, sizeof name, subject);
    report_clean(tier, sizeof tier, report_tier(chart->run, subject));
    snprintf(label, size, "%s (%s)", name, strcmp(tier, "none") == 0 ? "no kernel" : tier);
    for (char *at = label; *at != '\0'; at++) {
        if (*at == '"' || *at == ',')
            *at = '_';
    }
    return label;
}

static void add_style(struct chart *chart, const char *subject)
{
    size_t length = strlen(chart->styles);
    snprintf(chart->styles + length, sizeof chart->styles - length, "%s%d", length > 0 ? " " : "",
             style_of(subject));
    chart->series++;
}

static void note_rounds(struct chart *chart, const json_t *entry)
{
    double n = report_number(entry, "n");
    if (chart->rounds_most == 0 || n < chart->rounds_least)
        chart->rounds_least = n;
    if (n > chart->rounds_most)
        chart->rounds_most = n;
}

/* The entries of one metric, best first. */
static size_t ranked_entries(const struct chart *chart, const json_t **entries)
{
    size_t count = 0, i;
    const json_t *entry;
    json_array_foreach(json_object_get(chart->cells[0], "summary"), i, entry)
    {
        if (strcmp(report_text(entry, "metric"), chart->metric->name) != 0 ||
            count == SUBJECTS_MAXIMUM)
            continue;
        size_t at = count++;
        double sign = chart->metric->lower_is_better ? 1 : -1;
        for (; at > 0 && sign * report_number(entries[at - 1], "median") >
                             sign * report_number(entry, "median");
             at--)
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
    const json_t *trials = json_object_get(chart->cells[0], "trials"), *trial;
    double *values = calloc(json_array_size(trials) + 1, sizeof *values);
    size_t i;
    *count = 0;
    json_array_foreach(trials, i, trial)
    {
        const json_t *value =
            json_object_get(json_object_get(trial, "metrics"), chart->metric->name);
        if (values != NULL && json_is_number(value) &&
            json_is_true(json_object_get(trial, "valid")) &&
            strcmp(report_text(trial, "subject"), subject) == 0)
            values[(*count)++] = json_number_value(value);
    }
    return values;
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
        if (count > 1 && strcmp(report_tier(chart->run, subject), "none") == 0)
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
    double margin = *high > *low ? (*high - *low) * 0.04 : fabs(*low) * 0.1 + 1e-9;
    *low -= margin;
    *high += margin;
    snprintf(chart->range, sizeof chart->range, "%.10g %.10g", *low, *high);
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
    csv_text(csv, label_of(chart, report_text(entry, "subject"), label, sizeof label));
    csv_number(csv, style_of(report_text(entry, "subject")));
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
        csv_number(csv, style_of(subject));
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
    for (size_t i = 0; i < count; i++)
        smallest = fmin(smallest, report_number(entries[i], "median"));

    char name[240];
    struct csv csv;
    snprintf(name, sizeof name, "%s.csv", chart->name);
    int result = csv_open(&csv, folder, name,
                          "position,subject,style,median,ci_low,ci_high,text,off_axis", problem);
    if (result < 0)
        return result;
    for (size_t i = 0; i < count; i++) {
        write_dot(chart, &csv, entries[i], count - i, report_decimals(smallest), low, high);
        note_rounds(chart, entries[i]);
        add_style(chart, report_text(entries[i], "subject"));
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

static const json_t *entry_of(const json_t *list, const char *metric, const char *subject,
                              double percent)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(list, i, entry)
    {
        const json_t *stored = json_object_get(entry, "percent");
        if (strcmp(report_text(entry, "metric"), metric) == 0 &&
            strcmp(report_text(entry, "subject"), subject) == 0 &&
            (stored == NULL || json_number_value(stored) == percent))
            return entry;
    }
    return NULL;
}

/* One point of a curve. `scale` turns the unit of the metric into that of the axis. */
static void write_point(struct chart *chart, struct csv *csv, double position, const json_t *entry,
                        double scale, const char *tick)
{
    csv_number(csv, position);
    csv_number(csv, report_number(entry, "median") * scale);
    csv_number(csv, report_number(entry, "ci_low") * scale);
    csv_number(csv, report_number(entry, "ci_high") * scale);
    csv_text(csv, tick);
    csv_end_row(csv);
    note_rounds(chart, entry);
}

/* A series starts with its name; two empty lines, gnuplot's sign for the next one, stand before it.
 */
static void start_series(struct chart *chart, struct csv *csv, const char *subject)
{
    char label[LABEL_BYTES];
    if (chart->series > 0)
        fputs("\n\n", csv->file);
    csv_text(csv, "position");
    csv_text(csv, label_of(chart, subject, label, sizeof label));
    csv_text(csv, "ci_low");
    csv_text(csv, "ci_high");
    csv_text(csv, "tick");
    csv_end_row(csv);
    add_style(chart, subject);
}

static double parameter_of(const struct chart *chart, size_t cell)
{
    const json_t *params = json_object_get(chart->cells[cell], "params");
    return json_number_value(json_object_get(params, chart->parameter));
}

/* Logarithmic, with 0 a short step left of the smallest other value. Negative values are put in
 * order. */
static void place_values(const struct chart *chart, double *positions)
{
    double smallest = INFINITY;
    for (size_t i = 0; i < chart->cell_count; i++) {
        double value = parameter_of(chart, i);
        positions[i] = (double)i;
        if (value < 0)
            return;
        if (value > 0)
            smallest = fmin(smallest, value);
    }
    for (size_t i = 0; i < chart->cell_count; i++) {
        double value = parameter_of(chart, i);
        positions[i] = value > 0 ? log10(value) : log10(smallest) - 0.6;
    }
}

int chart_curves(struct chart *chart, const char *folder, char *problem)
{
    double positions[SWEEP_MAXIMUM];
    char name[240], tick[40];
    struct csv csv;
    place_values(chart, positions);
    snprintf(name, sizeof name, "%s.csv", chart->name);
    int result = csv_open(&csv, folder, name, NULL, problem);
    if (result < 0)
        return result;
    size_t i;
    const json_t *subject;
    json_array_foreach(json_object_get(chart->run, "subjects"), i, subject)
    {
        const char *subject_name = report_text(subject, "name");
        bool started = false;
        for (size_t k = 0; k < chart->cell_count && chart->series <= SUBJECTS_MAXIMUM; k++) {
            const json_t *entry = entry_of(json_object_get(chart->cells[k], "summary"),
                                           chart->metric->name, subject_name, 0);
            if (entry == NULL)
                continue;
            if (!started)
                start_series(chart, &csv, subject_name);
            started = true;
            const json_t *params = json_object_get(chart->cells[k], "params");
            report_param(json_object_get(params, chart->parameter), tick, sizeof tick);
            write_point(chart, &csv, positions[k], entry, 1, tick);
        }
    }
    return csv_close(&csv);
}

int chart_percentiles(struct chart *chart, const char *folder, char *problem)
{
    static const struct {
        double percent;
        const char *tick;
    } points[] = {{50, "p50"},     {90, "p90"},       {99, "p99"},
                  {99.9, "p99.9"}, {99.99, "p99.99"}, {100, "max"}};
    const json_t *percentiles = json_object_get(chart->cells[0], "percentiles");
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
        if (entry_of(percentiles, chart->metric->name, subject_name, 100) == NULL ||
            chart->series >= SUBJECTS_MAXIMUM)
            continue;
        start_series(chart, &csv, subject_name);
        for (size_t k = 0; k < sizeof points / sizeof points[0]; k++) {
            const json_t *entry =
                entry_of(percentiles, chart->metric->name, subject_name, points[k].percent);
            if (entry != NULL)
                write_point(chart, &csv, (double)k, entry, 1e-3, points[k].tick);
        }
    }
    return csv_close(&csv);
}
