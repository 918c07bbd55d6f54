/* Where the order of two subjects turns round along a parameter. */
#include "harness/analysis/sweeps.h"
#include "harness/page/parts.h"

#include <errno.h>
#include <stdlib.h>

/* Over all sweeps of one parameter. */
struct crossover {
    enum verdict_word from;
    /* The last value with that word, and the first with the opposite, in every sweep: smallest and
     * largest, as numbers and as they are printed. */
    double until, since;
    char until_text[40], since_text[40];
    size_t turned;
};

static enum verdict_word opposite(enum verdict_word word)
{
    return word == VERDICT_FASTER ? VERDICT_SLOWER : VERDICT_FASTER;
}

static void add_sweep(const struct page *page, struct crossover *crossover,
                      const struct sweep *sweep, size_t subject, size_t against)
{
    struct course course;
    if (!sweep_follow(page->analysis, sweep, subject, against, &course) || !course.turns_once ||
        (crossover->turned > 0 && course.from != crossover->from))
        return;
    double until = sweep_number(page->run, sweep, course.until);
    double since = sweep_number(page->run, sweep, course.since);
    crossover->from = course.from;
    if (crossover->turned == 0 || until < crossover->until) {
        crossover->until = until;
        sweep_print(page->run, sweep, course.until, crossover->until_text,
                    sizeof crossover->until_text);
    }
    if (crossover->turned == 0 || since > crossover->since) {
        crossover->since = since;
        sweep_print(page->run, sweep, course.since, crossover->since_text,
                    sizeof crossover->since_text);
    }
    crossover->turned++;
}

static void write_one(const struct page *page, const struct crossover *crossover,
                      const char *parameter, size_t sweeps, size_t a, size_t b)
{
    html_print(page->out,
               "<li><b>%s</b> (%s) against <b>%s</b> (%s): %s up to %s=%s, %s from %s on",
               page_subject(page, a), page_tier(page, a), page_subject(page, b), page_tier(page, b),
               verdict_name(crossover->from), parameter, crossover->until_text,
               verdict_name(opposite(crossover->from)), crossover->since_text);
    if (sweeps > 1)
        html_print(page->out, " <small>in %zu of %zu sweeps of it</small>", crossover->turned,
                   sweeps);
    fputs("</li>\n", page->out);
}

static void cross_pairs(const struct page *page, const struct mode_view *mode,
                        const struct sweep *sweeps, size_t count, size_t *found)
{
    for (size_t a = 0; count > 0 && a < mode->subject_count; a++) {
        for (size_t b = a + 1; b < mode->subject_count; b++) {
            struct crossover crossover = {.turned = 0};
            size_t one = mode->subjects[a], other = mode->subjects[b];
            if (subject_is_floor(page_subject(page, one)) ||
                subject_is_floor(page_subject(page, other)))
                continue;
            for (size_t i = 0; i < count; i++)
                add_sweep(page, &crossover, &sweeps[i], one, other);
            if (crossover.turned == 0)
                continue;
            if (++*found == 1)
                fputs("<h4>Crossovers</h4>\n<ul>\n", page->out);
            if (*found <= PAGE_CROSSOVERS)
                write_one(page, &crossover, sweeps[0].parameter, count, one, other);
        }
    }
}

/* The sweeps of a parameter through the mode; there is room for as many as it has cells. */
static size_t find_sweeps(const struct page *page, const struct mode_view *mode,
                          const char *parameter, struct sweep *sweeps)
{
    size_t count = 0;
    for (size_t c = 0; c < mode->cell_count; c++) {
        sweep_find(page->run, mode->cells[c], parameter, &sweeps[count]);
        count += sweeps[count].count > 1 && sweeps[count].cells[0] == mode->cells[c];
    }
    return count;
}

int page_crossovers(struct page *page, const struct mode_view *mode)
{
    size_t found = 0;
    const struct named_values *params = &page->run->cells[mode->cells[0]].cell.params;
    struct sweep *sweeps = calloc(mode->cell_count, sizeof sweeps[0]);
    if (sweeps == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < params->count; i++) {
        if (value_is_number(&params->list[i].value))
            cross_pairs(page, mode, sweeps, find_sweeps(page, mode, params->list[i].name, sweeps),
                        &found);
    }
    free(sweeps);
    if (found > PAGE_CROSSOVERS)
        html_print(page->out, "<li>and %zu more: see the table of verdicts</li>\n",
                   found - PAGE_CROSSOVERS);
    if (found > 0)
        fputs("</ul>\n", page->out);
    return 0;
}
