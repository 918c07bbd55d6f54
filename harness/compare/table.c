/* The comparison on a terminal: what differs, then a line for each verdict. */
#include "harness/compare/differences.h"
#include "harness/compare/text.h"
#include "harness/compare/view.h"
#include "harness/analysis/parts.h"

#include <stdlib.h>
#include <string.h>

enum { WORD, RATIO, ROUNDS, MEDIANS, SUBJECT, CELL, COLUMNS };
#define CELL_BYTES 100
#define VALUE_BYTES 512

struct line {
    char cells[COLUMNS][CELL_BYTES];
};

static void print_runs(const json_t *comparison, FILE *out)
{
    static const char *const sides[][2] = {{"base", "BASE"}, {"new", "NEW"}};
    for (int side = 0; side < 2; side++) {
        size_t i;
        const json_t *run;
        json_array_foreach(json_object_get(comparison, sides[side][0]), i, run)
        {
            char text[COMPARE_TEXT_BYTES];
            fprintf(out, "%-4s %s\n", sides[side][1], compare_run_text(run, text));
        }
    }
}

static void print_differences(const json_t *comparison, FILE *out)
{
    const json_t *differences = json_object_get(comparison, "differences"), *entry;
    size_t i;
    if (json_is_true(json_object_get(comparison, "same_run")))
        fprintf(out, "\nBASE and NEW are the same run.\n");
    if (json_is_true(json_object_get(comparison, "other_machine")))
        fprintf(out, "\nANOTHER MACHINE: what differs below may be the machine's doing alone.\n");
    fprintf(out, "\nwhat differs:%s\n",
            json_array_size(differences) == 0 ? " nothing that is recorded" : "");
    json_array_foreach(differences, i, entry)
    {
        char name[LABEL_BYTES], base[VALUE_BYTES], new[VALUE_BYTES], text[3 * VALUE_BYTES];
        snprintf(text, sizeof text, "%s: %s -> %s",
                 printable(name, sizeof name, report_text(entry, "name")),
                 difference_value(json_object_get(entry, "base"), base, sizeof base),
                 difference_value(json_object_get(entry, "new"), new, sizeof new));
        report_print_wrapped(out, 2, text);
    }
}

static void write_line(struct line *line, const json_t *comparison, const json_t *varying,
                       const json_t *verdict)
{
    char text[COMPARE_TEXT_BYTES], other[COMPARE_TEXT_BYTES];
    printable(line->cells[WORD], CELL_BYTES, report_text(verdict, "verdict"));
    printable(line->cells[RATIO], CELL_BYTES, compare_ratio_text(verdict, text));
    compare_median_text(verdict, "base", text);
    compare_median_text(verdict, "new", other);
    snprintf(line->cells[MEDIANS], CELL_BYTES, "%.40s -> %.40s", text, other);
    printable(line->cells[SUBJECT], REPORT_NAME_BYTES, report_text(verdict, "subject"));
    printable(line->cells[CELL], CELL_BYTES, compare_cell_text(varying, verdict, text));
    printable(line->cells[ROUNDS], CELL_BYTES, compare_rounds_text(comparison, verdict, text));
}

/* Each column as wide as its widest text. Medians are left out when they do not fit: they are in
 * the other forms, and say least. */
static void measure_columns(const struct line *lines, size_t count, int *widths)
{
    int total = 0;
    for (int k = 0; k < COLUMNS; k++) {
        widths[k] = 0;
        for (size_t i = 0; i < count; i++) {
            int length = (int)strlen(lines[i].cells[k]);
            widths[k] = length > widths[k] ? length : widths[k];
        }
        total += widths[k] + 2;
    }
    if (total > REPORT_COLUMNS)
        widths[MEDIANS] = 0;
}

static void print_lines(const struct line *lines, size_t count, FILE *out)
{
    int widths[COLUMNS];
    measure_columns(lines, count, widths);
    for (size_t i = 0; i < count; i++) {
        char text[COLUMNS * (CELL_BYTES + 2)];
        int length = 0;
        for (int k = 0; k < COLUMNS; k++) {
            if (widths[k] > 0)
                length += snprintf(text + length, sizeof text - (size_t)length, "  %-*s", widths[k],
                                   lines[i].cells[k]);
        }
        while (length > 0 && text[length - 1] == ' ')
            length--;
        fprintf(out, "%.*s\n", length, text);
    }
}

static void print_verdicts(const json_t *comparison, FILE *out)
{
    const json_t *verdicts = json_object_get(comparison, "verdicts"), *verdict;
    char text[COMPARE_TEXT_BYTES];
    size_t count = json_array_size(verdicts), i;
    struct line *lines = calloc(count + 1, sizeof *lines);
    if (lines == NULL || count == 0) {
        free(lines);
        return;
    }
    fprintf(out, "\nverdicts on NEW: %s\n", compare_counts_text(comparison, text));
    report_print_wrapped(out, 2, compare_method_text(comparison, text));
    fputc('\n', out);
    lines[0] = (struct line){
        {"verdict", "NEW / BASE", "to tell, likely", "BASE -> NEW, medians", "subject", "cell"}};
    json_t *varying = compare_varying(comparison);
    json_array_foreach(verdicts, i, verdict)
        write_line(&lines[i + 1], comparison, varying, verdict);
    json_decref(varying);
    print_lines(lines, count + 1, out);
    free(lines);
}

static void print_reasons(const json_t *comparison, FILE *out)
{
    json_t *reasons = compare_reasons(comparison), *count;
    const char *reason;
    if (json_object_size(reasons) > 0)
        fputc('\n', out);
    json_object_foreach(reasons, reason, count)
    {
        char clean[COMPARE_TEXT_BYTES], text[COMPARE_TEXT_BYTES + 32];
        snprintf(text, sizeof text, "%s (%" JSON_INTEGER_FORMAT ")",
                 printable(clean, sizeof clean, reason), json_integer_value(count));
        report_print_wrapped(out, 2, text);
    }
    json_decref(reasons);
}

/* Subjects of one cell that share the reason stand in one line: the entries from `first` on. */
static size_t print_entries(const json_t *varying, const json_t *list, size_t first, FILE *out)
{
    const json_t *entry = json_array_get(list, first), *next;
    char cell[COMPARE_TEXT_BYTES], text[4 * COMPARE_TEXT_BYTES], why[256],
        subject[REPORT_NAME_BYTES];
    bool whole = *report_text(entry, "subject") == '\0';
    size_t last = first;
    int length =
        snprintf(text, sizeof text, "%s%s", compare_cell_text(whole ? NULL : varying, entry, cell),
                 whole ? "" : ": ");
    for (; !whole && last < json_array_size(list); last++) {
        next = json_array_get(list, last);
        if (*report_text(next, "subject") == '\0' || !compare_is_same_cell(next, entry) ||
            strcmp(report_text(next, "why"), report_text(entry, "why")) != 0 ||
            length + REPORT_NAME_BYTES + (int)sizeof why + 8 > (int)sizeof text)
            break;
        length +=
            snprintf(text + length, sizeof text - (size_t)length, "%s%s", last > first ? ", " : "",
                     printable(subject, sizeof subject, report_text(next, "subject")));
    }
    if (*report_text(entry, "why") != '\0')
        snprintf(text + length, sizeof text - (size_t)length, ": %s",
                 printable(why, sizeof why, report_text(entry, "why")));
    report_print_wrapped(out, 2, text);
    return whole ? first + 1 : last;
}

static void print_list(const json_t *comparison, const char *name, const char *heading, FILE *out)
{
    const json_t *list = json_object_get(comparison, name);
    if (json_array_size(list) > 0)
        fprintf(out, "\n%s:\n", heading);
    json_t *varying = compare_varying(comparison);
    for (size_t i = 0; i < json_array_size(list);)
        i = print_entries(varying, list, i, out);
    json_decref(varying);
}

void compare_print_table(const json_t *comparison, FILE *out)
{
    print_runs(comparison, out);
    print_differences(comparison, out);
    print_list(comparison, "only_base", "only in BASE", out);
    print_list(comparison, "only_new", "only in NEW", out);
    print_list(comparison, "left_out", "not judged", out);
    print_verdicts(comparison, out);
    print_reasons(comparison, out);
}
