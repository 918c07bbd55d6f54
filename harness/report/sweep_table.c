/* The tables of the modes that are read as curves: one for all cells that differ in one parameter,
 * with its values as rows and what belongs together side by side. */
#include "harness/execute/headroom.h"
#include "harness/report/designs.h"
#include "harness/analysis/sweeps.h"
#include "harness/analysis/words.h"
#include "harness/record/trials.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAXIMUM 14
#define RELIABLE_ROUNDS 10

/* ---- which cells are rows ---- */

/* The design's parameter; where that has one value, the first other that has several. */
static void find_rows(const json_t *run, const json_t *cell, const struct design *design,
                      struct sweep *sweep)
{
    const json_t *cells = json_object_get(run, "cells");
    const char *name;
    json_t *value;
    sweep_find(cells, cell, design->rows, sweep);
    if (sweep->count > 1)
        return;
    json_object_foreach(json_object_get(cell, "params"), name, value)
    {
        sweep_find(cells, cell, name, sweep);
        if (sweep->count > 1)
            return;
    }
    sweep_find(cells, cell, design->rows, sweep);
}

/* Whether an earlier cell of the file is in the sweep: its table has this cell, too. With *of_mode,
 * whether there is an earlier one of the mode at all. */
static bool is_first(const json_t *run, const json_t *cell, const struct sweep *sweep,
                     bool *of_mode)
{
    size_t i;
    const json_t *earlier;
    *of_mode = true;
    json_array_foreach(json_object_get(run, "cells"), i, earlier)
    {
        if (earlier == cell)
            break;
        *of_mode &= !sweep_same_mode(earlier, cell);
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
    char texts[COLUMNS_MAXIMUM][COLUMN_BYTES];
};

struct table {
    const json_t *run;
    const struct design *design;
    const struct sweep *sweep;
    struct row *rows;
    size_t row_count, column_count;
    bool is_first; /* of its mode: what holds for all of them is said there */
    bool marked;   /* a percentile of all rounds together is in it */
    bool open;     /* a verdict that is INCONCLUSIVE is in it */
    double fewest_rounds;
};

static void write_headings(struct table *table)
{
    struct row *row = &table->rows[table->row_count++];
    const char *baseline = NULL;
    char name[REPORT_NAME_BYTES];
    for (size_t i = 0; i < table->sweep->count && baseline == NULL; i++)
        baseline = report_baseline(table->sweep->cells[i]);
    printable(row->texts[PARAMETER], COLUMN_BYTES, table->sweep->parameter);
    snprintf(row->texts[SUBJECT], COLUMN_BYTES, "subject");
    snprintf(row->texts[TIER], COLUMN_BYTES, "tier");
    for (table->column_count = FIXED;; table->column_count++) {
        const struct column *column = &table->design->columns[table->column_count - FIXED];
        if (column->heading == NULL)
            break;
        bool ratio = column->kind == COLUMN_RATIO;
        if (!ratio)
            snprintf(row->texts[table->column_count], COLUMN_BYTES, "%s", column->heading);
        else if (baseline != NULL)
            snprintf(row->texts[table->column_count], COLUMN_BYTES, "%s %s", column->heading,
                     printable(name, sizeof name, baseline));
    }
}

static void write_row(struct table *table, const json_t *cell, const char *subject, bool is_new)
{
    struct row *row = &table->rows[table->row_count++];
    const json_t *entry = report_entry(cell, "summary", table->design->main, subject);
    const json_t *value = json_object_get(json_object_get(cell, "params"), table->sweep->parameter);
    if (is_new)
        report_param(value, row->texts[PARAMETER], COLUMN_BYTES);
    printable(row->texts[SUBJECT], REPORT_NAME_BYTES, subject);
    snprintf(row->texts[TIER], COLUMN_BYTES, "%s", report_short_tier(table->run, subject));
    for (size_t i = FIXED; i < table->column_count; i++) {
        table->marked |=
            column_write(&table->design->columns[i - FIXED], cell, subject, row->texts[i]);
        table->open |= row->texts[i][0] == '?';
    }
    double rounds = report_number(entry, "n");
    if (table->fewest_rounds == 0 || rounds < table->fewest_rounds)
        table->fewest_rounds = rounds;
}

static void write_rows(struct table *table)
{
    write_headings(table);
    for (size_t k = 0; k < table->sweep->count; k++) {
        const json_t *cell = table->sweep->cells[k], *subject;
        bool is_new = true;
        size_t i;
        json_array_foreach(json_object_get(table->run, "subjects"), i, subject)
        {
            const char *name = report_text(subject, "name");
            if (report_entry(cell, "summary", table->design->main, name) == NULL)
                continue;
            write_row(table, cell, name, is_new);
            is_new = false;
        }
    }
}

/* Each column as wide as its widest text, 0 for those that are left out where the terminal is too
 * narrow: first the tier, since nothing is ranked here, then the spare ones. */
static void measure(const struct table *table, int *widths)
{
    int total = 1;
    for (size_t k = 0; k < table->column_count; k++) {
        widths[k] = 0;
        if (table->rows[0].texts[k][0] == '\0')
            continue; /* a ratio, and nothing that it could be to */
        for (size_t i = 0; i < table->row_count; i++) {
            int length = (int)strlen(table->rows[i].texts[k]);
            widths[k] = length > widths[k] ? length : widths[k];
        }
        total += widths[k] + 1;
    }
    if (total > REPORT_COLUMNS) {
        total -= widths[TIER] + 1;
        widths[TIER] = 0;
    }
    for (size_t k = table->column_count; k-- > FIXED && total > REPORT_COLUMNS;) {
        if (!table->design->columns[k - FIXED].spare)
            continue;
        total -= widths[k] + 1;
        widths[k] = 0;
    }
}

static void print_rows(const struct table *table, FILE *out)
{
    int widths[COLUMNS_MAXIMUM];
    measure(table, widths);
    for (size_t i = 0; i < table->row_count; i++) {
        char line[COLUMNS_MAXIMUM * COLUMN_BYTES];
        int length = snprintf(line, sizeof line, " ");
        for (size_t k = 0; k < table->column_count; k++) {
            bool left = k == SUBJECT || k == TIER;
            if (widths[k] > 0)
                length += snprintf(line + length, sizeof line - (size_t)length, " %*s",
                                   left ? -widths[k] : widths[k], table->rows[i].texts[k]);
        }
        while (length > 0 && line[length - 1] == ' ')
            length--;
        fprintf(out, "%.*s\n", length, line);
    }
}

/* ---- what is said below it ---- */

static void shout_early(const struct table *table, FILE *out)
{
    for (size_t k = 0; k < table->sweep->count; k++) {
        size_t i;
        const json_t *subject;
        json_array_foreach(json_object_get(table->run, "subjects"), i, subject)
        {
            char name[REPORT_NAME_BYTES], parameter[40], value[40], line[400];
            const json_t *cell = table->sweep->cells[k];
            double early = column_early(cell, "early", report_text(subject, "name"));
            if (early == 0)
                continue;
            snprintf(line, sizeof line,
                     "EARLY: %s ran %.15g callbacks BEFORE their time at %s=%s. That is a fault; "
                     "its lateness means nothing.",
                     printable(name, sizeof name, report_text(subject, "name")), early,
                     printable(parameter, sizeof parameter, table->sweep->parameter),
                     report_param(
                         json_object_get(json_object_get(cell, "params"), table->sweep->parameter),
                         value, sizeof value));
            report_print_wrapped(out, 2, line);
        }
    }
}

static void print_knee(const struct table *table, const char *subject, FILE *out)
{
    struct knee knee;
    char name[REPORT_NAME_BYTES], line[400];
    const struct sweep *sweep = table->sweep;
    if (!sweep_knee(sweep, subject, &knee))
        return;
    int length = snprintf(line, sizeof line, "knee of %s: ", printable(name, sizeof name, subject));
    char *text = line + length;
    size_t size = sizeof line - (size_t)length;
    double carried = sweep_value(sweep->cells[knee.carried], "load");
    double overloaded = sweep_value(sweep->cells[knee.overloaded], "load");
    const char *why = knee.keeps_up ? "the wait is too long" : "delivery falls behind";
    if (knee.found && knee.bounded)
        snprintf(text, size, "load %g is carried, %g is not (%s)", carried, overloaded, why);
    else if (knee.found)
        snprintf(text, size, "every load up to %g is carried; it lies above", carried);
    else if (knee.bounded)
        snprintf(text, size, "not even load %g is carried (%s)", overloaded, why);
    else
        snprintf(text, size, "unknown: no load has a 99th percentile; ask for more seconds");
    if (knee.left_out > 0 && (knee.found || knee.bounded))
        snprintf(text + strlen(text), size - strlen(text), "; %zu load%s without a p99 left out",
                 knee.left_out, knee.left_out == 1 ? "" : "s");
    report_print_wrapped(out, 2, line);
}

static void print_knees(const struct table *table, FILE *out)
{
    size_t i;
    const json_t *subject;
    if (!table->design->has_knee || strcmp(table->sweep->parameter, "load") != 0 ||
        table->sweep->count < 2)
        return;
    json_array_foreach(json_object_get(table->run, "subjects"), i, subject)
        print_knee(table, report_text(subject, "name"), out);
    if (!table->is_first)
        return;
    fprintf(out,
            "  A load is carried when at least %g %% of what is offered is delivered, and p99 wait "
            "is at most\n  %g times the mean service time (or %g times p99 at the lowest load).\n",
            100 * KNEE_DELIVERED, KNEE_WAIT_FACTOR, KNEE_WAIT_FACTOR);
}

/* Values of the parameter at which the clients' side was the bound. */
static void print_bound(const struct table *table, FILE *out)
{
    const struct sweep *sweep = table->sweep;
    for (size_t k = 0; k < sweep->count; k++) {
        char parameter[40], value[40], line[400];
        unsigned trials, bound;
        bound = report_bound_trials(sweep->cells[k], "response_latency_ns", &trials);
        if (bound == 0)
            continue;
        const json_t *params = json_object_get(sweep->cells[k], "params");
        snprintf(line, sizeof line,
                 "GENERATOR BOUND in %u of %u trials at %s=%s: latencies there say nothing of the "
                 "server.",
                 bound, trials, printable(parameter, sizeof parameter, sweep->parameter),
                 report_param(json_object_get(params, sweep->parameter), value, sizeof value));
        report_print_wrapped(out, 2, line);
    }
}

/* What the generator proved of itself, at each value of the parameter. */
static void print_headroom(const struct table *table, FILE *out)
{
    const struct sweep *sweep = table->sweep;
    const json_t *proof = NULL;
    char parameter[40], value[40], sentence[400], why[400], line[520];
    size_t proofs = 0;
    for (size_t k = 0; k < sweep->count; k++) {
        const json_t *headroom = json_object_get(sweep->cells[k], "headroom");
        if (json_is_true(json_object_get(headroom, "proved"))) {
            proof = headroom;
            proofs++;
        } else if (headroom != NULL) {
            const json_t *params = json_object_get(sweep->cells[k], "params");
            snprintf(
                line, sizeof line, "NO HEADROOM at %s=%s: %s.",
                printable(parameter, sizeof parameter, sweep->parameter),
                report_param(json_object_get(params, sweep->parameter), value, sizeof value),
                printable(why, sizeof why, headroom_sentence(headroom, sentence, sizeof sentence)));
            report_print_wrapped(out, 2, line);
        }
    }
    if (proof != NULL)
        fprintf(out, "  The generator proved that it can make %g times %s against %s.\n",
                report_number(proof, "factor"),
                proofs == sweep->count ? "these loads" : "the other loads",
                printable(value, sizeof value, report_text(proof, "against")));
}

static void print_notes(const struct table *table, FILE *out)
{
    if (table->marked)
        fprintf(out, "  *: of all rounds together; single trials are too short for it.\n");
    if (table->open)
        report_explain_short_word(out);
    if (table->fewest_rounds < RELIABLE_ROUNDS)
        fprintf(out, "  Fewer than %d rounds: these intervals are narrower than the truth.\n",
                RELIABLE_ROUNDS);
    if (strcmp(table->design->mode, "accuracy") == 0)
        shout_early(table, out);
    if (strcmp(table->design->mode, "rate") == 0) {
        print_bound(table, out);
        print_headroom(table, out);
    }
    print_knees(table, out);
}

static void print_table(const json_t *run, const struct design *design, const struct sweep *sweep,
                        bool is_first_of_mode, FILE *out)
{
    size_t subjects = json_array_size(json_object_get(run, "subjects"));
    struct table table = {
        .run = run, .design = design, .sweep = sweep, .is_first = is_first_of_mode};
    table.rows = calloc(subjects * sweep->count + 1, sizeof *table.rows);
    if (table.rows == NULL) {
        fprintf(out, "  (there is no memory for this table)\n");
        return;
    }
    write_rows(&table);
    if (table.row_count > 1) {
        fputc('\n', out);
        print_rows(&table, out);
        print_notes(&table, out);
    }
    free(table.rows);
}

/* Of the last row, where there is most of whatever is counted. */
static void print_counters(const json_t *run, const struct sweep *sweep, FILE *out)
{
    const json_t *last = sweep->cells[sweep->count - 1];
    char value[40], name[REPORT_NAME_BYTES];
    if (trials_count(trials_of(last)) > 0)
        fprintf(out, "\n  at %s=%s (the others: counters.csv)",
                printable(name, sizeof name, sweep->parameter),
                report_param(json_object_get(json_object_get(last, "params"), sweep->parameter),
                             value, sizeof value));
    report_print_counters(run, last, out);
}

bool report_print_sweep(const json_t *run, const json_t *cell, FILE *out)
{
    char params[400];
    bool is_first_of_mode;
    struct sweep sweep;
    const struct design *design = report_find_design(cell);
    if (design == NULL)
        return false;
    find_rows(run, cell, design, &sweep);
    if (!is_first(run, cell, &sweep, &is_first_of_mode))
        return true;
    fprintf(out, "\n%s %s  %s\n", design->workload, design->mode,
            report_params(cell, sweep.parameter, params, sizeof params));
    report_print_reasons(sweep.cells, sweep.count, out);
    print_table(run, design, &sweep, is_first_of_mode, out);
    if (is_first_of_mode)
        print_counters(run, &sweep, out);
    return true;
}
