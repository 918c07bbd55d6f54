/* Several cells of one mode in one entry: for each subject where it costs less or more than the
 * baseline of the cell, and from how much to how much. */
#include "harness/report/summary_parts.h"

#include "harness/analysis/sweeps.h"
#include "harness/base/numbers.h"
#include "harness/base/printable.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of each group; the others are counted. */
static const size_t subjects_shown[SUMMARY_DETAILS] = {
    [SUMMARY_TERSE] = 1, [SUMMARY_COUNTED] = 1, [SUMMARY_BRIEF] = 2, [SUMMARY_FULL] = 4};

/* One subject over the cells. */
struct tally {
    size_t subject;
    size_t cells, words[VERDICT_SLOWER + 1];
    /* Costs where it is less, and where it is more. */
    double least[VERDICT_SLOWER + 1], most[VERDICT_SLOWER + 1];
};

struct view {
    const struct analysis *analysis;
    const struct mode_view *mode;
    /* The cells are the whole of one sweep. */
    bool is_sweep;
    struct sweep sweep;
    size_t baseline;
    enum summary_detail detail;
    struct tally *tallies;
    size_t count;
};

/* ---- counting ---- */

static struct tally *tally_of(struct view *view, size_t subject)
{
    for (size_t i = 0; i < view->count; i++) {
        if (view->tallies[i].subject == subject)
            return &view->tallies[i];
    }
    struct tally *tally = &view->tallies[view->count++];
    *tally = (struct tally){.subject = subject};
    return tally;
}

static void count_cell(struct view *view, const struct rivals *rivals)
{
    for (size_t i = 0; i < rivals->count; i++) {
        const struct rival *rival = &rivals->list[i];
        enum verdict_word word = rival->comparison.word;
        struct tally *tally = tally_of(view, rival->subject);
        if (tally->words[word]++ == 0)
            tally->least[word] = tally->most[word] = rival->cost;
        tally->least[word] = fmin(tally->least[word], rival->cost);
        tally->most[word] = fmax(tally->most[word], rival->cost);
        tally->cells++;
    }
}

const char *summary_sweep(const struct run *run, const struct mode_view *mode)
{
    struct sweep sweep;
    const char *parameter = sweep_parameter(run, mode->cells, mode->cell_count);
    if (parameter == NULL)
        return NULL;
    sweep_find(run, mode->cells[0], parameter, &sweep);
    return sweep.count == mode->cell_count ? parameter : NULL;
}

/* ---- where ---- */

/* "up to 100", "from 100 up", "at 1,000", "everywhere"; "" when the cells with the word are not
 * neighbours. */
static void print_stretch(const struct view *view, const struct course *course,
                          enum verdict_word word, char *text, size_t size)
{
    const struct stretch *only = NULL;
    char from[COLUMN_BYTES], to[COLUMN_BYTES];
    text[0] = '\0';
    for (size_t i = 0; i < course->count; i++) {
        if (course->stretches[i].word != word)
            continue;
        if (only != NULL)
            return;
        only = &course->stretches[i];
    }
    if (only == NULL)
        return;
    const struct run *run = view->analysis->run;
    bool from_start = only->first == 0, to_end = only->last + 1 == view->sweep.count;
    number_print(sweep_number(run, &view->sweep, only->first), from, sizeof from);
    number_print(sweep_number(run, &view->sweep, only->last), to, sizeof to);
    if (from_start && to_end)
        snprintf(text, size, "everywhere");
    else if (only->first == only->last)
        snprintf(text, size, "at %s", from);
    else if (to_end)
        snprintf(text, size, "from %s up", from);
    else if (from_start)
        snprintf(text, size, "up to %s", to);
    else
        snprintf(text, size, "from %s to %s", from, to);
}

static void print_where(const struct view *view, const struct tally *tally, enum verdict_word word,
                        char *text, size_t size)
{
    struct course course;
    text[0] = '\0';
    if (view->is_sweep &&
        sweep_follow(view->analysis, &view->sweep, tally->subject, view->baseline, &course))
        print_stretch(view, &course, word, text, size);
    if (text[0] == '\0' && tally->words[word] == view->mode->cell_count)
        snprintf(text, size, "everywhere");
    else if (text[0] == '\0')
        snprintf(text, size, "in %zu of %zu", tally->words[word], view->mode->cell_count);
}

/* "0.82", "0.82-0.91". */
static void print_range(const struct tally *tally, enum verdict_word word, char *text, size_t size)
{
    char least[COLUMN_BYTES], most[COLUMN_BYTES];
    summary_cost(tally->least[word], least);
    summary_cost(tally->most[word], most);
    if (strcmp(least, most) == 0)
        snprintf(text, size, "%s", least);
    else
        snprintf(text, size, "%s-%s", least, most);
}

/* ---- the entry ---- */

/* Those with the word, the most often first; the others of one word keep their order. */
static void add_group(const struct view *view, enum verdict_word word, const char *title,
                      char *text)
{
    bool first = true;
    size_t shown = 0, others = 0;
    for (size_t often = view->mode->cell_count; often > 0; often--) {
        for (size_t i = 0; i < view->count; i++) {
            const struct tally *tally = &view->tallies[i];
            char name[FORMAT_NAME_BYTES], where[COLUMN_BYTES * 3], range[COLUMN_BYTES * 3];
            if (tally->words[word] != often)
                continue;
            if (shown++ >= subjects_shown[view->detail]) {
                others++;
                continue;
            }
            print_where(view, tally, word, where, sizeof where);
            print_range(tally, word, range, sizeof range);
            format_add(text, SUMMARY_TEXT_BYTES, "%s%s%s%s%s %s %s",
                       !first            ? ","
                       : text[0] != '\0' ? ";"
                                         : "",
                       text[0] != '\0' ? "\t" : "", first ? title : "", first ? " " : "",
                       report_name(view->analysis->run, tally->subject, name), range, where);
            first = false;
        }
    }
    if (others > 0)
        format_add(text, SUMMARY_TEXT_BYTES, ",\t+%zu", others);
}

/* Of subjects about which nothing was named. */
static void add_rest(const struct view *view, char *text)
{
    size_t same = 0, open = 0, invalid = 0;
    for (size_t i = 0; i < view->count; i++) {
        const struct tally *tally = &view->tallies[i];
        if (tally->words[VERDICT_FASTER] + tally->words[VERDICT_SLOWER] > 0)
            continue;
        if (tally->words[VERDICT_EQUIVALENT] == tally->cells)
            same++;
        else if (tally->words[VERDICT_INVALID] == tally->cells)
            invalid++;
        else
            open++;
    }
    const struct {
        size_t count;
        const char *words;
    } rest[] = {{same, "the same"}, {open, "not decided"}, {invalid, "no verdict"}};
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        if (rest[i].count > 0)
            format_add(text, SUMMARY_TEXT_BYTES, "%s%s: %zu subject%s",
                       text[0] != '\0' ? ";\t" : "", rest[i].words, rest[i].count,
                       rest[i].count == 1 ? "" : "s");
    }
}

char *summary_of_mode(const struct analysis *analysis, const struct mode_view *mode, size_t usual,
                      enum summary_detail detail, char *text)
{
    const struct run *run = analysis->run;
    const char *parameter = summary_sweep(run, mode);
    struct view view = {
        .analysis = analysis, .mode = mode, .is_sweep = parameter != NULL, .detail = detail};
    struct rivals rivals;
    char name[FORMAT_NAME_BYTES];
    bool differ;
    text[0] = '\0';
    if (mode->cell_count == 1)
        return summary_of_cell(analysis, mode->cells[0], usual, detail, text);
    view.baseline = report_baseline(analysis, mode->cells, mode->cell_count, &differ);
    view.tallies = calloc(run->subject_count + 1, sizeof *view.tallies);
    if (view.tallies == NULL)
        return text;
    if (parameter != NULL)
        sweep_find(run, mode->cells[0], parameter, &view.sweep);
    for (size_t i = 0; i < mode->cell_count; i++) {
        rivals_find(analysis, mode->cells[i], &rivals);
        count_cell(&view, &rivals);
    }
    add_group(&view, VERDICT_FASTER, "less:", text);
    add_group(&view, VERDICT_SLOWER, "more:", text);
    add_rest(&view, text);
    if (view.count == 0)
        snprintf(text, SUMMARY_TEXT_BYTES, "nothing to compare");
    else if (!differ && view.baseline != usual)
        format_add(text, SUMMARY_TEXT_BYTES, "\t(of %s)", report_name(run, view.baseline, name));
    else if (differ)
        format_add(text, SUMMARY_TEXT_BYTES, "\t(of several baselines)");
    free(view.tallies);
    return text;
}

char *summary_name_of_mode(const struct analysis *analysis, const struct mode_view *mode,
                           char *text)
{
    char name[FORMAT_BYTES];
    const char *parameter = summary_sweep(analysis->run, mode);
    if (mode->cell_count == 1)
        return cell_question(&analysis->run->cells[mode->cells[0]].cell, text, SUMMARY_NAME_BYTES);
    snprintf(text, SUMMARY_NAME_BYTES, "%.15s %.15s", mode->workload->name, mode->mode);
    if (parameter != NULL)
        format_add(text, SUMMARY_NAME_BYTES, " by %s", printable(name, sizeof name, parameter));
    else
        format_add(text, SUMMARY_NAME_BYTES, ", %zu cells", mode->cell_count);
    return text;
}
