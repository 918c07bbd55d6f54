/* The comparison on a terminal: what differs, then a line for each verdict. */
#include "harness/analysis/format.h"
#include "harness/base/printable.h"
#include "harness/base/terminal.h"
#include "harness/compare/text.h"
#include "harness/compare/writers.h"
#include "harness/record/twin_ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WORD, RATIO, ROUNDS, MEDIANS, SUBJECT, CELL, COLUMNS };
enum { CELL_BYTES = 100, VALUE_BYTES = 512 };

struct line {
    char cells[COLUMNS][CELL_BYTES];
};

static void print_item(FILE *out, const char *text)
{
    format_wrapped(out, 2, text);
}

static void print_run(FILE *out, const char *text)
{
    terminal_wrap(out, 0, 5, text);
}

static void print_differences(const struct run_comparison *comparison, FILE *out)
{
    const struct difference_list *differences = &comparison->differences;
    if (comparison->same_run)
        fprintf(out, "\nBASE and NEW are the same run.\n");
    if (comparison->other_machine)
        fprintf(out, "\nANOTHER MACHINE: it alone may be why figures differ below.\n");
    fprintf(out, "\nwhat differs:%s\n", differences->count == 0 ? " nothing that is recorded" : "");
    for (size_t i = 0; i < differences->count; i++) {
        char name[128], values[SIDES][VALUE_BYTES], text[3 * VALUE_BYTES];
        for (int side = 0; side < SIDES; side++)
            value_print(&differences->values[side].list[i].value, values[side], VALUE_BYTES);
        snprintf(text, sizeof text, "%s: %s -> %s",
                 difference_name(differences, i, name, sizeof name), values[BASE], values[NEW]);
        print_item(out, text);
    }
}

static void write_line(struct line *line, const struct run_comparison *comparison,
                       const struct compared_pair *pair)
{
    char text[COMPARE_TEXT_BYTES], other[COMPARE_TEXT_BYTES];
    printable(line->cells[WORD], CELL_BYTES, verdict_name(pair->verdict.word));
    printable(line->cells[RATIO], CELL_BYTES, compare_ratio_text(pair, text));
    compare_median_text(pair, BASE, text);
    compare_median_text(pair, NEW, other);
    snprintf(line->cells[MEDIANS], CELL_BYTES, "%.40s -> %.40s", text, other);
    snprintf(line->cells[SUBJECT], CELL_BYTES, "%.60s",
             compare_subject_text(comparison, pair, text));
    printable(line->cells[CELL], CELL_BYTES,
              compare_cell_text(comparison, pair->cell, false, text));
    printable(line->cells[ROUNDS], CELL_BYTES, compare_rounds_text(comparison, pair, text));
}

/* Each column as wide as its widest text. Where they do not fit, medians are left out first, which
 * say least and are in the other forms, then rounds; then the cell stands on a line of its own. */
static bool measure_columns(const struct line *lines, size_t count, int *widths, int room)
{
    static const int order[] = {MEDIANS, ROUNDS};
    int total = 0;
    for (int k = 0; k < COLUMNS; k++) {
        widths[k] = 0;
        for (size_t i = 0; i < count; i++) {
            int length = (int)strlen(lines[i].cells[k]);
            widths[k] = length > widths[k] ? length : widths[k];
        }
        total += widths[k] + 2;
    }
    bool cell_below = total - widths[MEDIANS] - widths[ROUNDS] - 4 > room;
    if (cell_below)
        total -= widths[CELL] + 2;
    for (size_t i = 0; i < sizeof order / sizeof order[0] && total > room; i++) {
        total -= widths[order[i]] + 2;
        widths[order[i]] = 0;
    }
    return cell_below;
}

static void print_lines(const struct line *lines, size_t count, FILE *out)
{
    int widths[COLUMNS];
    bool cell_below = measure_columns(lines, count, widths, terminal_columns(out));
    for (size_t i = 0; i < count; i++) {
        char text[COLUMNS * (CELL_BYTES + 2)];
        int length = 0;
        for (int k = 0; k < COLUMNS; k++) {
            if (widths[k] > 0 && !(cell_below && k == CELL))
                length += snprintf(text + length, sizeof text - (size_t)length, "  %-*s", widths[k],
                                   lines[i].cells[k]);
        }
        while (length > 0 && text[length - 1] == ' ')
            length--;
        fprintf(out, "%.*s\n", length, text);
        snprintf(text, sizeof text, "%s%s%s", lines[i].cells[CELL],
                 widths[ROUNDS] == 0 && lines[i].cells[ROUNDS][0] != '\0' ? "; " : "",
                 widths[ROUNDS] == 0 ? lines[i].cells[ROUNDS] : "");
        if (cell_below)
            format_wrapped(out, 6, text);
    }
}

static int print_verdicts(const struct run_comparison *comparison, FILE *out)
{
    char text[COMPARE_TEXT_BYTES];
    size_t count = comparison->pair_count;
    if (count == 0)
        return 0;
    struct line *lines = calloc(count + 1, sizeof *lines);
    if (lines == NULL)
        return -ENOMEM;
    fprintf(out, "\nverdicts on NEW: %s\n", compare_counts_text(comparison, text));
    print_item(out, compare_method_text(comparison, text));
    fputc('\n', out);
    lines[0] = (struct line){{"verdict", "NEW / BASE", "half are decided with",
                              "BASE -> NEW, medians", "subject", "cell"}};
    for (size_t i = 0; i < count; i++)
        write_line(&lines[i + 1], comparison, &comparison->pairs[i]);
    print_lines(lines, count + 1, out);
    free(lines);
    return 0;
}

/* How often runs of the machine of NEW have named what does not differ. */
static void print_twins(const struct run_comparison *comparison, FILE *out)
{
    struct twin_ledger ledger;
    char problem[PROBLEM_BYTES], sentence[TWIN_LEDGER_SENTENCE_BYTES];
    const struct side *side = &comparison->sides[NEW];
    if (twin_ledger_recall(&ledger, &side->runs[0].run.manifest, problem) < 0)
        print_item(out, problem);
    else if (ledger.runs > 0)
        print_item(out, twin_ledger_sentence(&ledger, sentence));
}

int compare_write_table(const struct run_comparison *comparison, FILE *out)
{
    compare_list_runs(comparison, print_run, out);
    print_differences(comparison, out);
    compare_list_unpaired(comparison, &comparison->only[BASE], "only in BASE", "", print_item, out);
    compare_list_unpaired(comparison, &comparison->only[NEW], "only in NEW", "", print_item, out);
    compare_list_unpaired(comparison, &comparison->left_out, "not judged", "", print_item, out);
    int r = print_verdicts(comparison, out);
    compare_list_reasons(comparison, print_item, out);
    print_twins(comparison, out);
    return r;
}
