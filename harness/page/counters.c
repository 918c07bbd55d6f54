/* What each subject did for one operation, in a table for each cell. */
#include "harness/analysis/counters.h"

#include "harness/page/parts.h"

enum { NAMES_MAX = 40 };

static bool has_any(const struct run_cell *cell, size_t subject, const char **names, size_t count)
{
    double value;
    size_t trials;
    for (size_t i = 0; i < count; i++) {
        if (counter_per_operation(cell, subject, names[i], &value, &trials))
            return true;
    }
    return false;
}

/* Those that any subject has. */
static size_t counted_names(const struct page *page, const struct run_cell *cell,
                            const char **names)
{
    size_t all = counter_names(cell, names, NAMES_MAX), count = 0;
    for (size_t i = 0; i < all; i++) {
        bool counted = false;
        for (size_t k = 0; k < page->run->subject_count && !counted; k++)
            counted = has_any(cell, k, &names[i], 1);
        if (counted)
            names[count++] = names[i];
    }
    return count;
}

static void write_row(const struct page *page, const struct run_cell *cell, size_t subject,
                      const char **names, size_t count)
{
    html_print(page->out, "<tr><th scope=\"row\">%s</th><td>%s</td>", page_subject(page, subject),
               page_tier(page, subject));
    for (size_t i = 0; i < count; i++) {
        double value;
        size_t trials;
        if (counter_per_operation(cell, subject, names[i], &value, &trials))
            fprintf(page->out, value < 1e9 ? "<td>%.3f</td>" : "<td>%.3g</td>", value);
        else
            fputs("<td>-</td>", page->out);
    }
    fputs("</tr>\n", page->out);
}

static void write_cell(const struct page *page, const struct run_cell *cell, const char **names,
                       size_t count)
{
    char params[FORMAT_BYTES];
    format_params(&cell->cell, NULL, NULL, params, sizeof params);
    html_print(page->out,
               "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Counters, %s\">"
               "<table><caption>for one %s; %s</caption>\n<thead><tr>"
               "<th scope=\"col\">subject</th><th scope=\"col\">tier</th>",
               params, counter_operation(&cell->cell), params);
    for (size_t i = 0; i < count; i++)
        html_print(page->out, "<th scope=\"col\">%s</th>", names[i]);
    fputs("</tr></thead>\n<tbody>\n", page->out);
    for (size_t i = 0; i < page->run->subject_count; i++) {
        if (has_any(cell, i, names, count))
            write_row(page, cell, i, names, count);
    }
    fputs("</tbody></table></div>\n", page->out);
}

void page_counters(struct page *page, const struct mode_view *mode)
{
    size_t cells = 0;
    for (size_t i = 0; i < mode->cell_count; i++) {
        const char *names[NAMES_MAX];
        const struct run_cell *cell = &page->run->cells[mode->cells[i]];
        size_t count = counted_names(page, cell, names);
        if (count == 0)
            continue;
        if (cells++ == 0)
            fputs("<details><summary>Counters: what each backend did for one operation</summary>\n",
                  page->out);
        if (cells <= PAGE_COUNTED_CELLS)
            write_cell(page, cell, names, count);
    }
    if (cells > PAGE_COUNTED_CELLS)
        html_print(page->out, "<p>%zu more cells: counters.csv</p>\n", cells - PAGE_COUNTED_CELLS);
    if (cells > 0)
        fputs("</details>\n", page->out);
}
