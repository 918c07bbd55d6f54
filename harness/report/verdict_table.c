/* What a reader wants to know first: who costs least, where, by how much, and how sure that is. No
 * line of it ranks the two tiers as one, and none is about all cells at once. */
#include "harness/analysis/modes.h"
#include "harness/base/terminal.h"
#include "harness/record/twin_ledger.h"
#include "harness/report/parts.h"
#include "harness/stats/max_t.h"

#include <inttypes.h>
#include <string.h>

/* Of names, ratio and verdict; where a terminal is narrower the verdict is shortened, then the
 * ratio stands without its interval. */
enum { NAMES_COLUMNS = 41, NAMES_COLUMNS_LEAST = 10 };
enum { RATIO_COLUMNS = 23, RATIO_COLUMNS_SHORT = 6, WORD_COLUMNS = 18, WORD_COLUMNS_SHORT = 12 };
enum { INDENT = 4 };

struct widths {
    int names, ratio, word;
};

static struct widths measure(const struct run *run, FILE *out)
{
    int room = terminal_columns(out) - INDENT - report_tier_columns(run) - 3;
    struct widths widths = {.ratio = RATIO_COLUMNS, .word = WORD_COLUMNS};
    if (room < NAMES_COLUMNS + widths.ratio + widths.word)
        widths.word = WORD_COLUMNS_SHORT;
    if (room < 2 * NAMES_COLUMNS_LEAST + widths.ratio + widths.word)
        widths.ratio = RATIO_COLUMNS_SHORT;
    widths.names = room - widths.ratio - widths.word;
    if (widths.names > NAMES_COLUMNS)
        widths.names = NAMES_COLUMNS;
    if (widths.names < NAMES_COLUMNS_LEAST)
        widths.names = NAMES_COLUMNS_LEAST;
    return widths;
}

#define NOTHING_TO_COMPARE                                                                         \
    "nothing to compare: a verdict is of two subjects, and only one takes part"

/* ---- one cell ---- */

/* "epoll-et, epoll, poll +3; undecided" */
static void write_names(const struct run *run, const struct group *group, int columns, char *text,
                        size_t size)
{
    const char *tail = group->count < 2 ? "" : group->undecided ? "; undecided" : "; alike";
    size_t i = 0;
    text[0] = '\0';
    for (; i < group->count; i++) {
        char name[FORMAT_NAME_BYTES];
        report_name(run, group->subjects[i], name);
        bool last = i + 1 == group->count;
        size_t needed = strlen(text) + strlen(name) + strlen(tail) + (last ? 2 : 6);
        if (i > 0 && needed > (size_t)columns)
            break;
        format_add(text, size, "%s%s", i > 0 ? ", " : "", name);
    }
    if (i < group->count)
        format_add(text, size, " +%zu", group->count - i);
    format_add(text, size, "%s", tail);
}

static void write_ratio(const struct comparison *comparison, int columns, char *text)
{
    if (columns < RATIO_COLUMNS)
        snprintf(text, COLUMN_BYTES, "%.*f", format_ratio_decimals(comparison->ratio),
                 comparison->ratio);
    else
        report_print_ratio(comparison, text);
}

static void print_tier(const struct analysis *analysis, size_t cell, enum backend_tier tier,
                       FILE *out)
{
    const struct run *run = analysis->run;
    const struct widths widths = measure(run, out);
    struct group group;
    struct comparison comparison;
    char names[200], ratio[COLUMN_BYTES] = "1", word[COLUMN_BYTES] = "the baseline";
    group_find(analysis, cell, tier, &group);
    if (group.of == 0)
        return;
    if (group.count == 0) {
        snprintf(names, sizeof names, "nothing is known of %zu", group.of);
        snprintf(ratio, sizeof ratio, "-");
        snprintf(word, sizeof word, "INVALID");
    } else {
        write_names(run, &group, widths.names, names, sizeof names);
        if (analysis_compare(analysis, cell, group.subjects[0], analysis->cells[cell].baseline,
                             &comparison)) {
            write_ratio(&comparison, widths.ratio, ratio);
            if (widths.word < WORD_COLUMNS)
                format_short_word(&comparison, word, sizeof word);
            else
                format_word(&comparison, word, sizeof word);
        }
    }
    fprintf(out, "%*s%-*s %-*.*s %-*s %s\n", INDENT, "", report_tier_columns(run),
            report_short_tier(run, tier), widths.names, widths.names, names, widths.ratio, ratio,
            word);
}

/* ---- one mode ---- */

static void print_cell(const struct analysis *analysis, const struct mode_view *mode, size_t cell,
                       bool baselines_differ, FILE *out)
{
    const struct run *run = analysis->run;
    char params[FORMAT_BYTES], name[FORMAT_NAME_BYTES];
    format_params_of(run, mode->cells, mode->cell_count, cell, false, params, sizeof params);
    if (baselines_differ && analysis->cells[cell].baseline != SUBJECT_NONE)
        format_add(params, sizeof params, "%s(baseline: %s)", params[0] != '\0' ? " " : "",
                   report_name(run, analysis->cells[cell].baseline, name));
    if (params[0] != '\0')
        format_wrapped(out, 2, params);
    if (*format_one_core(run, &run->cells[cell], params, sizeof params) != '\0')
        report_say(out, INDENT, "ONE CORE: %s", params);
    if (run_cell_is_unranked(run, &run->cells[cell]))
        return;
    if (analysis->cells[cell].verdict_count == 0) {
        format_wrapped(out, INDENT, NOTHING_TO_COMPARE);
        return;
    }
    print_tier(analysis, cell, TIER_READINESS, out);
    print_tier(analysis, cell, TIER_COMPLETION, out);
}

static void print_heading(const struct analysis *analysis, const struct mode_view *mode, FILE *out)
{
    char heading[LINE_BYTES], params[FORMAT_BYTES];
    snprintf(heading, sizeof heading, "%s %s: %s, %s is better; %s", mode->workload->name,
             mode->mode, mode->metric->name, mode->metric->lower_is_better ? "lower" : "higher",
             format_params_of(analysis->run, mode->cells, mode->cell_count, mode->cells[0], true,
                              params, sizeof params));
    fputc('\n', out);
    format_wrapped(out, 0, heading);
}

static bool has_pairs(const struct analysis *analysis, const struct mode_view *mode)
{
    bool has = false;
    for (size_t i = 0; i < mode->cell_count; i++)
        has |= analysis->cells[mode->cells[i]].verdict_count > 0;
    return has;
}

static void print_mode(const struct analysis *analysis, const struct mode_view *mode, FILE *out)
{
    const struct run *run = analysis->run;
    const struct widths widths = measure(run, out);
    char best[COLUMN_BYTES];
    bool differ, is_wide = widths.names == NAMES_COLUMNS;
    print_heading(analysis, mode, out);
    if (!has_pairs(analysis, mode)) {
        format_wrapped(out, 2, NOTHING_TO_COMPARE);
        return;
    }
    report_baseline(analysis, mode->cells, mode->cell_count, &differ);
    fprintf(out, "%*s%-*s %-*.*s %-*.*s %.*s\n", INDENT, "", report_tier_columns(run), "tier",
            widths.names, widths.names,
            is_wide ? "not significantly slower than any other," : "not slower, best first",
            widths.ratio, widths.ratio,
            report_baseline_heading(analysis, mode->cells, mode->cell_count, "best ", best),
            widths.word, widths.word < WORD_COLUMNS ? "verdict" : "verdict (rounds)");
    if (is_wide)
        fprintf(out, "%*s%-*s the best first\n", INDENT, "", report_tier_columns(run), "");
    for (size_t i = 0; i < mode->cell_count; i++)
        print_cell(analysis, mode, mode->cells[i], differ, out);
    report_print_crossovers(analysis, mode->cells, mode->cell_count, out);
    report_print_invalid_pairs(analysis, mode->cells, mode->cell_count, out);
    report_print_disturbed(run, mode->cells, mode->cell_count, out);
}

/* ---- the run ---- */

static void print_what_is_missing(const struct analysis *analysis,
                                  const struct verdict_totals *totals, FILE *out)
{
    char line[LINE_BYTES];
    uint64_t middle = totals->middle_rounds;
    size_t open = totals->words[VERDICT_INCONCLUSIVE];
    if (analysis->tests > 0 && totals->most_rounds < MAX_T_ROUNDS) {
        snprintf(line, sizeof line,
                 "Too few rounds: none can be named with fewer than %d rounds, and there are %zu.",
                 MAX_T_ROUNDS, totals->most_rounds);
        format_wrapped(out, 0, line);
    } else if (open > 0) {
        snprintf(line, sizeof line,
                 "INCONCLUSIVE (64) means: with 64 rounds in all, about half of such pairs would "
                 "be decided. %s %s%" PRIu64 " rounds%s for that.",
                 open > 1 ? "Half of those here take" : "The one here takes",
                 middle < VERDICT_ROUNDS_MAXIMUM && open > 1 ? "at most " : "", middle,
                 middle >= VERDICT_ROUNDS_MAXIMUM ? " or more" : "");
        format_wrapped(out, 0, line);
    }
}

static void print_totals(const struct analysis *analysis, const struct verdict_totals *totals,
                         FILE *out)
{
    char line[LINE_BYTES];
    snprintf(line, sizeof line,
             "Verdicts: FASTER or SLOWER: there is a difference, and it was measured as %g %% or "
             "more. EQUIVALENT: it is less than that. False words: in at most 1 run of 100. "
             "Comparisons: %zu; FASTER or SLOWER: %zu, EQUIVALENT: %zu, INCONCLUSIVE: %zu, "
             "INVALID: %zu.",
             100 * analysis->minimum_effect, totals->pairs,
             totals->words[VERDICT_FASTER] + totals->words[VERDICT_SLOWER],
             totals->words[VERDICT_EQUIVALENT], totals->words[VERDICT_INCONCLUSIVE],
             totals->words[VERDICT_INVALID]);
    format_wrapped(out, 0, line);
    print_what_is_missing(analysis, totals, out);
}

void report_print_verdicts(const struct analysis *analysis, FILE *out)
{
    struct verdict_totals totals;
    struct mode_list modes;
    char twins[TWIN_WORDS_BYTES];
    fputc('\n', out);
    if (analysis_totals(analysis, &totals) < 0) {
        report_no_memory(out);
        return;
    }
    if (totals.pairs == 0) {
        report_say(out, 0, "Verdicts: none. They are of two subjects, and no cell has two.");
        return;
    }
    print_totals(analysis, &totals, out);
    twin_words(analysis->run, analysis->cells, twins);
    if (*twins != '\0')
        report_say(out, 0, "%s", twins);
    if (mode_list_open(&modes, analysis) < 0)
        report_no_memory(out);
    for (size_t i = 0; i < modes.count; i++) {
        if (modes.modes[i].metric != NULL)
            print_mode(analysis, &modes.modes[i], out);
    }
    mode_list_free(&modes);
}
