/* The report on a terminal: 100 columns, the verdicts first, then one block for each cell. A block
 * is in the order of the medians, which names no winner: which differences are real is for the
 * verdict of each row to say. Verdicts are given on the main metric; of the others, each row lists
 * the rows that its interval overlaps. */
#include "harness/analysis/words.h"

#include <stdlib.h>
#include <string.h>

#define MAXIMUM_ROWS 64
#define RELIABLE_ROUNDS 10

/* One subject's figure of one metric. */
struct row {
    const json_t *entry; /* of the summary */
    double median, low, high;
};

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

/* A row as text: cells[] are name, tier, rounds, median, interval, ratio, and the verdict against
 * the same baseline, or where the metric has none, overlaps. */
enum { NAME, TIER, ROUNDS, MEDIAN, INTERVAL, RATIO, LAST, CELLS };
struct line {
    char cells[CELLS][64];
};

static bool has_verdicts(const json_t *cell, const struct metric *metric)
{
    return metric == report_main_metric(cell) &&
           json_array_size(json_object_get(cell, "verdicts")) > 0;
}

static void write_verdict(const json_t *cell, const char *subject, struct line *line)
{
    struct report_verdict verdict;
    if (report_find_verdict(cell, subject, report_baseline(cell), &verdict))
        report_write_short_word(&verdict, line->cells[LAST], sizeof line->cells[0]);
    else
        snprintf(line->cells[LAST], sizeof line->cells[0], "-");
}

static void write_line(struct line *line, const json_t *run, const json_t *cell,
                       const struct row *rows, size_t count, size_t self, bool ranked)
{
    const struct row *row = &rows[self];
    const char *subject = report_text(row->entry, "subject");
    const char *baseline = report_baseline(cell);
    char low[24], high[24];
    int decimals = report_decimals(row->median);
    memset(line, 0, sizeof *line);
    printable(line->cells[NAME], REPORT_NAME_BYTES, subject);
    snprintf(line->cells[TIER], sizeof line->cells[0], "%s", report_short_tier(run, subject));
    snprintf(line->cells[ROUNDS], sizeof line->cells[0], "%.0f", report_number(row->entry, "n"));
    report_grouped(row->median, decimals, line->cells[MEDIAN], 24);
    report_grouped(row->low, decimals, low, sizeof low);
    report_grouped(row->high, decimals, high, sizeof high);
    snprintf(line->cells[INTERVAL], sizeof line->cells[0], "[%s, %s]", low, high);
    if (!ranked)
        return;
    const json_t *ratio = report_ratio(cell, report_text(row->entry, "metric"), baseline, subject);
    if (ratio != NULL)
        report_write_ratio(report_number(ratio, "ratio"), report_number(ratio, "ci_low"),
                           report_number(ratio, "ci_high"), line->cells[RATIO],
                           sizeof line->cells[0]);
    else if (baseline != NULL && strcmp(baseline, subject) == 0)
        snprintf(line->cells[RATIO], sizeof line->cells[0], "1");
    if (has_verdicts(cell, report_metric(cell, report_text(row->entry, "metric"))))
        write_verdict(cell, subject, line);
    else
        overlaps_of(rows, count, self, line->cells[LAST], 24);
}

/* Each column as wide as its widest text; the last one is left out when it does not fit: overlaps
 * follow from the intervals, and a verdict has to fit. Returns whether there is room for them. */
static bool measure_columns(const struct line *lines, size_t count, int *columns)
{
    int total = 4 + CELLS;
    for (int k = 0; k < CELLS; k++) {
        columns[k] = 0;
        for (size_t i = 0; i < count; i++) {
            int length = (int)strlen(lines[i].cells[k]);
            columns[k] = length > columns[k] ? length : columns[k];
        }
        total += columns[k];
    }
    return columns[LAST] > 0 && total <= REPORT_COLUMNS;
}

static void print_lines(FILE *out, const json_t *run, const struct line *lines, size_t count)
{
    int columns[CELLS];
    bool last = measure_columns(lines, count, columns);
    columns[NAME] = report_name_columns(run);
    columns[TIER] = report_tier_columns(run);
    for (size_t i = 0; i < count; i++) {
        char number[8], text[512];
        const struct line *line = &lines[i];
        snprintf(number, sizeof number, i == 0 ? "#" : "%zu", i);
        int length = snprintf(text, sizeof text, "  %2s %-*s %-*s %*s %*s %-*s %-*s %s", number,
                              columns[NAME], line->cells[NAME], columns[TIER], line->cells[TIER],
                              columns[ROUNDS], line->cells[ROUNDS], columns[MEDIAN],
                              line->cells[MEDIAN], columns[INTERVAL], line->cells[INTERVAL],
                              columns[RATIO], line->cells[RATIO], last ? line->cells[LAST] : "");
        while (length > 0 && text[length - 1] == ' ')
            length--;
        fprintf(out, "%.*s\n", length, text);
    }
}

static bool any_open(const struct line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (lines[i].cells[LAST][0] == '?')
            return true;
    }
    return false;
}

static void write_heading(struct line *line, const json_t *cell, const struct metric *metric,
                          bool ranked)
{
    char name[REPORT_NAME_BYTES];
    const char *baseline = report_baseline(cell);
    *line = (struct line){{"subject", "tier", "n", "", "99 % interval", "", ""}};
    snprintf(line->cells[MEDIAN], 24, "median, %s", metric->unit);
    if (ranked && baseline != NULL)
        snprintf(line->cells[RATIO], sizeof line->cells[0], "/ %s",
                 printable(name, sizeof name, baseline));
    if (ranked)
        snprintf(line->cells[LAST], sizeof line->cells[0], "%s",
                 has_verdicts(cell, metric) ? "verdict" : "overlaps");
}

static void print_metric(FILE *out, const json_t *run, const json_t *cell,
                         const struct metric *metric)
{
    struct row rows[MAXIMUM_ROWS];
    struct line lines[MAXIMUM_ROWS + 1];
    size_t count = rows_of_metric(cell, metric->name, rows);
    if (count == 0)
        return;
    unsigned trials;
    unsigned bound = report_bound_trials(cell, metric->name, &trials);
    double fewest = report_number(rows[0].entry, "n");
    for (size_t i = 1; i < count; i++)
        fewest =
            report_number(rows[i].entry, "n") < fewest ? report_number(rows[i].entry, "n") : fewest;
    char what[256];
    snprintf(what, sizeof what, "%s: %s; %s is better", metric->name, metric->help,
             metric->lower_is_better ? "lower" : "higher");
    fputc('\n', out);
    report_print_wrapped(out, 2, what);
    if (bound > 0)
        fprintf(out,
                "  GENERATOR BOUND in %u of %u trials: says nothing of the server; not ranked.\n",
                bound, trials);
    else
        qsort(rows, count, sizeof rows[0], metric->lower_is_better ? by_median : by_median_falling);

    write_heading(&lines[0], cell, metric, bound == 0);
    for (size_t i = 0; i < count; i++)
        write_line(&lines[i + 1], run, cell, rows, count, i, bound == 0);
    print_lines(out, run, lines, count + 1);
    if (any_open(lines, count + 1))
        report_explain_short_word(out);
    if (fewest < RELIABLE_ROUNDS)
        fprintf(out, "  Fewer than %d rounds: these intervals are narrower than the truth.\n",
                RELIABLE_ROUNDS);
}

static void print_percentile_row(FILE *out, const json_t *run, const json_t *cell,
                                 const char *metric, const char *subject)
{
    static const double shown[] = {50, 90, 99, 99.9, 99.99, 100};
    char name[REPORT_NAME_BYTES];
    const json_t *first = report_percentile(cell, metric, subject, 100);
    if (first == NULL)
        return;
    fprintf(out, "     %-*s %-*s %3.0f", report_name_columns(run),
            printable(name, sizeof name, subject), report_tier_columns(run),
            report_short_tier(run, subject), report_number(first, "n"));
    for (size_t k = 0; k < sizeof shown / sizeof shown[0]; k++) {
        const json_t *entry = report_percentile(cell, metric, subject, shown[k]);
        char text[40] = "-";
        if (entry != NULL)
            report_grouped(report_number(entry, "median") / 1000, 1, text, sizeof text);
        fprintf(out, " %9s", text);
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
    fprintf(out, "     %-*s %-*s %3s %9s %9s %9s %9s %9s %9s\n", report_name_columns(run),
            "subject", report_tier_columns(run), "tier", "n", "p50", "p90", "p99", "p99.9",
            "p99.99", "max");
    size_t i;
    const json_t *subject;
    json_array_foreach(json_object_get(run, "subjects"), i, subject)
        print_percentile_row(out, run, cell, metric->name, report_text(subject, "name"));
}

static void print_cell(FILE *out, const json_t *run, const json_t *cell)
{
    char params[400], line[40];
    fprintf(out, "\n%s %s  %s\n", report_text(cell, "workload"),
            printable(line, sizeof line, report_text(cell, "mode")),
            report_params(cell, NULL, params, sizeof params));
    report_print_reasons(&cell, 1, out);
    for (const struct metric *metric = report_next_metric(cell, NULL); metric != NULL;
         metric = report_next_metric(cell, metric)) {
        print_metric(out, run, cell, metric);
        print_percentiles(out, run, cell, metric);
    }
    report_print_counters(run, cell, out);
}

void report_print_tables(const json_t *run, FILE *out)
{
    char machine[600];
    report_print_wrapped(out, 0, report_machine(run, " | ", machine, sizeof machine));
    if (report_tier_columns(run) < 10)
        fprintf(out, "tiers: ready = readiness, compl = completion\n");
    report_print_unavailable(run, out);
    report_print_verdicts(run, out);
    size_t i;
    const json_t *cell;
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        if (!report_print_sweep(run, cell, out))
            print_cell(out, run, cell);
    }
}
