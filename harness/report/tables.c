/* The report on a terminal: the verdicts first, then one block for each cell. A block is in the
 * order of the medians, which names no winner: which differences are real is for the verdict of
 * each row to say. Verdicts are given on the main metric; of the others, each row lists the rows
 * that its interval overlaps. */
#include "harness/report/parts.h"

#include "harness/base/terminal.h"
#include "harness/contract/parameters.h"
#include "harness/report/columns.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- one metric of one cell ---- */

/* One subject's figure of it. */
struct row {
    size_t subject;
    const struct median *median;
};

/* As text: name, tier, rounds, median, interval, ratio, and the verdict against the same baseline,
 * or where the metric has none, overlaps. */
enum { NAME, TIER, ROUNDS, MEDIAN, INTERVAL, RATIO, LAST, CELLS };
struct line {
    char cells[CELLS][COLUMN_BYTES];
};

struct block {
    const struct analysis *analysis;
    size_t cell;
    const struct metric *metric;
    /* Where the generator was the bound, or in the server's way, nothing is ranked. */
    bool ranked, has_verdicts;
    struct row *rows;
    size_t count;
    /* The headings first. */
    struct line *lines;
};

static int by_median(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    return (left->median->median > right->median->median) -
           (left->median->median < right->median->median);
}

static int by_median_falling(const void *a, const void *b)
{
    return by_median(b, a);
}

static size_t count_figures(const struct analysis *analysis, size_t cell,
                            const struct metric *metric)
{
    size_t count = 0;
    for (size_t i = 0; i < analysis->run->subject_count; i++)
        count += analysis_median(analysis, cell, metric, i) != NULL;
    return count;
}

static bool are_apart(const struct median *a, const struct median *b)
{
    return a->low > b->high || a->high < b->low;
}

/* "2-4,7": the other rows whose interval has a value in common with this one's. */
static void write_overlaps(const struct block *block, size_t self, char *text)
{
    const struct row *rows = block->rows;
    text[0] = '\0';
    for (size_t i = 0; i < block->count; i++) {
        if (i == self || are_apart(rows[i].median, rows[self].median))
            continue;
        size_t last = i;
        while (last + 1 < block->count && last + 1 != self &&
               !are_apart(rows[last + 1].median, rows[self].median))
            last++;
        format_add(text, COLUMN_BYTES / 2, "%s%zu", text[0] != '\0' ? "," : "", i + 1);
        if (last > i)
            format_add(text, COLUMN_BYTES / 2, "-%zu", last + 1);
        i = last;
    }
    if (text[0] == '\0')
        snprintf(text, COLUMN_BYTES, "-");
}

static void write_verdict(const struct block *block, size_t subject, char *text)
{
    struct comparison comparison;
    size_t baseline = block->analysis->cells[block->cell].baseline;
    if (analysis_compare(block->analysis, block->cell, subject, baseline, &comparison))
        format_short_word(&comparison, text, COLUMN_BYTES);
    else
        snprintf(text, COLUMN_BYTES, "-");
}

static void write_ratio(const struct block *block, size_t subject, char *text)
{
    struct comparison ratio;
    if (subject == block->analysis->cells[block->cell].baseline)
        snprintf(text, COLUMN_BYTES, "1");
    else if (report_find_ratio(block->analysis, block->cell, block->metric, subject, &ratio))
        report_print_ratio(&ratio, text);
}

static void write_line(const struct block *block, size_t self)
{
    const struct run *run = block->analysis->run;
    const struct row *row = &block->rows[self];
    struct line *line = &block->lines[self + 1];
    char low[24], high[24];
    int decimals = format_decimals(row->median->median);
    report_name(run, row->subject, line->cells[NAME]);
    snprintf(line->cells[TIER], COLUMN_BYTES, "%s",
             report_short_tier(run, run->subjects[row->subject].tier));
    snprintf(line->cells[ROUNDS], COLUMN_BYTES, "%zu", row->median->n);
    format_grouped(row->median->median, decimals, line->cells[MEDIAN], 24);
    snprintf(line->cells[INTERVAL], COLUMN_BYTES, "[%s, %s]",
             format_grouped(row->median->low, decimals, low, sizeof low),
             format_grouped(row->median->high, decimals, high, sizeof high));
    if (!block->ranked)
        return;
    write_ratio(block, row->subject, line->cells[RATIO]);
    if (block->has_verdicts)
        write_verdict(block, row->subject, line->cells[LAST]);
    else
        write_overlaps(block, self, line->cells[LAST]);
}

static void write_heading(const struct block *block)
{
    struct line *line = &block->lines[0];
    *line = (struct line){{"subject", "tier", "n", "", "99 % interval", "", ""}};
    snprintf(line->cells[MEDIAN], COLUMN_BYTES, "median, %s", block->metric->unit);
    if (!block->ranked)
        return;
    report_baseline_heading(block->analysis, &block->cell, 1, "", line->cells[RATIO]);
    snprintf(line->cells[LAST], COLUMN_BYTES, "%s", block->has_verdicts ? "verdict" : "overlaps");
}

/* Each column as wide as its widest text, 0 for those that are left out where the terminal is too
 * narrow: overlaps follow from the intervals, the tier ranks nothing here, rounds are in the CSV
 * files. The verdict and the ratio are left out last. */
static void measure_columns(const struct block *block, int *columns, int room)
{
    static const int verdict_order[] = {TIER, ROUNDS, INTERVAL, RATIO, LAST};
    static const int overlaps_order[] = {LAST, TIER, ROUNDS, INTERVAL, RATIO};
    const int *order = block->has_verdicts ? verdict_order : overlaps_order;
    int total = 4;
    for (int k = 0; k < CELLS; k++) {
        columns[k] = 0;
        for (size_t i = 0; i <= block->count; i++) {
            int length = (int)strlen(block->lines[i].cells[k]);
            columns[k] = length > columns[k] ? length : columns[k];
        }
    }
    /* Those of all blocks stand below each other. */
    columns[NAME] = report_name_columns(block->analysis->run);
    columns[TIER] = report_tier_columns(block->analysis->run);
    for (int k = 0; k < CELLS; k++)
        total += columns[k] + (columns[k] > 0);
    for (int i = 0; i < CELLS - 2 && total > room; i++) {
        total -= columns[order[i]] + (columns[order[i]] > 0);
        columns[order[i]] = 0;
    }
}

static void print_lines(const struct block *block, FILE *out)
{
    int columns[CELLS];
    measure_columns(block, columns, terminal_columns(out));
    for (size_t i = 0; i <= block->count; i++) {
        char number[24], text[LINE_BYTES];
        snprintf(number, sizeof number, i == 0 ? "#" : "%zu", i);
        snprintf(text, sizeof text, "  %2s", number);
        for (int k = 0; k < CELLS; k++) {
            bool right = k == ROUNDS || k == MEDIAN;
            if (columns[k] > 0)
                format_add(text, sizeof text, " %*s", right ? columns[k] : -columns[k],
                           block->lines[i].cells[k]);
        }
        size_t length = strlen(text);
        while (length > 0 && text[length - 1] == ' ')
            length--;
        fprintf(out, "%.*s\n", (int)length, text);
    }
}

static bool any_open(const struct block *block)
{
    for (size_t i = 1; i <= block->count; i++) {
        if (block->lines[i].cells[LAST][0] == '?')
            return true;
    }
    return false;
}

static size_t fewest_rounds(const struct block *block)
{
    size_t fewest = SIZE_MAX;
    for (size_t i = 0; i < block->count; i++)
        fewest = block->rows[i].median->n < fewest ? block->rows[i].median->n : fewest;
    return fewest;
}

static void fill_block(struct block *block)
{
    for (size_t i = 0; i < block->analysis->run->subject_count; i++) {
        const struct median *median =
            analysis_median(block->analysis, block->cell, block->metric, i);
        if (median != NULL)
            block->rows[block->count++] = (struct row){i, median};
    }
    if (block->ranked)
        qsort(block->rows, block->count, sizeof *block->rows,
              block->metric->lower_is_better ? by_median : by_median_falling);
    write_heading(block);
    for (size_t i = 0; i < block->count; i++)
        write_line(block, i);
}

static void print_metric(const struct analysis *analysis, size_t cell, const struct metric *metric,
                         FILE *out)
{
    const struct cell *where = &analysis->run->cells[cell].cell;
    size_t count = count_figures(analysis, cell, metric);
    char what[FORMAT_BYTES];
    unsigned trials;
    if (count == 0)
        return;
    unsigned bound = analysis_bound_trials(analysis, cell, metric, &trials);
    struct block block = {
        .analysis = analysis,
        .cell = cell,
        .metric = metric,
        .ranked = bound == 0 && !run_cell_is_unranked(analysis->run, &analysis->run->cells[cell]),
        .has_verdicts = metric == workload_main_metric(where->workload, where->mode) &&
                        analysis->cells[cell].verdict_count > 0,
        .rows = calloc(count, sizeof *block.rows),
        .lines = calloc(count + 1, sizeof *block.lines),
    };
    snprintf(what, sizeof what, "%s: %s; %s is better", metric->name, metric->help,
             metric->lower_is_better ? "lower" : "higher");
    fputc('\n', out);
    format_wrapped(out, 2, what);
    if (bound > 0)
        report_print_bound(bound, trials, out);
    if (block.rows != NULL && block.lines != NULL) {
        fill_block(&block);
        print_lines(&block, out);
        if (any_open(&block))
            report_explain_short_word(out);
        if (fewest_rounds(&block) < RELIABLE_ROUNDS)
            report_warn_of_few_rounds(out);
    } else {
        report_no_memory(out);
    }
    free(block.rows);
    free(block.lines);
}

/* ---- percentiles ---- */

enum { PERCENTILE_COLUMNS = 10 };

/* As many as there is room for, from p50 on; the others are in percentiles.csv. */
static size_t percentiles_shown(const struct run *run, FILE *out)
{
    int room = terminal_columns(out) - 10 - report_name_columns(run) - report_tier_columns(run);
    size_t fit = room > PERCENTILE_COLUMNS ? (size_t)(room / PERCENTILE_COLUMNS) : 1;
    return fit < PERCENTILES ? fit : PERCENTILES;
}

static void print_percentile_row(const struct analysis *analysis, size_t cell,
                                 const struct metric *metric, size_t subject, size_t shown,
                                 FILE *out)
{
    const struct run *run = analysis->run;
    char name[FORMAT_NAME_BYTES];
    const struct median *maximum =
        analysis_percentile(analysis, cell, metric, PERCENT_100, subject);
    if (maximum == NULL)
        return;
    fprintf(out, "     %-*s %-*s %3zu", report_name_columns(run), report_name(run, subject, name),
            report_tier_columns(run), report_short_tier(run, run->subjects[subject].tier),
            maximum->n);
    for (size_t k = 0; k < shown; k++) {
        const struct median *median = analysis_percentile(analysis, cell, metric, k, subject);
        char text[40] = "-";
        if (median != NULL)
            format_grouped(median->median / 1000, 1, text, sizeof text);
        fprintf(out, " %9s", text);
    }
    fputc('\n', out);
}

/* Clients wait for one answer before the next request: latency is then what the load allowed. */
static bool is_closed_loop(const struct cell *cell)
{
    return strcmp(cell->mode, "steady") == 0;
}

/* Histograms hold nanoseconds; microseconds are what a reader compares. */
static void print_percentiles(const struct analysis *analysis, size_t cell,
                              const struct metric *metric, FILE *out)
{
    static const char *const headings[PERCENTILES] = {"p50",   "p90",    "p99",
                                                      "p99.9", "p99.99", "max"};
    const struct run *run = analysis->run;
    unsigned trials;
    unsigned bound = analysis_bound_trials(analysis, cell, metric, &trials);
    if (count_figures(analysis, cell, metric) > 0 || trials == 0)
        return;
    fputc('\n', out);
    report_say(out, 2, "%s, in us: percentiles of each trial, their median over the rounds",
               metric->name);
    if (is_closed_loop(&run->cells[cell].cell))
        report_say(out, 2,
                   "Closed loop: a client waits for its answer, so a slow server is asked less "
                   "often.");
    if (bound > 0)
        report_print_bound(bound, trials, out);
    size_t shown = percentiles_shown(run, out);
    fprintf(out, "     %-*s %-*s %3s", report_name_columns(run), "subject",
            report_tier_columns(run), "tier", "n");
    for (size_t k = 0; k < shown; k++)
        fprintf(out, " %9s", headings[k]);
    fputc('\n', out);
    for (size_t i = 0; i < run->subject_count; i++)
        print_percentile_row(analysis, cell, metric, i, shown, out);
}

/* ---- the run ---- */

static void print_cell(const struct analysis *analysis, size_t cell, FILE *out)
{
    const struct cell *where = &analysis->run->cells[cell].cell;
    const struct metric *metric = NULL;
    char params[FORMAT_BYTES];
    fputc('\n', out);
    report_say(out, 0, "%s %s  %s", where->workload->name, where->mode,
               format_params(where, NULL, NULL, params, sizeof params));
    report_print_reasons(analysis, &cell, 1, out);
    while ((metric = workload_next_metric(where->workload, where->mode, metric)) != NULL) {
        print_metric(analysis, cell, metric, out);
        print_percentiles(analysis, cell, metric, out);
    }
    report_print_counters(analysis, cell, out);
}

/* What a kill has taken is told, and not made up for. */
static void print_end(const struct run *run, FILE *out)
{
    char end[FORMAT_BYTES];
    if (!run_is_whole(run))
        report_say(out, 0, "NOT FINISHED: what follows is of %s.",
                   format_end(run, end, sizeof end));
    if (run->cut_lines > 0)
        report_say(out, 0, "%" PRIu64 " line%s of trials.jsonl was cut off, and is left out.",
                   run->cut_lines, run->cut_lines == 1 ? "" : "s");
}

void report_print_tables(const struct analysis *analysis, FILE *out)
{
    const struct run *run = analysis->run;
    char machine[FORMAT_BYTES];
    format_wrapped(out, 0, format_machine(run, " | ", machine, sizeof machine));
    print_end(run, out);
    if (report_tier_columns(run) < 10)
        fprintf(out, "tiers: ready = readiness, compl = completion\n");
    report_print_unavailable(run, out);
    report_print_verdicts(analysis, out);
    for (size_t i = 0; i < run->cell_count; i++) {
        if (!report_print_sweep(analysis, i, out))
            print_cell(analysis, i, out);
    }
}
