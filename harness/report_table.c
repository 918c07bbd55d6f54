/* The report on a terminal: 100 columns, one block for each cell. It ranks by median but names no
 * winner: which differences are real is for a verdict to say, so each row lists the rows its
 * interval overlaps. */
#include "harness/parameters.h"
#include "harness/report_parts.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS 100
#define MAXIMUM_ROWS 64
#define RELIABLE_ROUNDS 10

/* One subject's figure of one metric. */
struct row {
    const json_t *entry; /* of the summary */
    double median, low, high;
};

/* Prints words, broken at COLUMNS; further lines begin `indent` columns in. */
static void print_wrapped(FILE *out, int indent, const char *text)
{
    int column = indent;
    fprintf(out, "%*s", indent, "");
    while (*text != '\0') {
        int length = (int)strcspn(text, " ");
        if (column > indent && column + 1 + length > COLUMNS) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        }
        column += fprintf(out, "%s%.*s", column > indent ? " " : "", length, text);
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static int by_median(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    return (left->median > right->median) - (left->median < right->median);
}

static int by_median_falling(const void *a, const void *b)
{
    return by_median(b, a);
}

static size_t rows_of_metric(const json_t *cell, const char *metric, struct row *rows)
{
    size_t count = 0, i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, "summary"), i, entry)
    {
        if (strcmp(report_text(entry, "metric"), metric) == 0 && count < MAXIMUM_ROWS)
            rows[count++] =
                (struct row){entry, report_number(entry, "median"), report_number(entry, "ci_low"),
                             report_number(entry, "ci_high")};
    }
    return count;
}

/* "2-4,7": the other rows whose interval has a value in common with this one's. */
static void overlaps_of(const struct row *rows, size_t count, size_t self, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count && length + 8 < size; i++) {
        if (i == self || rows[i].low > rows[self].high || rows[i].high < rows[self].low)
            continue;
        size_t last = i;
        while (last + 1 < count && last + 1 != self && rows[last + 1].low <= rows[self].high &&
               rows[last + 1].high >= rows[self].low)
            last++;
        length +=
            (size_t)snprintf(text + length, size - length, "%s%zu", length > 0 ? "," : "", i + 1);
        if (last > i)
            length += (size_t)snprintf(text + length, size - length, "-%zu", last + 1);
        i = last;
    }
    if (length == 0)
        snprintf(text, size, "-");
}

static void print_row(FILE *out, const json_t *run, const json_t *cell, const struct row *rows,
                      size_t count, size_t self, int decimals, bool ranked)
{
    const struct row *row = &rows[self];
    const char *subject = report_text(row->entry, "subject");
    const char *metric = report_text(row->entry, "metric");
    char name[24], tier[16], median[40], low[40], high[40], interval[84], ratio[40] = "",
                                                                          overlap[16] = "";

    report_grouped(row->median, decimals, median, sizeof median);
    report_grouped(row->low, decimals, low, sizeof low);
    report_grouped(row->high, decimals, high, sizeof high);
    snprintf(interval, sizeof interval, "[%s, %s]", low, high);
    const char *baseline = report_baseline(cell);
    const json_t *entry = report_ratio(cell, metric, baseline, subject);
    if (ranked && entry != NULL)
        snprintf(ratio, sizeof ratio, "%.3f [%.3f, %.3f]", report_number(entry, "ratio"),
                 report_number(entry, "ci_low"), report_number(entry, "ci_high"));
    else if (ranked && baseline != NULL && strcmp(baseline, subject) == 0)
        snprintf(ratio, sizeof ratio, "1");
    if (ranked)
        overlaps_of(rows, count, self, overlap, sizeof overlap);
    fprintf(out, "  %2zu %-14s %-10s %3.0f %11s %-22s %-21s %s\n", self + 1,
            report_clean(name, sizeof name, subject),
            report_clean(tier, sizeof tier, report_tier(run, subject)),
            report_number(row->entry, "n"), median, interval, ratio, overlap);
}

static void print_metric(FILE *out, const json_t *run, const json_t *cell,
                         const struct metric *metric)
{
    struct row rows[MAXIMUM_ROWS];
    size_t count = rows_of_metric(cell, metric->name, rows);
    if (count == 0)
        return;
    unsigned trials;
    unsigned bound = report_bound_trials(cell, metric->name, &trials);
    double smallest = rows[0].median, fewest = report_number(rows[0].entry, "n");
    for (size_t i = 1; i < count; i++) {
        smallest = rows[i].median < smallest ? rows[i].median : smallest;
        fewest =
            report_number(rows[i].entry, "n") < fewest ? report_number(rows[i].entry, "n") : fewest;
    }
    fprintf(out, "\n  %s: %s is better\n", metric->name,
            metric->lower_is_better ? "lower" : "higher");
    if (bound > 0)
        fprintf(out,
                "  GENERATOR BOUND in %u of %u trials: says nothing of the server; not ranked.\n",
                bound, trials);
    else
        qsort(rows, count, sizeof rows[0], metric->lower_is_better ? by_median : by_median_falling);

    char ratio_title[40] = "";
    const char *baseline = report_baseline(cell);
    if (bound == 0 && baseline != NULL) {
        char name[24];
        snprintf(ratio_title, sizeof ratio_title, "/ %s",
                 report_clean(name, sizeof name, baseline));
    }
    char unit[16], median_title[32];
    snprintf(median_title, sizeof median_title, "median, %s",
             report_clean(unit, sizeof unit, metric->unit));
    fprintf(out, "   # %-14s %-10s %3s %11s %-22s %-21s %s\n", "subject", "tier", "n", median_title,
            "99 % interval", ratio_title, bound == 0 ? "overlaps" : "");
    for (size_t i = 0; i < count; i++)
        print_row(out, run, cell, rows, count, i, report_decimals(smallest), bound == 0);
    if (fewest < RELIABLE_ROUNDS)
        fprintf(out, "  Fewer than %d rounds: these intervals are narrower than the truth.\n",
                RELIABLE_ROUNDS);
}

static const json_t *percentile_of(const json_t *cell, const char *metric, const char *subject,
                                   double percent)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, "percentiles"), i, entry)
    {
        if (report_number(entry, "percent") == percent &&
            strcmp(report_text(entry, "metric"), metric) == 0 &&
            strcmp(report_text(entry, "subject"), subject) == 0)
            return entry;
    }
    return NULL;
}

static void print_percentile_row(FILE *out, const json_t *run, const json_t *cell,
                                 const char *metric, const char *subject)
{
    static const double shown[] = {50, 90, 99, 99.9, 99.99, 100};
    char name[24], tier[16];
    const json_t *first = percentile_of(cell, metric, subject, 100);
    if (first == NULL)
        return;
    fprintf(out, "     %-14s %-10s %3.0f", report_clean(name, sizeof name, subject),
            report_clean(tier, sizeof tier, report_tier(run, subject)), report_number(first, "n"));
    for (size_t k = 0; k < sizeof shown / sizeof shown[0]; k++) {
        const json_t *entry = percentile_of(cell, metric, subject, shown[k]);
        char text[40] = "-";
        if (entry != NULL)
            report_grouped(report_number(entry, "median") / 1000, 1, text, sizeof text);
        fprintf(out, " %10s", text);
    }
    fputc('\n', out);
}

/* Histograms hold nanoseconds; microseconds are what a reader compares. */
static void print_percentiles(FILE *out, const json_t *run, const json_t *cell,
                              const struct metric *metric)
{
    unsigned trials;
    unsigned bound = report_bound_trials(cell, metric->name, &trials);
    if (rows_of_metric(cell, metric->name, (struct row[MAXIMUM_ROWS]){{0}}) > 0 || trials == 0)
        return;
    fprintf(out, "\n  %s, in us: percentiles of each trial, their median over the rounds\n",
            metric->name);
    if (report_is_closed_loop(cell))
        fprintf(out, "  Closed loop: a client waits for its answer, so a slow server is asked less "
                     "often.\n");
    if (bound > 0)
        fprintf(out,
                "  GENERATOR BOUND in %u of %u trials: says nothing of the server; not ranked.\n",
                bound, trials);
    fprintf(out, "     %-14s %-10s %3s %10s %10s %10s %10s %10s %10s\n", "subject", "tier", "n",
            "p50", "p90", "p99", "p99.9", "p99.99", "max");
    size_t i;
    const json_t *subject;
    json_array_foreach(json_object_get(run, "subjects"), i, subject)
        print_percentile_row(out, run, cell, metric->name, report_text(subject, "name"));
}

static void print_skipped(FILE *out, const json_t *list, const char *name_field)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(list, i, entry)
    {
        char name[40], reason[400], line[480];
        const json_t *available = json_object_get(entry, "available");
        if (available != NULL && json_is_true(available))
            continue;
        snprintf(line, sizeof line, "SKIPPED %s: %s",
                 report_clean(name, sizeof name, report_text(entry, name_field)),
                 report_clean(reason, sizeof reason, report_text(entry, "reason")));
        print_wrapped(out, 2, line);
    }
}

/* One line for each distinct reason, with how often. */
static void print_invalid(FILE *out, const json_t *cell)
{
    const json_t *trials = json_object_get(cell, "trials"), *trial;
    json_t *reasons = json_object();
    size_t i;
    json_array_foreach(trials, i, trial)
    {
        if (json_is_true(json_object_get(trial, "valid")))
            continue;
        const char *why = report_text(trial, "why_invalid");
        json_int_t seen = json_integer_value(json_object_get(reasons, why));
        json_object_set_new(reasons, why, json_integer(seen + 1));
    }
    const char *why;
    json_t *times;
    json_object_foreach(reasons, why, times)
    {
        char reason[400], line[480];
        snprintf(line, sizeof line,
                 "INVALID, not counted: %" JSON_INTEGER_FORMAT " of %zu trials: %s",
                 json_integer_value(times), json_array_size(trials),
                 report_clean(reason, sizeof reason, why));
        print_wrapped(out, 2, line);
    }
    json_decref(reasons);
}

static void print_cell(FILE *out, const json_t *run, const json_t *cell)
{
    char params[400], reason[400], line[480];
    fprintf(out, "\n%s %s  %s\n", report_text(cell, "workload"),
            report_clean(line, 40, report_text(cell, "mode")),
            report_params(cell, NULL, params, sizeof params));
    if (json_is_string(json_object_get(cell, "skipped"))) {
        snprintf(line, sizeof line, "SKIPPED: %s",
                 report_clean(reason, sizeof reason, report_text(cell, "skipped")));
        print_wrapped(out, 2, line);
    }
    print_skipped(out, json_object_get(cell, "skipped_subjects"), "subject");
    print_invalid(out, cell);
    const struct workload *workload = workload_find(report_text(cell, "workload"));
    for (const struct metric *metric = workload->metrics; metric->name != NULL; metric++) {
        if (!name_in_list(metric->modes, report_text(cell, "mode")))
            continue;
        print_metric(out, run, cell, metric);
        print_percentiles(out, run, cell, metric);
    }
    report_print_counters(run, cell, out);
}

void report_print_tables(const json_t *run, FILE *out)
{
    char machine[600];
    print_wrapped(out, 0, report_machine(run, " | ", machine, sizeof machine));
    print_skipped(out, json_object_get(run, "subjects"), "name");
    size_t i;
    const json_t *cell;
    json_array_foreach(json_object_get(run, "cells"), i, cell) print_cell(out, run, cell);
}
