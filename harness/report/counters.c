/* What each subject did for one operation, as a table. */
#include "harness/report/parts.h"

#include "harness/analysis/counters.h"
#include "harness/base/printable.h"
#include "harness/base/terminal.h"

#include <string.h>

enum { COUNTERS_SHOWN = 32, COUNTER_COLUMNS = 12, COUNTER_COLUMNS_MOST = 28 };

/* Some counters of one cell, that fit beside each other. */
struct block {
    const struct run *run;
    const struct run_cell *cell;
    const char *const *names;
    size_t count;
    /* Of each, a blank included. */
    int columns;
    bool is_first;
};

static void write_count(double value, char *text, size_t size)
{
    bool is_small = value != 0 && value < 0.001;
    snprintf(text, size, is_small ? "%.0e" : value < 1e7 ? "%.3f" : "%.3g", value);
}

/* Nothing for a subject that has none of these counters. Behind the first block, nothing either for
 * one that has no other value than 0. */
static void print_subject(const struct block *block, size_t subject, FILE *out)
{
    const struct run *run = block->run;
    char line[LINE_BYTES], name[FORMAT_NAME_BYTES];
    bool any = false;
    snprintf(line, sizeof line, "     %-*s %-*s", report_name_columns(run),
             report_name(run, subject, name), report_tier_columns(run),
             report_short_tier(run, run->subjects[subject].tier));
    for (size_t i = 0; i < block->count; i++) {
        double value;
        size_t trials;
        char text[24] = "-";
        if (counter_per_operation(block->cell, subject, block->names[i], &value, &trials)) {
            any |= value > 0 || block->is_first;
            write_count(value, text, sizeof text);
        }
        format_add(line, sizeof line, "%*.18s", block->columns, text);
    }
    if (any)
        fprintf(out, "%s\n", line);
}

static void print_block(const struct block *block, FILE *out)
{
    char name[COUNTER_COLUMNS_MOST];
    fprintf(out, "     %-*s %-*s", report_name_columns(block->run), "subject",
            report_tier_columns(block->run), "tier");
    for (size_t i = 0; i < block->count; i++)
        fprintf(out, "%*s", block->columns, printable(name, sizeof name, block->names[i]));
    fputc('\n', out);
    for (size_t i = 0; i < block->run->subject_count; i++)
        print_subject(block, i, out);
}

static int widest_of(const char *const *names, size_t count)
{
    size_t widest = COUNTER_COLUMNS;
    for (size_t i = 0; i < count; i++)
        widest = strlen(names[i]) + 1 > widest ? strlen(names[i]) + 1 : widest;
    return widest < COUNTER_COLUMNS_MOST ? (int)widest : COUNTER_COLUMNS_MOST;
}

void report_print_counters(const struct analysis *analysis, size_t cell, FILE *out)
{
    const struct run *run = analysis->run;
    const char *names[COUNTERS_SHOWN];
    struct block block = {.run = run, .cell = &run->cells[cell]};
    size_t count = counter_names(block.cell, names, COUNTERS_SHOWN);
    int left = terminal_columns(out) - 6 - report_name_columns(run) - report_tier_columns(run);
    block.columns = widest_of(names, count);
    size_t fit = left >= block.columns ? (size_t)(left / block.columns) : 1;
    if (block.cell->trials.count == 0)
        return;
    fprintf(out, "\n  counters for one %s (\"-\": not counted here)\n",
            counter_operation(&block.cell->cell));
    for (size_t from = 0; from < count; from += fit) {
        block.names = names + from;
        block.count = count - from < fit ? count - from : fit;
        block.is_first = from == 0;
        print_block(&block, out);
    }
}
