/* The shortest answer: for each mode and tier, who is not significantly slower than any other. */
#include "harness/page/parts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { NAMES_SHOWN = 8 };

/* Of one tier, over the cells of a mode. */
struct standing {
    /* In which it is in the group. */
    size_t cells[TABLE_SUBJECTS_MAX];
    /* Cells in which the tier has a subject, and subjects in the largest of them. */
    size_t compared, most;
    /* Cells in which all are in the group; and in which a pair of it is INCONCLUSIVE. */
    size_t alike, undecided;
    /* Those that are in a group at all, the ones with most cells first. */
    size_t subjects[TABLE_SUBJECTS_MAX], count;
};

static void add_subject(struct standing *standing, size_t subject)
{
    size_t at = standing->count++;
    for (; at > 0 && standing->cells[subject] > standing->cells[standing->subjects[at - 1]]; at--)
        standing->subjects[at] = standing->subjects[at - 1];
    standing->subjects[at] = subject;
}

static void fill(const struct page *page, const struct mode_view *mode, enum backend_tier tier,
                 struct standing *standing)
{
    struct group group;
    *standing = (struct standing){.compared = 0};
    for (size_t i = 0; i < mode->cell_count; i++) {
        group_find(page->analysis, mode->cells[i], tier, &group);
        standing->compared += group.of > 0;
        standing->most = group.of > standing->most ? group.of : standing->most;
        standing->alike += group.of > 0 && group.count == group.of;
        standing->undecided += group.undecided;
        for (size_t k = 0; k < group.count; k++)
            standing->cells[group.subjects[k]]++;
        /* Of one cell, the best one first, as it is there. */
        for (size_t k = 0; k < group.count && mode->cell_count == 1; k++)
            add_subject(standing, group.subjects[k]);
    }
    for (size_t i = 0; i < mode->subject_count && mode->cell_count > 1; i++) {
        if (standing->cells[mode->subjects[i]] > 0)
            add_subject(standing, mode->subjects[i]);
    }
}

/* Of a subject that is alone in the group everywhere: the ratio to the one that comes closest. */
static void write_margin(const struct page *page, const struct mode_view *mode, size_t winner)
{
    struct comparison closest = {0}, comparison;
    size_t rival = SUBJECT_NONE;
    for (size_t c = 0; c < mode->cell_count; c++) {
        for (size_t i = 0; i < mode->subject_count; i++) {
            size_t other = mode->subjects[i];
            if (subject_is_floor(page_subject(page, other)) ||
                page->run->subjects[other].tier != page->run->subjects[winner].tier ||
                !analysis_compare(page->analysis, mode->cells[c], winner, other, &comparison) ||
                !comparison.has_ratio ||
                (rival != SUBJECT_NONE && fabs(log(comparison.ratio)) >= fabs(log(closest.ratio))))
                continue;
            closest = comparison;
            rival = other;
        }
    }
    char ratio[96];
    if (rival != SUBJECT_NONE)
        html_print(page->out, "; ratio to the closest, %s: %s", page_subject(page, rival),
                   format_ratio(closest.ratio, closest.low, closest.high, ratio, sizeof ratio));
}

static void write_names(const struct page *page, const struct standing *standing)
{
    for (size_t i = 0; i < standing->count && i < NAMES_SHOWN; i++) {
        size_t subject = standing->subjects[i];
        html_print(page->out, "%s<b>%s</b>", i > 0 ? ", " : "", page_subject(page, subject));
        if (standing->compared > 1 && standing->most > 1)
            html_print(page->out, " (%zu of %zu)", standing->cells[subject], standing->compared);
    }
    if (standing->count > NAMES_SHOWN)
        html_print(page->out, " and %zu more", standing->count - NAMES_SHOWN);
}

static void write_standing(const struct page *page, const struct mode_view *mode,
                           const struct standing *standing)
{
    if (standing->alike == standing->compared) {
        fputs("no significant difference", page->out);
    } else {
        write_names(page, standing);
        if (standing->count == 1 && standing->cells[standing->subjects[0]] == standing->compared)
            write_margin(page, mode, standing->subjects[0]);
    }
    if (standing->undecided > 0)
        fputs("; more rounds may tell some of them apart", page->out);
    if (standing->undecided > 0 && standing->undecided < standing->compared)
        html_print(page->out, ", in %zu of %zu cells", standing->undecided, standing->compared);
}

/* One tier. false: it has no subject here. */
static bool write_tier(const struct page *page, const struct mode_view *mode,
                       enum backend_tier tier, struct standing *standing, bool is_first)
{
    fill(page, mode, tier, standing);
    if (standing->compared == 0)
        return false;
    fputs(is_first ? "" : "<br>\n", page->out);
    if (standing->most == 1) {
        html_print(page->out, "<small>%s:</small> only ", backend_tier_name(tier));
        write_names(page, standing);
    } else {
        html_print(page->out, "<small>%s, %zu subjects:</small> ", backend_tier_name(tier),
                   standing->most);
        write_standing(page, mode, standing);
    }
    fputs(".", page->out);
    return true;
}

static void write_mode(const struct page *page, size_t number, struct standing *standing)
{
    static const enum backend_tier tiers[] = {TIER_READINESS, TIER_COMPLETION, TIER_NONE};
    const struct mode_view *mode = &page->modes.modes[number];
    size_t pairs = 0, differ = 0;
    bool is_first = true;
    for (size_t c = 0; c < mode->cell_count; c++) {
        const struct cell_summary *summary = &page->analysis->cells[mode->cells[c]];
        pairs += summary->verdict_count;
        for (size_t i = 0; i < summary->verdict_count; i++)
            differ += summary->verdicts[i].word == VERDICT_FASTER ||
                      summary->verdicts[i].word == VERDICT_SLOWER;
    }
    html_print(page->out,
               "<dt><a href=\"#m%zu\">%s %s</a> <small>%zu cell%s; %zu of %zu pairs "
               "differ</small></dt><dd>",
               number, mode->workload->name, mode->mode, mode->cell_count,
               mode->cell_count == 1 ? "" : "s", differ, pairs);
    for (size_t i = 0; i < sizeof tiers / sizeof tiers[0]; i++) {
        if (write_tier(page, mode, tiers[i], standing, is_first))
            is_first = false;
    }
    if (is_first)
        fputs("Nothing to compare: it takes two subjects of which neither is a floor.", page->out);
    fputs("</dd>\n", page->out);
}

int page_glance(struct page *page)
{
    struct standing *standing = malloc(sizeof *standing);
    if (standing == NULL)
        return -ENOMEM;
    fputs("<p>For each tier: the subjects that are not significantly slower than any other of the "
          "tier. In brackets: in how many cells. Floors are left out, because nobody can choose "
          "them.</p>\n<dl class=\"glance\">\n",
          page->out);
    for (size_t i = 0; i < page->modes.count; i++)
        write_mode(page, i, standing);
    fputs("</dl>\n", page->out);
    free(standing);
    return 0;
}
