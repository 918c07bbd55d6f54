/* The first sentence of the page: how many comparisons have a winner. */
#include "harness/page/parts.h"

/* Pairs by their word. */
struct tally {
    size_t pairs, words[VERDICT_SLOWER + 1];
};

static size_t named_of(const struct tally *tally)
{
    return tally->words[VERDICT_FASTER] + tally->words[VERDICT_SLOWER];
}

/* The pairs with the baseline of their cell, which have rows and columns here; and those of the
 * others with one another, which have the last column. Floors count only against the baseline. */
static void count_pairs(const struct page *page, struct tally *based, struct tally *others)
{
    for (size_t i = 0; i < page->run->cell_count; i++) {
        const struct cell_summary *summary = &page->analysis->cells[i];
        for (size_t k = 0; k < summary->verdict_count; k++) {
            const struct verdict_pair *pair = &summary->verdicts[k];
            bool is_based =
                pair->baseline == summary->baseline || pair->subject == summary->baseline;
            if (!is_based && (subject_is_floor(page_subject(page, pair->baseline)) ||
                              subject_is_floor(page_subject(page, pair->subject))))
                continue;
            struct tally *tally = is_based ? based : others;
            tally->pairs++;
            tally->words[pair->word]++;
        }
    }
}

static void write_tally(FILE *out, const struct tally *tally)
{
    size_t named = named_of(tally), none = tally->words[VERDICT_EQUIVALENT];
    size_t undecided = tally->words[VERDICT_INCONCLUSIVE], invalid = tally->words[VERDICT_INVALID];
    html_print(out, "<b>%zu %s a winner</b>, %zu %s none (EQUIVALENT), %zu %s not decided", named,
               named == 1 ? "has" : "have", none, none == 1 ? "has" : "have", undecided,
               undecided == 1 ? "is" : "are");
    if (invalid > 0)
        html_print(out, ", and of %zu the trials say nothing", invalid);
    fputs(".", out);
}

int page_totals(const struct page *page)
{
    struct verdict_totals totals;
    struct tally based = {0}, others = {0};
    int r = analysis_totals(page->analysis, &totals);
    if (r < 0 || totals.pairs == 0)
        return r;
    count_pairs(page, &based, &others);
    html_print(page->out, "<p class=\"totals\">Of %zu comparison%s with the baseline, ",
               based.pairs, based.pairs == 1 ? "" : "s");
    write_tally(page->out, &based);
    if (others.pairs > 0) {
        html_print(page->out, " Of %zu among the others, ", others.pairs);
        write_tally(page->out, &others);
    }
    if (totals.words[VERDICT_INCONCLUSIVE] > 0) {
        html_print(page->out, " Not decided means after %zu round%s at most;", totals.most_rounds,
                   totals.most_rounds == 1 ? "" : "s");
        fputs(totals.words[VERDICT_INCONCLUSIVE] == 1
                  ? " this one would likely take about "
                  : " half of all that are not decided would take about ",
              page->out);
        page_rounds(page->out, totals.middle_rounds);
        fputs(" rounds.", page->out);
    }
    fputs("</p>\n", page->out);
    return 0;
}
