/* The first table: for each cell who is better than its baseline and who is worse, by how much and
 * how sure that is, who is the same, what is not decided and what that would take, and who is ahead
 * of whom among the others. */
#include "harness/page/parts.h"

#include <math.h>
#include <string.h>

enum { NAMES_SHOWN = 8 };

/* What a column is, in words that stand in its heading. `css` is also the class of its entries. */
struct column {
    const char *css, *name, *meaning;
    enum verdict_word word;
};

static const struct column columns[] = {
    {"faster", "Better than the baseline",
     "FASTER: the interval is clear of 1, the ratio beyond the minimum effect", VERDICT_FASTER},
    {"slower", "Worse than the baseline", "SLOWER: the same, on the other side of 1",
     VERDICT_SLOWER},
    {"inconclusive", "Neither",
     "No winner (EQUIVALENT): the whole interval lies within the minimum effect. Not decided "
     "(INCONCLUSIVE): neither is shown; behind it the rounds after which about half of such pairs "
     "are decided",
     VERDICT_INCONCLUSIVE},
};

/* ---- above the table ---- */

/* Words explained where they are used, for who reads nothing else. */
static void write_how_to_read(const struct page *page)
{
    html_print(
        page->out,
        "<p class=\"how\"><b>How to read it.</b> A ratio is the figure of the subject divided by "
        "that of the "
        "baseline in the same round: 0.80 is 20 %% less, 2 is twice as much. In brackets stands "
        "the interval that the true ratio lies in; the verdicts of one run rest on such "
        "intervals with 99 %% certainty. Differences of less than %g %% (the minimum effect) do "
        "not count. <b>Readiness</b> and <b>completion</b> are two ways to program: the "
        "backend is told that it can make a call, or that its call is done. A <b>floor</b> is "
        "the same work without a loop.</p>\n",
        100 * page->analysis->minimum_effect);
    /* Where the screen is too narrow for the headings of the columns. */
    fputs("<p class=\"how narrow\">", page->out);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        html_print(page->out, "%s<b>%s</b>: %s.", i > 0 ? " " : "", columns[i].name,
                   columns[i].meaning);
    fputs("</p>\n", page->out);
}

/* ---- one entry ---- */

struct entry {
    size_t subject;
    struct comparison comparison;
};

/* "22 % less", "31 % more", "2.3 times as much"; of what is better when it is more, also what it
 * is: "82 % less jobs_per_s". */
static const char *amount(const struct metric *metric, double ratio, char *text, size_t size)
{
    double percent = 100 * fabs(ratio - 1);
    if (ratio >= 2)
        snprintf(text, size, ratio < 10 ? "%.1f times as much" : "%.0f times as much", ratio);
    else
        snprintf(text, size, percent < 9.95 ? "%.1f %% %s" : "%.0f %% %s", percent,
                 ratio < 1 ? "less" : "more");
    if (!metric->lower_is_better)
        format_add(text, size, " %s", metric->name);
    return text;
}

/* What it would take. */
static void write_missing(const struct page *page, const struct comparison *comparison)
{
    if (comparison->rounds >= VERDICT_ROUNDS_MAXIMUM) {
        fputs(" <small>no number of rounds is likely to decide it</small>", page->out);
    } else if (comparison->rounds > comparison->n) {
        fputs(" <small class=\"rounds\">about ", page->out);
        page_rounds(page->out, comparison->rounds);
        fputs(" rounds</small>", page->out);
    } else if (*comparison->why != '\0') {
        html_print(page->out, " <small>%s</small>", comparison->why);
    }
}

/* Of a metric that is better when it is more, what the terminal says: the reciprocal. */
static void write_cost(FILE *out, double ratio)
{
    int decimals = format_ratio_decimals(1 / ratio);
    html_print(out, " <small>each costs %.*f times as much</small>",
               decimals > 0 ? decimals - 1 : 0, 1 / ratio);
}

/* The tier stands where it is not the baseline's: these are different ways to program. */
static void write_entry(const struct page *page, const struct mode_view *mode, size_t cell,
                        const struct entry *entry)
{
    char text[96];
    const struct comparison *comparison = &entry->comparison;
    const char *name = page_subject(page, entry->subject), *tier = page_tier(page, entry->subject);
    size_t baseline = page->analysis->cells[cell].baseline;
    html_print(page->out, "<li title=\"%s against %s, %s: %s after %zu rounds\"><b>%s</b>", name,
               page_subject(page, baseline), mode->metric->name, verdict_name(comparison->word),
               comparison->n, name);
    if (strcmp(tier, page_tier(page, baseline)) != 0)
        html_print(page->out, " <small>%s</small>", tier);
    if (comparison->word == VERDICT_FASTER || comparison->word == VERDICT_SLOWER)
        html_print(page->out, " <em>%s</em>",
                   amount(mode->metric, comparison->ratio, text, sizeof text));
    if (comparison->has_ratio && comparison->word != VERDICT_INVALID)
        html_print(page->out, " <span class=\"ci\">%s</span>",
                   page_ratio(comparison, text, sizeof text));
    if (!mode->metric->lower_is_better &&
        (comparison->word == VERDICT_FASTER || comparison->word == VERDICT_SLOWER))
        write_cost(page->out, comparison->ratio);
    if (comparison->word == VERDICT_INCONCLUSIVE)
        write_missing(page, comparison);
    else if (comparison->word == VERDICT_INVALID)
        html_print(page->out, " <small>%s</small>", comparison->why);
    fputs("</li>\n", page->out);
}

/* Floors last, which nobody can choose; else the best ratio first. */
static bool comes_before(const struct page *page, const struct mode_view *mode,
                         const struct entry *a, const struct entry *b)
{
    bool is_floor = subject_is_floor(page_subject(page, a->subject));
    if (is_floor != subject_is_floor(page_subject(page, b->subject)))
        return !is_floor;
    return mode->metric->lower_is_better ? a->comparison.ratio < b->comparison.ratio
                                         : a->comparison.ratio > b->comparison.ratio;
}

/* Those of the cell that have the word, as a list below `heading`. Returns how many. */
static size_t write_those(const struct page *page, const struct mode_view *mode, size_t cell,
                          enum verdict_word word, const char *heading)
{
    struct entry entries[TABLE_SUBJECTS_MAX];
    size_t count = 0, baseline = page->analysis->cells[cell].baseline;
    for (size_t i = 0; i < mode->subject_count; i++) {
        struct entry made = {.subject = mode->subjects[i]};
        if (made.subject == baseline ||
            !analysis_compare(page->analysis, cell, made.subject, baseline, &made.comparison) ||
            made.comparison.word != word)
            continue;
        size_t at = count++;
        for (; at > 0 && comes_before(page, mode, &made, &entries[at - 1]); at--)
            entries[at] = entries[at - 1];
        entries[at] = made;
    }
    if (count > 0 && *heading != '\0')
        html_print(page->out, "<p>%s</p>", heading);
    if (count > 0)
        html_print(page->out, "<ul class=\"%s\">\n", page_words[page_word_place(word)].css);
    for (size_t i = 0; i < count; i++)
        write_entry(page, mode, cell, &entries[i]);
    if (count > 0)
        fputs("</ul>", page->out);
    return count;
}

static size_t most_rounds(const struct page *page, size_t cell)
{
    size_t most = 0;
    const struct cell_summary *summary = &page->analysis->cells[cell];
    for (size_t i = 0; i < summary->verdict_count; i++) {
        if (summary->verdicts[i].word == VERDICT_INCONCLUSIVE && summary->verdicts[i].n > most)
            most = summary->verdicts[i].n;
    }
    return most;
}

static void write_column(const struct page *page, const struct mode_view *mode, size_t cell,
                         const struct column *column)
{
    char undecided[80];
    size_t count, rounds = most_rounds(page, cell);
    html_print(page->out, "<td class=\"%s\" data-label=\"%s\">", column->css, column->name);
    if (column->word == VERDICT_INCONCLUSIVE) {
        snprintf(undecided, sizeof undecided, "not decided after %zu round%s", rounds,
                 rounds == 1 ? "" : "s");
        count = write_those(page, mode, cell, VERDICT_EQUIVALENT, "no winner");
        count += write_those(page, mode, cell, VERDICT_INCONCLUSIVE, undecided);
        count += write_those(page, mode, cell, VERDICT_INVALID, "the trials say nothing");
    } else {
        count = write_those(page, mode, cell, column->word, "");
    }
    fputs(count == 0 ? "<span class=\"nobody\">nobody</span></td>\n" : "</td>\n", page->out);
}

/* ---- the others ---- */

/* Whom a subject is ahead of, the baseline and floors left out. */
struct beaten {
    size_t list[TABLE_SUBJECTS_MAX], count;
    /* The ratios of those pairs. */
    double least, most;
};

static bool is_other(const struct page *page, size_t cell, size_t subject)
{
    return subject != page->analysis->cells[cell].baseline &&
           !subject_is_floor(page_subject(page, subject));
}

static void find_beaten(const struct page *page, const struct mode_view *mode, size_t cell,
                        size_t subject, struct beaten *beaten)
{
    beaten->count = 0;
    beaten->least = INFINITY;
    beaten->most = 0;
    for (size_t i = 0; i < mode->subject_count && is_other(page, cell, subject); i++) {
        struct comparison comparison;
        size_t other = mode->subjects[i];
        if (other == subject || !is_other(page, cell, other) ||
            !analysis_compare(page->analysis, cell, subject, other, &comparison) ||
            comparison.word != VERDICT_FASTER)
            continue;
        beaten->least = fmin(beaten->least, comparison.ratio);
        beaten->most = fmax(beaten->most, comparison.ratio);
        beaten->list[beaten->count++] = other;
    }
}

static bool same_beaten(const struct beaten *a, const struct beaten *b)
{
    return a->count == b->count && memcmp(a->list, b->list, a->count * sizeof a->list[0]) == 0;
}

/* With its tier where that is not the baseline's, as above. */
static void write_winner(const struct page *page, size_t cell, size_t subject)
{
    const char *tier = page_tier(page, subject);
    html_print(page->out, "<b>%s</b>", page_subject(page, subject));
    if (strcmp(tier, page_tier(page, page->analysis->cells[cell].baseline)) != 0)
        html_print(page->out, " <small>%s</small>", tier);
}

/* Those who are ahead of the same ones stand in one line, which the first of them writes. */
static void write_beaten(const struct page *page, const struct mode_view *mode, size_t cell,
                         size_t place, struct beaten *beaten)
{
    struct beaten other;
    fputs("<li>", page->out);
    write_winner(page, cell, mode->subjects[place]);
    for (size_t i = place + 1; i < mode->subject_count; i++) {
        find_beaten(page, mode, cell, mode->subjects[i], &other);
        if (!same_beaten(&other, beaten))
            continue;
        fputs(", ", page->out);
        write_winner(page, cell, mode->subjects[i]);
        beaten->least = fmin(beaten->least, other.least);
        beaten->most = fmax(beaten->most, other.most);
    }
    fputs(" ahead of ", page->out);
    for (size_t i = 0; i < beaten->count && i < NAMES_SHOWN; i++)
        html_print(page->out, "%s%s", i > 0 ? ", " : "", page_subject(page, beaten->list[i]));
    if (beaten->count > NAMES_SHOWN)
        html_print(page->out, " and %zu more", beaten->count - NAMES_SHOWN);
    int decimals = format_ratio_decimals(beaten->least);
    if (beaten->least == beaten->most)
        html_print(page->out, " <span class=\"ci\">%.*f</span></li>\n", decimals, beaten->least);
    else
        html_print(page->out, " <span class=\"ci\">%.*f to %.*f</span></li>\n", decimals,
                   beaten->least, decimals, beaten->most);
}

static bool is_written(const struct page *page, const struct mode_view *mode, size_t cell,
                       size_t place, const struct beaten *beaten)
{
    struct beaten other;
    for (size_t i = 0; i < place; i++) {
        find_beaten(page, mode, cell, mode->subjects[i], &other);
        if (same_beaten(&other, beaten))
            return true;
    }
    return false;
}

static void write_others(const struct page *page, const struct mode_view *mode, size_t cell)
{
    size_t count = 0;
    struct beaten beaten;
    fputs("<td class=\"others\" data-label=\"Among the others\">", page->out);
    for (size_t i = 0; i < mode->subject_count; i++) {
        find_beaten(page, mode, cell, mode->subjects[i], &beaten);
        if (beaten.count == 0 || is_written(page, mode, cell, i, &beaten))
            continue;
        if (count++ == 0)
            fputs("<ul>\n", page->out);
        write_beaten(page, mode, cell, i, &beaten);
    }
    fputs(count > 0 ? "</ul></td>" : "<span class=\"nobody\">nobody is ahead</span></td>",
          page->out);
}

/* ---- the table ---- */

static void write_cell(const struct page *page, const struct mode_view *mode, size_t cell)
{
    char figure[FORMAT_BYTES];
    size_t baseline = page->analysis->cells[cell].baseline;
    html_print(page->out, "<tr><th scope=\"row\" data-c=\"%zu\">", cell);
    page_cell_heading(page, mode, cell);
    if (baseline == SUBJECT_NONE) {
        html_print(page->out,
                   "</th><td colspan=\"%zu\">nothing to compare: it takes two subjects</td></tr>\n",
                   sizeof columns / sizeof columns[0] + 1);
        return;
    }
    html_print(page->out, " <small>against <b>%s</b>", page_subject(page, baseline));
    const struct median *median = analysis_median(page->analysis, cell, mode->metric, baseline);
    if (median != NULL)
        html_print(page->out, ": %s", page_value(mode->metric, median->median, figure));
    fputs("</small></th>\n", page->out);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        write_column(page, mode, cell, &columns[i]);
    write_others(page, mode, cell);
    fputs("</tr>\n", page->out);
}

static void write_mode(const struct page *page, size_t number)
{
    char common[FORMAT_BYTES];
    const struct mode_view *mode = &page->modes.modes[number];
    page_common_params(page, mode, common, sizeof common);
    html_print(page->out,
               "<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"%zu\"><span>"
               "<a href=\"#m%zu\">%s %s</a>: %s, %s; %s is better. %s</span></th></tr>\n",
               sizeof columns / sizeof columns[0] + 2, number, mode->workload->name, mode->mode,
               mode->metric->name, mode->metric->help,
               mode->metric->lower_is_better ? "lower" : "higher", common);
    for (size_t i = 0; i < mode->cell_count; i++)
        write_cell(page, mode, mode->cells[i]);
    fputs("</tbody>\n", page->out);
}

static bool has_answers(const struct mode_view *mode)
{
    return mode->metric != NULL && mode->subject_count > 0;
}

int page_answers(struct page *page)
{
    int r = page_totals(page);
    write_how_to_read(page);
    html_print(
        page->out,
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Answers\">"
        "<table class=\"answers\" id=\"answers\">\n<caption><span>Answers: a row for each "
        "cell, which is one question</span></caption>\n<thead><tr><th scope=\"col\">Question "
        "<small>the cell, and whom it is measured against</small></th>");
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        html_print(page->out, "<th scope=\"col\" title=\"%s\">%s <small>%s</small></th>",
                   columns[i].meaning, columns[i].name, columns[i].meaning);
    fputs("<th scope=\"col\" title=\"who is FASTER than whom, with the ratio\">Among "
          "the others <small>who is FASTER than whom, with the ratio; floors left "
          "out</small></th></tr></thead>\n",
          page->out);
    for (size_t i = 0; i < page->modes.count; i++) {
        if (has_answers(&page->modes.modes[i]))
            write_mode(page, i);
    }
    fputs("</table></div>\n", page->out);
    return r;
}
