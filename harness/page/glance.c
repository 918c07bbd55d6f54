/* The shortest answer: for each mode whom nobody beats, and whom somebody does; and where the order
 * of two subjects turns round. Words alone are counted, nothing is computed. */
#include "harness/page/parts.h"
#include "harness/analysis/sweeps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_SHOWN = 8 };

struct standing {
    size_t subject;  /* of the mode */
    unsigned cells;  /* in which it was compared with a rival */
    unsigned beaten; /* of those: in which a rival is FASTER */
    unsigned wins, comparisons;
};

struct standings {
    struct standing *list;
    size_t count;
    size_t leading;   /* the first ones: nobody is FASTER than they are, anywhere */
    size_t undecided; /* of those the last ones: nor are they FASTER than anybody */
};

static void add_cell(const struct page_mode *mode, const json_t *cell, struct standing *standing)
{
    const char *name = report_text(mode->subjects[standing->subject], "name");
    unsigned losses = 0, compared = 0;
    for (size_t i = 0; i < mode->subject_count; i++) {
        struct page_verdict verdict;
        const char *other = report_text(mode->subjects[i], "name");
        if (i == standing->subject || subject_is_floor(other) ||
            !page_verdict_of(cell, other, name, &verdict) || verdict.word == WORD_INVALID)
            continue;
        compared++;
        standing->wins += verdict.word == WORD_FASTER;
        losses += verdict.word == WORD_SLOWER;
    }
    standing->cells += compared > 0;
    standing->beaten += losses > 0;
    standing->comparisons += compared;
}

/* Those that are beaten in the smallest share of their cells first, then those that win most. */
static int by_standing(const void *left, const void *right)
{
    const struct standing *a = left, *b = right;
    unsigned long beaten = (unsigned long)a->beaten * b->cells;
    unsigned long other = (unsigned long)b->beaten * a->cells;
    if (beaten != other)
        return beaten < other ? -1 : 1;
    if (a->wins != b->wins)
        return a->wins > b->wins ? -1 : 1;
    return (a->subject > b->subject) - (a->subject < b->subject);
}

static bool fill_standings(const struct page_mode *mode, struct standings *standings)
{
    *standings =
        (struct standings){.list = calloc(mode->subject_count + 1, sizeof(struct standing))};
    for (size_t i = 0; standings->list != NULL && i < mode->subject_count; i++) {
        struct standing *standing = &standings->list[standings->count];
        if (subject_is_floor(report_text(mode->subjects[i], "name")))
            continue;
        standing->subject = i;
        for (size_t c = 0; c < mode->cell_count; c++)
            add_cell(mode, mode->cells[c], standing);
        standings->count += standing->cells > 0;
        standings->leading += standing->cells > 0 && standing->beaten == 0;
        standings->undecided += standing->cells > 0 && standing->beaten == 0 && standing->wins == 0;
        if (standing->cells == 0)
            *standing = (struct standing){0};
    }
    if (standings->list == NULL)
        return false;
    qsort(standings->list, standings->count, sizeof(struct standing), by_standing);
    return true;
}

static const char *tier_at(const struct page_mode *mode, const struct standing *standing)
{
    return report_text(mode->subjects[standing->subject], "tier");
}

/* Tier by tier: "readiness: poll, epoll; completion: io_uring". */
static void write_names(FILE *out, const struct page_mode *mode, const struct standing *list,
                        size_t count)
{
    static const char *const tiers[] = {"readiness", "completion", "none"};
    const char *between = "";
    for (size_t tier = 0; tier < sizeof tiers / sizeof tiers[0]; tier++) {
        size_t shown = 0, more = 0;
        for (size_t i = 0; i < count; i++) {
            if (strcmp(tier_at(mode, &list[i]), tiers[tier]) != 0 || shown == NAMES_SHOWN) {
                more += shown == NAMES_SHOWN && strcmp(tier_at(mode, &list[i]), tiers[tier]) == 0;
                continue;
            }
            if (shown++ == 0)
                html_print(out, "%s<small>%s:</small> ", between, tiers[tier]);
            html_print(out, "%s<b>%s</b>", shown > 1 ? ", " : "",
                       report_text(mode->subjects[list[i].subject], "name"));
            if (list[i].beaten > 0 && mode->cell_count > 1)
                html_print(out, " (%u of %u)", list[i].beaten, list[i].cells);
        }
        if (more > 0)
            html_print(out, " and %zu more", more);
        between = shown > 0 ? "; " : between;
    }
}

/* By how much a subject that beats all others beats the one that comes closest. */
static void write_margin(FILE *out, const struct page_mode *mode, const char *winner)
{
    struct page_verdict closest = {0}, verdict;
    const char *rival = NULL;
    for (size_t c = 0; c < mode->cell_count; c++) {
        for (size_t i = 0; i < mode->subject_count; i++) {
            const char *name = report_text(mode->subjects[i], "name");
            if (subject_is_floor(name) ||
                !page_verdict_of(mode->cells[c], name, winner, &verdict) ||
                (rival != NULL && fabs(log(verdict.ratio)) >= fabs(log(closest.ratio))))
                continue;
            closest = verdict;
            rival = name;
        }
    }
    int decimals = page_ratio_decimals(closest.ratio);
    if (rival != NULL)
        html_print(out, "; %.*f [%.*f, %.*f] of the closest, %s", decimals, closest.ratio, decimals,
                   closest.low, decimals, closest.high, rival);
}

static void write_answer(FILE *out, const struct page_mode *mode, const struct standings *standings)
{
    const struct standing *first = standings->list;
    size_t leading = standings->leading, others = standings->count - leading;
    unsigned wins = 0;
    for (size_t i = 0; i < standings->count; i++)
        wins += first[i].wins;
    if (standings->count < 2) {
        fputs("Nothing to compare: it takes two subjects of which neither is a floor.", out);
        return;
    }
    if (wins == 0) {
        fputs("No winner: these rounds bear out no difference.", out);
        return;
    }
    size_t unbeaten = leading - standings->undecided;
    bool alone = leading == 1 && first->wins == first->comparisons;
    if (unbeaten > 0) {
        fputs(alone ? "FASTER than all others: " : "Nobody beats ", out);
        write_names(out, mode, first, unbeaten);
        if (alone)
            write_margin(out, mode, report_text(mode->subjects[first->subject], "name"));
        fputs(".<br>\n", out);
    }
    if (others > 0) {
        fputs(mode->cell_count > 1 ? "Beaten, in so many cells: " : "Beaten: ", out);
        write_names(out, mode, first + leading, others);
        fputs(".", out);
    }
    if (standings->undecided > 0) {
        fputs("<br>\nUndecided against all others: ", out);
        write_names(out, mode, first + unbeaten, standings->undecided);
        fputs(".", out);
    }
}

static void write_mode(FILE *out, const struct page_mode *mode, size_t number)
{
    struct standings standings;
    size_t pairs = 0, differ = 0;
    for (size_t c = 0; c < mode->cell_count; c++) {
        size_t i;
        const json_t *entry;
        json_array_foreach(json_object_get(mode->cells[c], "verdicts"), i, entry)
        {
            pairs++;
            differ += page_word_of(entry) <= WORD_SLOWER;
        }
    }
    html_print(out,
               "<dt><a href=\"#m%zu\">%s %s</a> <small>%zu cell%s, %zu of %zu pairs "
               "differ</small></dt><dd>",
               number, mode->workload, mode->name, mode->cell_count,
               mode->cell_count == 1 ? "" : "s", differ, pairs);
    if (fill_standings(mode, &standings))
        write_answer(out, mode, &standings);
    fputs("</dd>\n", out);
    free(standings.list);
}

void page_glance(struct page *page)
{
    fputs("<dl class=\"glance\">\n", page->out);
    for (size_t i = 0; i < page->mode_count; i++)
        write_mode(page->out, &page->modes[i], i);
    fputs("</dl>\n", page->out);
}

/* ---- crossovers ---- */

/* Where the order of a pair turns round, over all sweeps of one parameter. */
struct crossover {
    const char *parameter;
    enum page_word from;
    double until,
        since; /* the last value with that word, the first with the other: in every sweep */
    unsigned turned, sweeps;
};

/* The last value with one word and the first with the other, if the order turns round just once. */
static bool find_turn(const struct sweep *sweep, const char *a, const char *b, size_t *last,
                      size_t *first, enum page_word *from)
{
    bool seen = false, turned = false;
    for (size_t i = 0; i < sweep->count; i++) {
        struct page_verdict verdict;
        if (!page_verdict_of(sweep->cells[i], b, a, &verdict) || verdict.word > WORD_SLOWER)
            continue;
        if (!seen)
            *from = verdict.word;
        if (seen && !turned && verdict.word != *from)
            *first = i, turned = true;
        else if (turned && verdict.word == *from)
            return false;
        if (!turned)
            *last = i;
        seen = true;
    }
    return turned;
}

static void add_sweep(struct crossover *crossover, const struct sweep *sweep, const char *a,
                      const char *b)
{
    size_t last, first;
    enum page_word from;
    crossover->sweeps++;
    if (!find_turn(sweep, a, b, &last, &first, &from) ||
        (crossover->turned > 0 && from != crossover->from))
        return;
    double until = sweep_value(sweep->cells[last], sweep->parameter);
    double since = sweep_value(sweep->cells[first], sweep->parameter);
    crossover->from = from;
    if (crossover->turned == 0 || until < crossover->until)
        crossover->until = until;
    if (crossover->turned++ == 0 || since > crossover->since)
        crossover->since = since;
}

static void write_crossover(FILE *out, const struct page_mode *mode,
                            const struct crossover *crossover, size_t a, size_t b)
{
    html_print(out, "<li><b>%s</b> (%s) against <b>%s</b> (%s): %s up to %s=%g, %s from %g on",
               report_text(mode->subjects[a], "name"), report_text(mode->subjects[a], "tier"),
               report_text(mode->subjects[b], "name"), report_text(mode->subjects[b], "tier"),
               page_word_name(crossover->from), crossover->parameter, crossover->until,
               page_word_name(crossover->from == WORD_FASTER ? WORD_SLOWER : WORD_FASTER),
               crossover->since);
    if (crossover->sweeps > 1)
        html_print(out, " <small>in %u of %u sweeps of it</small>", crossover->turned,
                   crossover->sweeps);
    fputs("</li>\n", out);
}

/* The sweeps of a parameter through the mode, `sweeps` having room for as many as there are cells.
 */
static size_t find_sweeps(const struct page *page, const struct page_mode *mode,
                          const char *parameter, struct sweep *sweeps)
{
    size_t count = 0;
    for (size_t c = 0; c < mode->cell_count; c++) {
        sweep_find(json_object_get(page->run, "cells"), mode->cells[c], parameter, &sweeps[count]);
        count += sweeps[count].count > 1 && sweeps[count].cells[0] == mode->cells[c];
    }
    return count;
}

static void cross_pairs(FILE *out, const struct page_mode *mode, const struct sweep *sweeps,
                        size_t count, size_t *found)
{
    for (size_t a = 0; count > 0 && a < mode->subject_count; a++) {
        for (size_t b = a + 1; b < mode->subject_count; b++) {
            struct crossover crossover = {.parameter = sweeps[0].parameter};
            const char *one = report_text(mode->subjects[a], "name");
            const char *other = report_text(mode->subjects[b], "name");
            for (size_t i = 0; !subject_is_floor(one) && !subject_is_floor(other) && i < count; i++)
                add_sweep(&crossover, &sweeps[i], one, other);
            if (crossover.turned == 0)
                continue;
            if (++*found == 1)
                fputs("<h4>Crossovers</h4>\n<ul>\n", out);
            if (*found <= PAGE_CROSSOVERS)
                write_crossover(out, mode, &crossover, a, b);
        }
    }
}

void page_crossovers(struct page *page, const struct page_mode *mode)
{
    const char *name;
    json_t *value;
    size_t found = 0;
    struct sweep *sweeps = calloc(mode->cell_count, sizeof *sweeps);
    json_object_foreach(json_object_get(mode->cells[0], "params"), name, value)
    {
        if (sweeps != NULL && json_is_number(value))
            cross_pairs(page->out, mode, sweeps, find_sweeps(page, mode, name, sweeps), &found);
    }
    free(sweeps);
    if (found > PAGE_CROSSOVERS)
        html_print(page->out, "<li>and %zu more: see the table of verdicts</li>\n",
                   found - PAGE_CROSSOVERS);
    if (found > 0)
        fputs("</ul>\n", page->out);
}
