#include "harness/report/summary_parts.h"

#include "harness/base/printable.h"
#include "harness/contract/parameters.h"
#include "harness/stats/max_t.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- who stands how ---- */

/* In this order words are told. */
static int rank_of(enum verdict_word word)
{
    static const int ranks[] = {
        [VERDICT_FASTER] = 0,       [VERDICT_SLOWER] = 1,  [VERDICT_EQUIVALENT] = 2,
        [VERDICT_INCONCLUSIVE] = 3, [VERDICT_INVALID] = 4,
    };
    return ranks[word];
}

static bool is_before(const struct run *run, const struct rival *a, const struct rival *b)
{
    int rank_a = rank_of(a->comparison.word), rank_b = rank_of(b->comparison.word);
    enum backend_tier tier_a = run->subjects[a->subject].tier;
    enum backend_tier tier_b = run->subjects[b->subject].tier;
    if (rank_a != rank_b)
        return rank_a < rank_b;
    return tier_a != tier_b ? tier_a < tier_b : a->cost < b->cost;
}

static void insert(const struct run *run, struct rivals *rivals, const struct rival *rival)
{
    size_t at = rivals->count++;
    for (; at > 0 && is_before(run, rival, &rivals->list[at - 1]); at--)
        rivals->list[at] = rivals->list[at - 1];
    rivals->list[at] = *rival;
}

static void find(const struct analysis *analysis, size_t cell, bool floors, struct rivals *rivals)
{
    const struct run *run = analysis->run;
    const struct cell *where = &run->cells[cell].cell;
    const struct metric *metric = workload_main_metric(where->workload, where->mode);
    size_t baseline = analysis->cells[cell].baseline;
    rivals->count = 0;
    if (baseline == SUBJECT_NONE || metric == NULL)
        return;
    for (size_t i = 0; i < run->subject_count && rivals->count < TABLE_SUBJECTS_MAX; i++) {
        struct rival rival = {.subject = i};
        if (subject_is_floor(run->subjects[i].name) != floors ||
            !analysis_compare(analysis, cell, i, baseline, &rival.comparison))
            continue;
        const struct comparison *comparison = &rival.comparison;
        bool lower = metric->lower_is_better;
        rival.cost = lower ? comparison->ratio : 1 / comparison->ratio;
        rival.low = lower ? comparison->low : 1 / comparison->high;
        rival.high = lower ? comparison->high : 1 / comparison->low;
        insert(run, rivals, &rival);
    }
}

void rivals_find(const struct analysis *analysis, size_t cell, struct rivals *rivals)
{
    find(analysis, cell, false, rivals);
    if (rivals->count == 0)
        find(analysis, cell, true, rivals);
}

/* ---- figures ---- */

static int decimals_of(double cost)
{
    return cost >= 100 ? 0 : cost >= 10 ? 1 : cost >= 0.1 ? 2 : 3;
}

static void print_cost(double cost, int decimals, char *text)
{
    if (!isfinite(cost))
        snprintf(text, COLUMN_BYTES, "-");
    else if (cost >= 1e6 || (cost > 0 && cost < 0.001))
        snprintf(text, COLUMN_BYTES, "%.2g", cost);
    else
        snprintf(text, COLUMN_BYTES, "%.*f", decimals, cost);
}

char *summary_cost(double cost, char *text)
{
    print_cost(cost, decimals_of(cost), text);
    return text;
}

/* An end of an interval that is clear of 1 is not printed as 1. */
static bool hides_its_side(double end)
{
    return end != 1 && fabs(end - 1) < 0.005;
}

char *summary_interval(const struct rival *rival, char *text)
{
    const struct comparison *comparison = &rival->comparison;
    bool is_named = comparison->word == VERDICT_FASTER || comparison->word == VERDICT_SLOWER;
    char cost[COLUMN_BYTES], low[COLUMN_BYTES], high[COLUMN_BYTES];
    int decimals = decimals_of(rival->cost);
    if (is_named && (hides_its_side(rival->low) || hides_its_side(rival->high)))
        decimals = 3;
    print_cost(rival->cost, decimals, cost);
    print_cost(rival->low, decimals, low);
    print_cost(rival->high, decimals, high);
    if (report_has_interval(comparison))
        snprintf(text, COLUMN_BYTES, "%.18s [%.18s, %.18s]", cost, low, high);
    else
        snprintf(text, COLUMN_BYTES, "%.18s (no %sinterval yet)", cost,
                 comparison->bounded ? "useful " : "");
    return text;
}

/* ---- one cell ---- */

struct telling {
    const struct run *run;
    const struct rivals *rivals;
    enum summary_detail detail;
    /* An interval was shown. */
    bool shown;
    char *text;
};

/* Where there is little room, not who, but how many: whoever is not named besides. */
static void add_count(struct telling *telling, size_t count, const char *what)
{
    if (count > 0)
        format_add(telling->text, SUMMARY_TEXT_BYTES, "%s%zu %s",
                   telling->text[0] != '\0' ? ";\t" : "", count, what);
}

static size_t count_word(const struct rivals *rivals, enum verdict_word word)
{
    size_t count = 0;
    for (size_t i = 0; i < rivals->count; i++)
        count += rivals->list[i].comparison.word == word;
    return count;
}

static void add_group(struct telling *telling, enum verdict_word word, const char *title)
{
    const struct rivals *rivals = telling->rivals;
    bool first = true, has_figures = word != VERDICT_EQUIVALENT && word != VERDICT_INVALID;
    for (size_t i = 0; i < rivals->count; i++) {
        const struct rival *rival = &rivals->list[i];
        char name[FORMAT_NAME_BYTES], figure[COLUMN_BYTES] = "";
        if (rival->comparison.word != word)
            continue;
        if (first && telling->text[0] != '\0')
            format_add(telling->text, SUMMARY_TEXT_BYTES, ";");
        bool with_interval =
            telling->detail == SUMMARY_FULL || (telling->detail > SUMMARY_TERSE && !telling->shown);
        if (word == VERDICT_INCONCLUSIVE && telling->detail != SUMMARY_FULL)
            has_figures = false;
        if (has_figures && rival->comparison.has_ratio) {
            if (with_interval)
                summary_interval(rival, figure);
            else
                summary_cost(rival->cost, figure);
            telling->shown = true;
        }
        format_add(telling->text, SUMMARY_TEXT_BYTES, "%s%s%s%s%s%s%s", first ? "" : ",",
                   telling->text[0] != '\0' ? "\t" : "", first ? title : "", first ? " " : "",
                   report_name(telling->run, rival->subject, name), figure[0] != '\0' ? " " : "",
                   figure);
        first = false;
    }
}

/* What it would take: for the first of them, and for all. */
static void add_rounds(struct telling *telling)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (size_t i = 0; i < telling->rivals->count; i++) {
        const struct comparison *comparison = &telling->rivals->list[i].comparison;
        if (comparison->word != VERDICT_INCONCLUSIVE || comparison->rounds == 0)
            continue;
        least = comparison->rounds < least ? comparison->rounds : least;
        most = comparison->rounds > most ? comparison->rounds : most;
    }
    if (most >= VERDICT_ROUNDS_MAXIMUM && least < most)
        format_add(telling->text, SUMMARY_TEXT_BYTES, "\t(about %" PRIu64 " rounds,\tor more)",
                   least);
    else if (most >= VERDICT_ROUNDS_MAXIMUM)
        format_add(telling->text, SUMMARY_TEXT_BYTES, "\t(no number of rounds would do)");
    else if (most > 0 && most <= MAX_T_ROUNDS)
        format_add(telling->text, SUMMARY_TEXT_BYTES, "\t(%" PRIu64 " rounds at least)", most);
    else if (most > 0 && least < most)
        format_add(telling->text, SUMMARY_TEXT_BYTES, "\t(about %" PRIu64 " to %" PRIu64 " rounds)",
                   least, most);
    else if (most > 0)
        format_add(telling->text, SUMMARY_TEXT_BYTES, "\t(about %" PRIu64 " rounds)", most);
}

/* Where nobody is to be compared, the figures themselves. */
static void tell_figures(const struct analysis *analysis, size_t cell, char *text)
{
    const struct run *run = analysis->run;
    const struct run_cell *where = &run->cells[cell];
    const struct metric *metric = workload_main_metric(where->cell.workload, where->cell.mode);
    char figure[FORMAT_BYTES], name[FORMAT_NAME_BYTES], why[FORMAT_BYTES];
    for (size_t i = 0; i < run->subject_count && metric != NULL; i++) {
        const struct median *median = analysis_median(analysis, cell, metric, i);
        if (median == NULL)
            continue;
        format_interval(median->median, median->low, median->high, figure, sizeof figure);
        format_add(text, SUMMARY_TEXT_BYTES, "%s%s %s %s", text[0] != '\0' ? ",\t" : "",
                   report_name(run, i, name), figure, metric->unit);
    }
    if (text[0] == '\0')
        snprintf(text, SUMMARY_TEXT_BYTES, "not measured%s%s", where->skipped != NULL ? ": " : "",
                 where->skipped != NULL ? printable(why, sizeof why, where->skipped) : "");
}

char *summary_of_cell(const struct analysis *analysis, size_t cell, size_t usual,
                      enum summary_detail detail, char *text)
{
    const struct run *run = analysis->run;
    size_t baseline = analysis->cells[cell].baseline;
    struct rivals rivals;
    struct telling telling = {.run = run, .rivals = &rivals, .detail = detail, .text = text};
    char name[FORMAT_NAME_BYTES];
    text[0] = '\0';
    rivals_find(analysis, cell, &rivals);
    if (rivals.count == 0) {
        tell_figures(analysis, cell, text);
        return text;
    }
    if (detail > SUMMARY_TERSE && count_word(&rivals, VERDICT_SLOWER) == rivals.count)
        format_add(text, SUMMARY_TEXT_BYTES, "least: %s", report_name(run, baseline, name));
    add_group(&telling, VERDICT_FASTER, "less:");
    add_group(&telling, VERDICT_SLOWER, "more:");
    add_group(&telling, VERDICT_EQUIVALENT, "the same:");
    if (detail < SUMMARY_BRIEF) {
        add_count(&telling, count_word(&rivals, VERDICT_INCONCLUSIVE), "not decided");
        add_count(&telling, count_word(&rivals, VERDICT_INVALID), "without a verdict");
    } else {
        add_group(&telling, VERDICT_INCONCLUSIVE, "not decided:");
        add_rounds(&telling);
        add_group(&telling, VERDICT_INVALID, "no verdict:");
    }
    if (baseline != usual)
        format_add(text, SUMMARY_TEXT_BYTES, "\t(of %s)", report_name(run, baseline, name));
    return text;
}
