/* The tables of the modes that are read as curves: one for all cells that differ in one parameter,
 * with its values as rows and what belongs together side by side. */
#include "harness/report/designs.h"

#include "harness/analysis/sweeps.h"
#include "harness/base/printable.h"
#include "harness/base/terminal.h"
#include "harness/contract/parameters.h"
#include "harness/report/sweep_notes.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS_SHOWN = 14 };

/* ---- which cells are rows ---- */

/* The design's parameter; where that has one value, the first other that has several. */
static void find_rows(const struct run *run, size_t cell, const struct design *design,
                      struct sweep *sweep)
{
    const struct named_values *params = &run->cells[cell].cell.params;
    sweep_find(run, cell, design->rows, sweep);
    for (size_t i = 0; i < params->count && sweep->count == 1; i++)
        sweep_find(run, cell, params->list[i].name, sweep);
    if (sweep->count == 1)
        sweep_find(run, cell, design->rows, sweep);
}

/* Whether an earlier cell of the run is in the sweep: its table has this cell, too. With *of_mode,
 * whether there is an earlier one of the mode at all. */
static bool is_first(const struct run *run, size_t cell, const struct sweep *sweep, bool *of_mode)
{
    *of_mode = true;
    for (size_t earlier = 0; earlier < cell; earlier++) {
        *of_mode &= !cell_same_mode(&run->cells[earlier].cell, &run->cells[cell].cell);
        for (size_t k = 0; k < sweep->count; k++) {
            if (sweep->cells[k] == earlier)
                return false;
        }
    }
    return true;
}

/* ---- the table ---- */

/* As text, with a line of headings first: parameter, subject, tier, then the columns. */
enum { PARAMETER, SUBJECT, TIER, FIXED };
struct row {
    char texts[COLUMNS_SHOWN][COLUMN_BYTES];
};

struct table {
    const struct analysis *analysis;
    const struct sweep *sweep;
    const struct metric *main;
    struct mode_column columns[COLUMNS_SHOWN];
    struct row *rows;
    size_t row_count, column_count;
    struct sweep_marks marks;
};

static void write_headings(struct table *table, const struct design *design)
{
    struct row *row = &table->rows[table->row_count++];
    const struct sweep *sweep = table->sweep;
    const struct cell *cell = &table->analysis->run->cells[sweep->cells[0]].cell;
    printable(row->texts[PARAMETER], COLUMN_BYTES, sweep->parameter);
    snprintf(row->texts[SUBJECT], COLUMN_BYTES, "subject");
    snprintf(row->texts[TIER], COLUMN_BYTES, "tier");
    for (table->column_count = FIXED; table->column_count < COLUMNS_SHOWN; table->column_count++) {
        const struct column *column = &design->columns[table->column_count - FIXED];
        char *text = row->texts[table->column_count];
        if (column->heading == NULL)
            break;
        table->columns[table->column_count] = column_of_mode(column, cell);
        if (column->kind == COLUMN_RATIO)
            report_baseline_heading(table->analysis, sweep->cells, sweep->count, column->heading,
                                    text);
        else
            snprintf(text, COLUMN_BYTES, "%s", column->heading);
    }
}

static void write_row(struct table *table, size_t place, size_t subject, bool is_new)
{
    const struct run *run = table->analysis->run;
    size_t cell = table->sweep->cells[place];
    struct row *row = &table->rows[table->row_count++];
    if (is_new)
        sweep_print(run, table->sweep, place, row->texts[PARAMETER], COLUMN_BYTES);
    report_name(run, subject, row->texts[SUBJECT]);
    snprintf(row->texts[TIER], COLUMN_BYTES, "%s",
             report_short_tier(run, run->subjects[subject].tier));
    for (size_t i = FIXED; i < table->column_count; i++) {
        table->marks.pooled |=
            column_write(&table->columns[i], table->analysis, cell, subject, row->texts[i]);
        table->marks.open |= row->texts[i][0] == '?';
    }
    size_t rounds = analysis_median(table->analysis, cell, table->main, subject)->n;
    if (table->marks.fewest_rounds == 0 || rounds < table->marks.fewest_rounds)
        table->marks.fewest_rounds = rounds;
}

static void write_rows(struct table *table)
{
    for (size_t k = 0; k < table->sweep->count; k++) {
        bool is_new = true;
        for (size_t i = 0; i < table->analysis->run->subject_count; i++) {
            if (analysis_median(table->analysis, table->sweep->cells[k], table->main, i) == NULL)
                continue;
            write_row(table, k, i, is_new);
            is_new = false;
        }
    }
}

/* In this order columns are left out: last of all the answer. */
enum { SPARE, ORDINARY, ROUNDS, RATIO, VERDICT, KEPT };

static int place_of(const struct mode_column *column, size_t number)
{
    if (number == FIXED + 1) /* the main figure */
        return KEPT;
    switch (column->column->kind) {
    case COLUMN_VERDICT:
        return VERDICT;
    case COLUMN_RATIO:
        return column->column->spare ? SPARE : RATIO;
    case COLUMN_ROUNDS:
        return ROUNDS;
    default:
        return column->column->spare ? SPARE : ORDINARY;
    }
}

/* Leaves columns out from the right until the rest fits. */
static int leave_out(const struct table *table, int *widths, int total, int columns, int place)
{
    for (size_t k = table->column_count; k-- > FIXED && total > columns;) {
        if (widths[k] == 0 || place_of(&table->columns[k], k) != place)
            continue;
        total -= widths[k] + 1;
        widths[k] = 0;
    }
    return total;
}

/* A column that has nothing takes no room, nor do ratios of nobody but the baseline. */
static bool is_empty(const struct table *table, size_t column)
{
    const char *alone = table->columns[column].column->kind == COLUMN_RATIO ? "1" : "-";
    for (size_t i = 1; i < table->row_count; i++) {
        const char *text = table->rows[i].texts[column];
        if (strcmp(text, "-") != 0 && strcmp(text, alone) != 0)
            return false;
    }
    return true;
}

/* Each column as wide as its widest text, 0 for those that are left out where the terminal is too
 * narrow: first the tier, since nothing is ranked here, then the spare ones, then others, the
 * verdict last, and never the main figure. */
static void measure(const struct table *table, int *widths, int columns)
{
    int total = 1;
    for (size_t k = 0; k < table->column_count; k++) {
        widths[k] = 0;
        if (table->rows[0].texts[k][0] == '\0')
            continue; /* a ratio, and nothing that it could be to */
        if (k >= FIXED && is_empty(table, k))
            continue;
        for (size_t i = 0; i < table->row_count; i++) {
            int length = (int)strlen(table->rows[i].texts[k]);
            widths[k] = length > widths[k] ? length : widths[k];
        }
        total += widths[k] + 1;
    }
    if (total > columns) {
        total -= widths[TIER] + 1;
        widths[TIER] = 0;
    }
    for (int place = SPARE; place < KEPT; place++)
        total = leave_out(table, widths, total, columns, place);
}

static void print_rows(const struct table *table, FILE *out)
{
    int widths[COLUMNS_SHOWN];
    measure(table, widths, terminal_columns(out));
    for (size_t i = 0; i < table->row_count; i++) {
        char line[COLUMNS_SHOWN * (COLUMN_BYTES + 1)] = " ";
        for (size_t k = 0; k < table->column_count; k++) {
            bool left = k == SUBJECT || k == TIER;
            if (widths[k] > 0)
                format_add(line, sizeof line, " %*s", left ? -widths[k] : widths[k],
                           table->rows[i].texts[k]);
        }
        size_t length = strlen(line);
        while (length > 0 && line[length - 1] == ' ')
            length--;
        fprintf(out, "%.*s\n", (int)length, line);
    }
}

static void print_table(const struct analysis *analysis, const struct design *design,
                        const struct sweep *sweep, bool is_first_of_mode, FILE *out)
{
    const struct run *run = analysis->run;
    const struct cell *cell = &run->cells[sweep->cells[0]].cell;
    struct table table = {
        .analysis = analysis,
        .sweep = sweep,
        .main = workload_metric(cell->workload, cell->mode, design->main),
        .marks = {.is_first_of_mode = is_first_of_mode},
    };
    table.rows = calloc(run->subject_count * sweep->count + 1, sizeof *table.rows);
    if (table.rows == NULL) {
        report_no_memory(out);
        return;
    }
    write_headings(&table, design);
    write_rows(&table);
    if (table.row_count > 1) {
        fputc('\n', out);
        print_rows(&table, out);
        report_print_sweep_notes(analysis, design, sweep, &table.marks, out);
    }
    free(table.rows);
}

/* Of the last row, where there is most of whatever is counted. */
static void print_counters(const struct analysis *analysis, const struct sweep *sweep, FILE *out)
{
    const struct run *run = analysis->run;
    size_t last = sweep->count - 1;
    char value[40], name[40];
    if (run->cells[sweep->cells[last]].trials.count > 0)
        fprintf(out, "\n  at %s=%s (the others: counters.csv)",
                printable(name, sizeof name, sweep->parameter),
                sweep_print(run, sweep, last, value, sizeof value));
    report_print_counters(analysis, sweep->cells[last], out);
}

bool report_print_sweep(const struct analysis *analysis, size_t cell, FILE *out)
{
    const struct cell *where = &analysis->run->cells[cell].cell;
    char params[FORMAT_BYTES];
    bool is_first_of_mode;
    struct sweep sweep;
    const struct design *design = report_find_design(where);
    if (design == NULL)
        return false;
    find_rows(analysis->run, cell, design, &sweep);
    if (!is_first(analysis->run, cell, &sweep, &is_first_of_mode))
        return true;
    fputc('\n', out);
    report_say(out, 0, "%s %s  %s", design->workload, design->mode,
               format_params(where, sweep.parameter, NULL, params, sizeof params));
    report_print_reasons(analysis, sweep.cells, sweep.count, out);
    print_table(analysis, design, &sweep, is_first_of_mode, out);
    if (is_first_of_mode)
        print_counters(analysis, &sweep, out);
    return true;
}
