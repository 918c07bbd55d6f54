#include "harness/record/twin_ledger.h"
#include "harness/report/summary.h"

#include "harness/analysis/reasons.h"
#include "harness/base/printable.h"
#include "harness/report/screen.h"
#include "harness/report/summary_parts.h"
#include "harness/stats/max_t.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct summary {
    const struct analysis *analysis;
    const struct summary_request *request;
    /* The baseline of most cells; SUBJECT_NONE: nothing is compared. */
    size_t usual;
    /* Of the comparisons that are shown: all, and those of each word. */
    size_t pairs, words[VERDICT_SLOWER + 1];
    /* Rounds of those that have the most; of those that are not decided, the middle of what they
     * take. */
    size_t rounds;
    uint64_t middle;
    const char *why_invalid;
};

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* A sentence of its own. */
static void say(struct screen *screen, const char *text, size_t most)
{
    const struct paragraph paragraph = {.lead = "", .indent = 0, .text = text, .most = most};
    screen_add(screen, &paragraph);
}

/* ---- all cells together ---- */

static size_t find_usual(const struct analysis *analysis)
{
    size_t best = SUBJECT_NONE, most = 0;
    for (size_t i = 0; i < analysis->run->subject_count; i++) {
        size_t cells = 0;
        for (size_t k = 0; k < analysis->run->cell_count; k++)
            cells += analysis->cells[k].baseline == i;
        if (cells > most) {
            most = cells;
            best = i;
        }
    }
    return best;
}

static int by_number(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* 0 or -ENOMEM. */
static int count_all(struct summary *summary)
{
    const struct analysis *analysis = summary->analysis;
    size_t room = analysis->run->cell_count * analysis->run->subject_count, open = 0;
    uint64_t *rounds = calloc(room + 1, sizeof *rounds);
    struct rivals rivals;
    if (rounds == NULL)
        return -1;
    for (size_t i = 0; i < analysis->run->cell_count; i++) {
        rivals_find(analysis, i, &rivals);
        for (size_t k = 0; k < rivals.count; k++) {
            const struct comparison *comparison = &rivals.list[k].comparison;
            summary->pairs++;
            summary->words[comparison->word]++;
            if (comparison->n > summary->rounds)
                summary->rounds = comparison->n;
            if (comparison->word == VERDICT_INCONCLUSIVE)
                rounds[open++] = comparison->rounds;
            if (comparison->word == VERDICT_INVALID && summary->why_invalid == NULL)
                summary->why_invalid = comparison->why;
        }
    }
    qsort(rounds, open, sizeof *rounds, by_number);
    summary->middle = open > 0 ? rounds[(open - 1) / 2] : 0;
    free(rounds);
    return 0;
}

/* ---- above the answers ---- */

static void write_head(const struct summary *summary, struct screen *screen)
{
    const struct analysis *analysis = summary->analysis;
    const struct run *run = analysis->run;
    char line[LINE_BYTES], end[FORMAT_BYTES], name[FORMAT_NAME_BYTES];
    format_end(run, end, sizeof end);
    if (run->elapsed_s > 0)
        snprintf(line, sizeof line, "%zu question%s,\t%s,\t%.3g s", run->cell_count,
                 plural(run->cell_count), end, run->elapsed_s);
    else
        snprintf(line, sizeof line, "%zu question%s,\t%s", run->cell_count, plural(run->cell_count),
                 end);
    say(screen, line, 2);
    if (run->rounds == 0)
        return;
    if (summary->pairs == 0) {
        say(screen,
            "Nothing is compared:\ta comparison takes two subjects in a cell;\t"
            "[99 % interval of the median]",
            2);
        return;
    }
    snprintf(line, sizeof line,
             "Cost as a multiple of %s's:\t0.90 is 10 %% less;\t[99 %% interval]",
             report_name(run, summary->usual, name));
    say(screen, line, 2);
}

/* ---- below them ---- */

static void print_time(double seconds, char *text, size_t size)
{
    if (seconds < 100)
        snprintf(text, size, "%.0f s", seconds);
    else if (seconds < 100 * 60)
        snprintf(text, size, "%.0f min", seconds / 60);
    else
        snprintf(text, size, "%.0f h", seconds / 3600);
}

static void write_open(const struct summary *summary, struct screen *screen)
{
    double elapsed_s = summary->analysis->run->elapsed_s;
    size_t open = summary->words[VERDICT_INCONCLUSIVE];
    uint64_t rounds = summary->analysis->run->rounds, middle = summary->middle;
    char line[LINE_BYTES], time[COLUMN_BYTES];
    if (open == 0)
        return;
    snprintf(line, sizeof line, "Not decided after %zu round%s:\t%zu of %zu comparisons",
             summary->rounds, plural(summary->rounds), open, summary->pairs);
    if (middle >= VERDICT_ROUNDS_MAXIMUM)
        format_add(line, sizeof line, ";\tmore rounds hardly help");
    else if (middle > 0 && middle <= MAX_T_ROUNDS)
        format_add(line, sizeof line, ";\tnobody is named before round %" PRIu64, middle);
    else if (middle > 0)
        format_add(line, sizeof line, ";\t%s about %" PRIu64, open > 1 ? "half take" : "it takes",
                   middle);
    if (middle > summary->rounds && middle > MAX_T_ROUNDS && middle < VERDICT_ROUNDS_MAXIMUM &&
        elapsed_s > 0) {
        double more = (double)(middle - summary->rounds) * elapsed_s / (double)rounds;
        print_time(more, time, sizeof time);
        format_add(line, sizeof line, " (%s more)", time);
    }
    say(screen, line, 2);
}

/* Only what is wrong: that no twin was named is what everybody expects. */
static void write_twins(const struct summary *summary, struct screen *screen)
{
    char line[LINE_BYTES];
    uint64_t twins, named;
    twin_ledger_count(summary->analysis->run, summary->analysis->cells, &twins, &named);
    if (named == 0)
        return;
    snprintf(line, sizeof line,
             "The baseline was named against itself in %" PRIu64 " of %" PRIu64
             " cells:\tthis run says something false.",
             named, twins);
    say(screen, line, 2);
}

static void write_certainty(const struct summary *summary, struct screen *screen)
{
    char line[LINE_BYTES], why[FORMAT_BYTES];
    if (summary->words[VERDICT_FASTER] + summary->words[VERDICT_SLOWER] > 0) {
        snprintf(line, sizeof line,
                 "Less and more: there is a difference\t(wrong in at most 1 run of 100),\tmeasured "
                 "as %g %% or more.",
                 100 * summary->analysis->minimum_effect);
        say(screen, line, 2);
    }
    write_twins(summary, screen);
    write_open(summary, screen);
    if (summary->words[VERDICT_INVALID] == 0)
        return;
    snprintf(line, sizeof line, "No verdict on %zu of %zu:\t", summary->words[VERDICT_INVALID],
             summary->pairs);
    format_add(line, sizeof line, "%.300s", printable(why, sizeof why, summary->why_invalid));
    say(screen, line, 2);
}

/* What has no kernel behind it, and what only sleeps, is missed by nobody. */
static bool is_no_choice(const struct run *run, const char *subject)
{
    size_t place = run_find_subject(run, subject);
    return place != SUBJECT_NONE && run->subjects[place].tier == TIER_NONE;
}

/* A subject may have a reason in each mode. */
static bool was_said(const struct reason_list *list, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (list->list[i].kind == REASON_SKIPPED &&
            strcmp(list->list[i].who, list->list[at].who) == 0)
            return true;
    }
    return false;
}

/* What was not measured: each subject and each cell once. */
static void write_left_out(const struct summary *summary, struct screen *screen)
{
    const struct analysis *analysis = summary->analysis;
    size_t *cells = calloc(analysis->run->cell_count + 1, sizeof *cells), skipped = 0;
    struct reason_list list = {.count = 0};
    char line[LINE_BYTES] = "", name[FORMAT_BYTES];
    for (size_t i = 0; cells != NULL && i < analysis->run->cell_count; i++)
        cells[i] = i;
    if (cells != NULL && reasons_add_run(&list, analysis->run) == 0)
        reasons_add_cells(&list, analysis, cells, analysis->run->cell_count);
    for (size_t i = 0; i < list.count; i++) {
        const struct reason *reason = &list.list[i];
        if (reason->kind == REASON_SKIPPED && reason->is_cell)
            skipped += reason->times;
        else if (reason->kind == REASON_SKIPPED && !is_no_choice(analysis->run, reason->who) &&
                 !was_said(&list, i))
            format_add(line, sizeof line, "%s%s",
                       line[0] != '\0' ? ",\t" : "Left out: ", printable(name, 40, reason->who));
    }
    if (skipped > 0)
        format_add(line, sizeof line, "%s%zu question%s",
                   line[0] != '\0' ? ",\t" : "Left out: ", skipped, plural(skipped));
    if (line[0] != '\0')
        say(screen, line, 1);
    reasons_free(&list);
    free(cells);
}

/* One sentence for all of them: the mark stands in their names. */
static void write_rounded(const struct run *run, struct screen *screen)
{
    bool any = false;
    for (size_t i = 0; i < run->subject_count; i++)
        any |= run->subjects[i].shown != NULL;
    if (any)
        say(screen, "(ms): this system refuses epoll_pwait2;\tdeadlines are whole milliseconds.",
            1);
}

static void write_one_core(const struct run *run, struct screen *screen)
{
    bool any = false, unranked = false;
    char line[LINE_BYTES], sharing[FORMAT_BYTES];
    for (size_t i = 0; i < run->cell_count; i++) {
        any |= run_cell_shares_core(run, &run->cells[i]);
        unranked |= run_cell_is_unranked(run, &run->cells[i]);
    }
    if (!any)
        return;
    snprintf(line, sizeof line, "one core: %s%s.", format_sharing(run, sharing, sizeof sharing),
             unranked ? ";\tin a closed loop nobody is ranked then" : "");
    say(screen, line, 2);
}

static void write_headroom(const struct run *run, struct screen *screen)
{
    size_t asked = 0, missed = 0;
    char line[LINE_BYTES];
    for (size_t i = 0; i < run->cell_count; i++) {
        asked += run->cells[i].headroom.known;
        missed += run->cells[i].headroom.known && !run->cells[i].headroom.proved;
    }
    if (missed == 0)
        return;
    snprintf(line, sizeof line,
             "No latencies for %zu of %zu:\tthe clients did not prove that they can keep up.",
             missed, asked);
    say(screen, line, 1);
}

static void write_foot(const struct summary *summary, struct screen *screen)
{
    write_certainty(summary, screen);
    if (summary->request->check != NULL)
        say(screen, summary->request->check, 1);
    write_left_out(summary, screen);
    write_rounded(summary->analysis->run, screen);
    write_one_core(summary->analysis->run, screen);
    write_headroom(summary->analysis->run, screen);
}

/* Without slashes at its end. */
static int folder_length(const char *folder)
{
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    return (int)length;
}

void report_print_summary(const struct analysis *analysis, const struct summary_request *request,
                          FILE *out)
{
    int columns = request->columns < SCREEN_COLUMNS ? request->columns : SCREEN_COLUMNS;
    struct screen screen = {.columns = columns}, foot = {.columns = columns};
    struct summary summary = {
        .analysis = analysis, .request = request, .usual = find_usual(analysis)};
    size_t paths = request->folder == NULL ? 0 : request->has_page ? 2 : 1;
    if (count_all(&summary) < 0) {
        report_no_memory(out);
        return;
    }
    write_head(&summary, &screen);
    if (analysis->run->rounds > 0) {
        write_foot(&summary, &foot);
        summary_add_answers(analysis, summary.usual,
                            SCREEN_LINES - screen.count - foot.count - paths, &screen);
        screen_append(&screen, &foot);
    }
    screen_print(&screen, out);
    if (request->folder != NULL && request->has_page)
        fprintf(out, "page: %.*s/report.html\n", folder_length(request->folder), request->folder);
    if (request->folder != NULL)
        fprintf(out, "all files: %.*s\n", folder_length(request->folder), request->folder);
}
