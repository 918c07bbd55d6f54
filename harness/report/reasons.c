/* Why something has no figures: what was skipped, and trials that do not count. */
#include "harness/analysis/parts.h"
#include "harness/record/trials.h"

#include <string.h>

#define REASONS_MAXIMUM 3 /* of trials that do not count; numbers in them make many */

/* Prints words, broken at REPORT_COLUMNS; further lines begin `indent` columns in. */
void report_print_wrapped(FILE *out, int indent, const char *text)
{
    int column = indent;
    fprintf(out, "%*s", indent, "");
    while (*text != '\0') {
        int length = (int)strcspn(text, " ");
        if (column > indent && column + 1 + length > REPORT_COLUMNS) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        }
        column += fprintf(out, "%s%.*s", column > indent ? " " : "", length, text);
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

/* Counts `line` among those that will be printed; the order is that of the first time. */
static void note(json_t *lines, const char *line)
{
    json_int_t seen = json_integer_value(json_object_get(lines, line));
    json_object_set_new(lines, line, json_integer(seen + 1));
}

static void note_skipped(json_t *lines, const json_t *entry, const char *name_field)
{
    char name[40], reason[400], line[480];
    snprintf(line, sizeof line, "SKIPPED %s: %s",
             printable(name, sizeof name, report_text(entry, name_field)),
             printable(reason, sizeof reason, report_text(entry, "reason")));
    note(lines, line);
}

/* Each line once, with the number of cells that have it when they are several. */
static void print_notes(json_t *lines, size_t cells, FILE *out)
{
    const char *line;
    json_t *times;
    json_object_foreach(lines, line, times)
    {
        char text[560];
        json_int_t seen = json_integer_value(times);
        if (cells > 1)
            snprintf(text, sizeof text, "%s (%" JSON_INTEGER_FORMAT " of %zu cells)", line, seen,
                     cells);
        report_print_wrapped(out, 2, cells > 1 ? text : line);
    }
    json_decref(lines);
}

void report_print_unavailable(const json_t *run, FILE *out)
{
    json_t *lines = json_object();
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(run, "subjects"), i, entry)
    {
        if (!json_is_true(json_object_get(entry, "available")))
            note_skipped(lines, entry, "name");
    }
    print_notes(lines, 1, out);
}

static void print_skipped(const json_t *const *cells, size_t count, FILE *out)
{
    json_t *lines = json_object();
    for (size_t k = 0; k < count; k++) {
        size_t i;
        const json_t *entry;
        if (json_is_string(json_object_get(cells[k], "skipped"))) {
            char reason[400], line[480];
            snprintf(line, sizeof line, "SKIPPED: %s",
                     printable(reason, sizeof reason, report_text(cells[k], "skipped")));
            note(lines, line);
        }
        json_array_foreach(json_object_get(cells[k], "skipped_subjects"), i, entry)
            note_skipped(lines, entry, "subject");
    }
    print_notes(lines, count, out);
}

/* One line for each distinct reason, with how often. */
static void print_invalid(const json_t *const *cells, size_t count, FILE *out)
{
    json_t *reasons = json_object();
    size_t total = 0;
    for (size_t k = 0; k < count; k++) {
        const struct trials *trials = trials_of(cells[k]);
        const struct trial *list = trials_list(trials);
        total += trials_count(trials);
        for (size_t i = 0; i < trials_count(trials); i++) {
            if (!list[i].valid)
                note(reasons, trials_why_invalid(trials, &list[i]));
        }
    }
    const char *why;
    json_t *times;
    size_t printed = 0;
    json_object_foreach(reasons, why, times)
    {
        char reason[400], line[480];
        if (printed++ == REASONS_MAXIMUM) {
            fprintf(out, "  INVALID for %zu more reasons: trials.csv\n",
                    json_object_size(reasons) - REASONS_MAXIMUM);
            break;
        }
        snprintf(line, sizeof line,
                 "INVALID, not counted: %" JSON_INTEGER_FORMAT " of %zu trials: %s",
                 json_integer_value(times), total, printable(reason, sizeof reason, why));
        report_print_wrapped(out, 2, line);
    }
    json_decref(reasons);
}

void report_print_reasons(const json_t *const *cells, size_t count, FILE *out)
{
    print_skipped(cells, count, out);
    print_invalid(cells, count, out);
}
