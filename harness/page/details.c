/* A section for each workload: its charts, crossovers and counters, mode by mode. */
#include "harness/analysis/reasons.h"
#include "harness/page/parts.h"

/* In how many cells the generator proved what its figures rest on; who did not is named with what
 * was not measured. */
static void write_headroom(const struct page *page, const struct mode_view *mode)
{
    const struct headroom *last = NULL;
    size_t proved = 0, asked = 0;
    for (size_t i = 0; i < mode->cell_count; i++) {
        const struct headroom *headroom = &page->run->cells[mode->cells[i]].headroom;
        last = headroom->known ? headroom : last;
        asked += headroom->known;
        proved += headroom->proved;
    }
    if (last != NULL)
        html_print(page->out,
                   "<p class=\"caveat\">In %zu of %zu cells, the generator proved against %s that "
                   "it can make %.1f times the load.</p>\n",
                   proved, asked, last->against != NULL ? last->against : "a floor", last->factor);
}

static void write_disturbance(const struct page *page, const struct mode_view *mode)
{
    struct disturbance found = disturbance_find(page->run, mode->cells, mode->cell_count);
    if (found.cells > 0)
        html_print(page->out,
                   "<p class=\"caveat\">Something else used the subject's CPU in %zu of %zu trials "
                   "(%zu cell%s). These figures may be too high.</p>\n",
                   found.trials, found.of_trials, found.cells, found.cells == 1 ? "" : "s");
}

static int write_mode(struct page *page, const struct mode_view *mode)
{
    html_print(page->out, "<h3>%s %s</h3>\n", mode->workload->name, mode->mode);
    write_headroom(page, mode);
    write_disturbance(page, mode);
    int r = page_crossovers(page, mode);
    page_figures(page, mode);
    page_counters(page, mode);
    return r;
}

int page_details(struct page *page)
{
    const struct workload *before = NULL;
    int r = 0;
    if (page->no_charts != NULL)
        html_print(page->out, "<p class=\"caveat\">%s</p>\n", page->no_charts);
    for (size_t i = 0; i < page->modes.count && r == 0; i++) {
        const struct workload *workload = page->modes.modes[i].workload;
        const char *name = workload->name;
        if (workload != before && before != NULL)
            fputs("</section>\n", page->out);
        if (workload != before)
            html_print(page->out,
                       "<section id=\"%s\" aria-labelledby=\"%s-h\">\n<h2 id=\"%s-h\">%s</h2>\n",
                       name, name, name, name);
        before = workload;
        r = write_mode(page, &page->modes.modes[i]);
    }
    if (before != NULL)
        fputs("</section>\n", page->out);
    if (page->charts->left_out > 0)
        html_print(page->out,
                   "<p>%zu more charts were not drawn, because a report holds no more. Their "
                   "figures are in the CSV files beside this page.</p>\n",
                   page->charts->left_out);
    return r;
}
