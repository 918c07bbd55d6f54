/* What each backend did for one operation, from counters.csv. */
#include "harness/page/csv.h"
#include "harness/page/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SUBJECTS_MAXIMUM = 64, NAMES_MAXIMUM = 40 };

/* Columns of counters.csv. */
enum { CELL, WORKLOAD, MODE, PARAMS, SUBJECT, TIER, COUNTER, TRIALS, PER_OPERATION, COLUMNS };

/* The counters of one cell. What it points to belongs to the CSV. */
struct counted {
    const char *subjects[SUBJECTS_MAXIMUM], *tiers[SUBJECTS_MAXIMUM], *names[NAMES_MAXIMUM];
    const char *values[SUBJECTS_MAXIMUM][NAMES_MAXIMUM];
    size_t subject_count, name_count;
};

static size_t place_of(const char **list, size_t *count, size_t maximum, const char *text)
{
    size_t i = 0;
    while (i < *count && strcmp(list[i], text) != 0)
        i++;
    if (i == *count && i < maximum)
        list[(*count)++] = text;
    return i;
}

static void note(struct counted *counted, char *const *fields)
{
    size_t subject =
        place_of(counted->subjects, &counted->subject_count, SUBJECTS_MAXIMUM, fields[SUBJECT]);
    size_t name = place_of(counted->names, &counted->name_count, NAMES_MAXIMUM, fields[COUNTER]);
    if (subject == SUBJECTS_MAXIMUM || name == NAMES_MAXIMUM)
        return;
    counted->tiers[subject] = fields[TIER];
    counted->values[subject][name] = fields[PER_OPERATION];
}

static void write_counted(FILE *out, const struct counted *counted, const char *params)
{
    html_print(out,
               "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Counters, %s\">"
               "<table><caption>for one operation; %s</caption>\n<thead><tr>"
               "<th scope=\"col\">subject</th><th scope=\"col\">tier</th>",
               params, params);
    for (size_t i = 0; i < counted->name_count; i++)
        html_print(out, "<th scope=\"col\">%s</th>", counted->names[i]);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < counted->subject_count; i++) {
        html_print(out, "<tr><th scope=\"row\">%s</th><td>%s</td>", counted->subjects[i],
                   counted->tiers[i]);
        for (size_t k = 0; k < counted->name_count; k++) {
            const char *value = counted->values[i][k];
            if (value != NULL)
                html_print(out, "<td>%.3f</td>", strtod(value, NULL));
            else
                fputs("<td>-</td>", out);
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

static void end_cell(FILE *out, struct counted *counted, const char *params, size_t *cells)
{
    if (counted->subject_count == 0)
        return;
    if ((*cells)++ == 0)
        fputs("<details><summary>Counters: what each backend did for one operation</summary>\n",
              out);
    if (*cells <= PAGE_COUNTED_CELLS)
        write_counted(out, counted, params);
    memset(counted, 0, sizeof *counted);
}

static void write_cells(struct page *page, const struct page_mode *mode, struct csv_rows *rows,
                        struct counted *counted)
{
    const char *cell = "", *params = "";
    size_t cells = 0;
    while (csv_rows_next(rows)) {
        if (rows->count < COLUMNS || strcmp(rows->fields[WORKLOAD], mode->workload) != 0 ||
            strcmp(rows->fields[MODE], mode->name) != 0)
            continue;
        if (strcmp(cell, rows->fields[CELL]) != 0)
            end_cell(page->out, counted, params, &cells);
        cell = rows->fields[CELL];
        params = rows->fields[PARAMS];
        note(counted, rows->fields);
    }
    end_cell(page->out, counted, params, &cells);
    if (cells > PAGE_COUNTED_CELLS)
        html_print(page->out, "<p>%zu more cells: counters.csv</p>\n", cells - PAGE_COUNTED_CELLS);
    if (cells > 0)
        fputs("</details>\n", page->out);
}

int page_counters(struct page *page, const struct page_mode *mode, char *problem)
{
    struct csv_rows rows;
    struct counted *counted = calloc(1, sizeof *counted);
    int result = counted == NULL ? -ENOMEM : csv_rows_open(&rows, page->folder, "counters.csv");
    if (result < 0)
        snprintf(problem, PROBLEM_BYTES, "%.300s/counters.csv could not be read: %s", page->folder,
                 strerror(-result));
    else
        write_cells(page, mode, &rows, counted);
    if (result == 0)
        csv_rows_close(&rows);
    free(counted);
    return result;
}
