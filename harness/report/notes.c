/* What is said beside the figures: why something has none, and how far to trust the others. */
#include "harness/report/parts.h"

#include "harness/analysis/reasons.h"
#include "harness/base/printable.h"

#include <stdarg.h>
#include <string.h>

/* Of trials, or pairs, that do not count; numbers in them make many. */
enum { REASONS_SHOWN = 3, REASON_TEXT_BYTES = 400 };

void report_say(FILE *out, int indent, const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    format_wrapped(out, indent, line);
}

void report_no_memory(FILE *out)
{
    fprintf(out, "  (there is no memory for this table)\n");
}

/* ---- skipped ---- */

/* A cell is not named where several are shown together: those with one reason are counted. */
static bool is_same_skip(const struct reason *a, const struct reason *b)
{
    return a->kind == REASON_SKIPPED && b->kind == REASON_SKIPPED && a->is_cell == b->is_cell &&
           strcmp(a->why, b->why) == 0 && (a->is_cell || strcmp(a->who, b->who) == 0);
}

/* How many cells it is of; 0: an earlier entry of the list has counted it. */
static size_t count_skips(const struct reason_list *list, size_t at)
{
    size_t cells = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!is_same_skip(&list->list[i], &list->list[at]))
            continue;
        if (i < at)
            return 0;
        cells += list->list[i].times;
    }
    return cells;
}

static void print_skipped(const struct reason_list *list, FILE *out)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct reason *reason = &list->list[i];
        char who[FORMAT_NAME_BYTES] = "", why[REASON_TEXT_BYTES], line[LINE_BYTES];
        size_t cells = count_skips(list, i);
        if (cells == 0)
            continue;
        if (!reason->is_cell)
            printable(who, sizeof who, reason->who);
        snprintf(line, sizeof line, "SKIPPED%s%s: %s", who[0] != '\0' ? " " : "", who,
                 printable(why, sizeof why, reason->why));
        if (list->cells > 1)
            format_add(line, sizeof line, " (%zu of %zu cells)", cells, list->cells);
        format_wrapped(out, 2, line);
    }
}

static void print_rounded(const struct reason_list *list, FILE *out)
{
    char who[FORMAT_NAME_BYTES];
    for (size_t i = 0; i < list->count; i++) {
        if (list->list[i].kind == REASON_ROUNDED)
            report_say(out, 2, "ROUNDED %s: %s", printable(who, sizeof who, list->list[i].who),
                       list->list[i].why);
    }
}

void report_print_unavailable(const struct run *run, FILE *out)
{
    struct reason_list list = {.count = 0};
    if (reasons_add_run(&list, run) == 0) {
        print_skipped(&list, out);
        print_rounded(&list, out);
    } else {
        report_no_memory(out);
    }
    reasons_free(&list);
}

/* ---- what does not count ---- */

static bool was_said(const struct reason_list *list, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (list->list[i].kind == list->list[at].kind &&
            strcmp(list->list[i].why, list->list[at].why) == 0)
            return true;
    }
    return false;
}

static void print_trials(const struct reason_list *list, FILE *out)
{
    size_t shown = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct reason *reason = &list->list[i];
        char why[REASON_TEXT_BYTES], line[LINE_BYTES];
        if (reason->kind != REASON_TRIALS || ++shown > REASONS_SHOWN)
            continue;
        snprintf(line, sizeof line, "INVALID, not counted: %zu of %zu trials: %s", reason->times,
                 list->trials, printable(why, sizeof why, reason->why));
        format_wrapped(out, 2, line);
    }
    if (shown > REASONS_SHOWN)
        report_say(out, 2, "INVALID for %zu more reasons: trials.csv", shown - REASONS_SHOWN);
}

/* Once for the cells that are shown together: they differ in their parameters alone. */
static void print_one_core(const struct reason_list *list, FILE *out)
{
    char why[REASON_TEXT_BYTES];
    for (size_t i = 0; i < list->count; i++) {
        if (list->list[i].kind == REASON_ONE_CORE && !was_said(list, i))
            report_say(out, 2, "ONE CORE: %s", printable(why, sizeof why, list->list[i].why));
    }
}

void report_print_reasons(const struct analysis *analysis, const size_t *cells, size_t count,
                          FILE *out)
{
    struct reason_list list = {.count = 0};
    if (reasons_add_cells(&list, analysis, cells, count) == 0) {
        print_one_core(&list, out);
        print_skipped(&list, out);
        print_trials(&list, out);
    } else {
        report_no_memory(out);
    }
    reasons_free(&list);
}

void report_print_invalid_pairs(const struct analysis *analysis, const size_t *cells, size_t count,
                                FILE *out)
{
    struct reason_list list = {.count = 0};
    size_t shown = 0;
    if (reasons_add_cells(&list, analysis, cells, count) < 0)
        report_no_memory(out);
    for (size_t i = 0; i < list.count; i++) {
        char why[REASON_TEXT_BYTES], line[LINE_BYTES];
        if (list.list[i].kind != REASON_INVALID || was_said(&list, i) || ++shown > REASONS_SHOWN)
            continue;
        snprintf(line, sizeof line, "INVALID: %s", printable(why, sizeof why, list.list[i].why));
        format_wrapped(out, 2, line);
    }
    if (shown > REASONS_SHOWN)
        report_say(out, 2, "INVALID for %zu more reasons: verdicts.csv", shown - REASONS_SHOWN);
    reasons_free(&list);
}

/* ---- how far to trust the figures ---- */

void report_print_disturbed(const struct run *run, const size_t *cells, size_t count, FILE *out)
{
    char line[LINE_BYTES];
    struct disturbance found = disturbance_find(run, cells, count);
    if (found.cells == 0)
        return;
    snprintf(line, sizeof line,
             "DISTURBED: in %zu of %zu trials of %zu of %zu cells something else ran on the "
             "subject's CPU, more than once in 10 ms. These trials count, but their figures vary "
             "more. On a quiet machine fewer rounds would be enough.",
             found.trials, found.of_trials, found.cells, count);
    format_wrapped(out, 2, line);
}

void report_explain_short_word(FILE *out)
{
    report_say(out, 2,
               "? (64): INCONCLUSIVE. With 64 rounds in all, about half of such pairs would be "
               "decided.");
}

void report_warn_of_few_rounds(FILE *out)
{
    report_say(out, 2,
               "Fewer than %d rounds: the intervals of the medians are narrower than the truth.",
               RELIABLE_ROUNDS);
}

void report_print_bound(unsigned bound, unsigned trials, FILE *out)
{
    report_say(out, 2,
               "GENERATOR BOUND in %u of %u trials: says nothing of the server; not ranked.", bound,
               trials);
}
