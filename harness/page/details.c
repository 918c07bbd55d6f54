/* A section for each workload: its charts, crossovers and counters, mode by mode. */
#include "harness/page/parts.h"

#include <string.h>

/* In how many cells the generator proved what its figures rest on; who did not is named with what
 * was not measured. */
static void write_headroom(FILE *out, const struct page_mode *mode)
{
    const json_t *last = NULL;
    size_t proved = 0, asked = 0;
    for (size_t i = 0; i < mode->cell_count; i++) {
        const json_t *headroom = json_object_get(mode->cells[i], "headroom");
        last = headroom != NULL ? headroom : last;
        asked += headroom != NULL;
        proved += json_is_true(json_object_get(headroom, "proved"));
    }
    if (asked > 0)
        html_print(out,
                   "<p class=\"caveat\">The generator proved that it can make %.1f times the load, "
                   "against %s, in %zu of %zu cells.</p>\n",
                   report_number(last, "factor"), report_text(last, "against"), proved, asked);
}

static int write_mode(struct page *page, const struct page_mode *mode, char *problem)
{
    html_print(page->out, "<h3>%s %s</h3>\n", mode->workload, mode->name);
    write_headroom(page->out, mode);
    page_crossovers(page, mode);
    int result = page_figures(page, mode, problem);
    return result < 0 ? result : page_counters(page, mode, problem);
}

int page_details(struct page *page, char *problem)
{
    const char *before = "";
    int result = 0;
    if (page->no_charts != NULL)
        html_print(page->out, "<p class=\"caveat\">%s</p>\n", page->no_charts);
    for (size_t i = 0; i < page->mode_count && result == 0; i++) {
        const char *workload = page->modes[i].workload;
        if (strcmp(before, workload) != 0)
            html_print(page->out,
                       "%s<section id=\"%s\" aria-labelledby=\"%s-h\">\n<h2 id=\"%s-h\">%s</h2>\n",
                       *before != '\0' ? "</section>\n" : "", workload, workload, workload,
                       workload);
        before = workload;
        result = write_mode(page, &page->modes[i], problem);
    }
    if (*before != '\0')
        fputs("</section>\n", page->out);
    if (page->charts->left_out > 0)
        html_print(page->out,
                   "<p>%zu more charts would not be looked at and were not drawn; their figures "
                   "are in the CSV files beside this page.</p>\n",
                   page->charts->left_out);
    return result;
}
