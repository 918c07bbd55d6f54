/* The entries of the summary: which there are, and how the lines are shared among them. */
#include "harness/report/summary_parts.h"

#include <stdlib.h>
#include <string.h>

/* Cells that get an entry each, at most; and columns from which what is asked stands in a column of
 * its own, at most so wide. */
enum { CELLS_SHOWN = 14, COLUMNS_BESIDE = 64, LEAD_COLUMNS = 33 };

/* One of them: a cell, or a mode. */
struct entry {
    char lead[SUMMARY_NAME_BYTES + COLUMN_BYTES];
    /* With ever more detail; of a mode all the same. */
    char texts[SUMMARY_DETAILS][SUMMARY_TEXT_BYTES];
    size_t lines;
    enum summary_detail detail;
};

struct answers {
    struct entry *list;
    size_t count, room;
    int indent;
};

static struct paragraph paragraph_of(const struct answers *answers, const struct entry *entry,
                                     enum summary_detail detail)
{
    return (struct paragraph){.lead = entry->lead,
                              .indent = answers->indent,
                              .text = entry->texts[detail],
                              .most = entry->lines};
}

static size_t needs_of(const struct screen *screen, const struct answers *answers,
                       const struct entry *entry, enum summary_detail detail)
{
    const struct paragraph paragraph = paragraph_of(answers, entry, detail);
    return screen_needs(screen, &paragraph);
}

/* One line more for each that needs it to name everybody, from above, until there are no more. */
static size_t share_among_needy(const struct screen *screen, struct answers *answers, size_t left)
{
    bool any = true;
    while (any && left > 0) {
        any = false;
        for (size_t i = 0; i < answers->count && left > 0; i++) {
            struct entry *entry = &answers->list[i];
            if (needs_of(screen, answers, entry, SUMMARY_TERSE) <= entry->lines)
                continue;
            entry->lines++;
            left--;
            any = true;
        }
    }
    return left;
}

/* Each gets a line, then what is left of them goes to those that need more, from above: first so
 * that everybody is named, then for more detail. */
static void share_lines(const struct screen *screen, struct answers *answers, size_t left)
{
    for (size_t i = 0; i < answers->count; i++)
        answers->list[i].lines = 1;
    left = share_among_needy(screen, answers, left - answers->count);
    for (enum summary_detail detail = SUMMARY_COUNTED; detail < SUMMARY_DETAILS; detail++) {
        for (size_t i = 0; i < answers->count; i++) {
            struct entry *entry = &answers->list[i];
            size_t needs = needs_of(screen, answers, entry, detail);
            if (needs > entry->lines + left)
                continue;
            left -= needs > entry->lines ? needs - entry->lines : 0;
            entry->lines = needs > entry->lines ? needs : entry->lines;
            entry->detail = detail;
        }
    }
}

static void write_answers(struct screen *screen, struct answers *answers, size_t lines)
{
    size_t shown = answers->count, widest = 0;
    char more[COLUMN_BYTES];
    if (shown > lines)
        answers->count = lines > 0 ? lines - 1 : 0;
    for (size_t i = 0; i < answers->count; i++) {
        size_t length = strlen(answers->list[i].lead) + 2;
        widest = length > widest ? length : widest;
    }
    bool beside = screen->columns >= COLUMNS_BESIDE;
    answers->indent = beside && widest <= LEAD_COLUMNS ? (int)widest : beside ? LEAD_COLUMNS : 2;
    if (answers->count > 0)
        share_lines(screen, answers, lines - (shown > answers->count));
    for (size_t i = 0; i < answers->count; i++) {
        const struct entry *entry = &answers->list[i];
        const struct paragraph paragraph = paragraph_of(answers, entry, entry->detail);
        screen_add(screen, &paragraph);
    }
    snprintf(more, sizeof more, "%zu more: report.html", shown - answers->count);
    if (shown > answers->count && lines > 0)
        screen_add(screen, &(const struct paragraph){.lead = "", .text = more, .most = 1});
}

/* Explained once, below the answers. */
#define ONE_CORE_MARK ", one core"

static void add_cells(const struct analysis *analysis, size_t usual, struct answers *answers)
{
    const struct run *run = analysis->run;
    for (size_t i = 0; i < run->cell_count && answers->count < answers->room; i++) {
        struct entry *entry = &answers->list[answers->count++];
        cell_question(&run->cells[i].cell, entry->lead, SUMMARY_NAME_BYTES);
        if (run_cell_shares_core(run, &run->cells[i]))
            format_add(entry->lead, sizeof entry->lead, ONE_CORE_MARK);
        for (enum summary_detail detail = SUMMARY_TERSE; detail < SUMMARY_DETAILS; detail++)
            summary_of_cell(analysis, i, usual, detail, entry->texts[detail]);
    }
}

/* Questions with the same words get the parameters that tell them apart. */
static void tell_apart(const struct run *run, struct answers *answers)
{
    bool same[CELLS_SHOWN] = {false};
    for (size_t i = 0; i < answers->count; i++) {
        for (size_t k = 0; k < answers->count; k++)
            same[i] |= k != i && strcmp(answers->list[i].lead, answers->list[k].lead) == 0;
    }
    for (size_t i = 0; i < answers->count; i++) {
        size_t cells[CELLS_SHOWN], count = 0;
        char params[FORMAT_BYTES];
        for (size_t k = 0; k < answers->count; k++) {
            if (same[k] && cell_same_mode(&run->cells[i].cell, &run->cells[k].cell))
                cells[count++] = k;
        }
        if (same[i])
            format_add(answers->list[i].lead, sizeof answers->list[i].lead, " (%.60s)",
                       format_params_of(run, cells, count, i, false, params, sizeof params));
    }
}

static bool has_pairs(const struct analysis *analysis, const struct mode_view *mode)
{
    bool has = false;
    for (size_t i = 0; i < mode->cell_count; i++)
        has |= analysis->cells[mode->cells[i]].verdict_count > 0;
    return has;
}

/* Of those in which nothing is compared, the names alone. */
static void add_lonely_modes(const struct analysis *analysis, const struct mode_list *modes,
                             struct answers *answers)
{
    struct entry *entry = &answers->list[answers->count];
    char text[SUMMARY_TEXT_BYTES] = "";
    for (size_t i = 0; i < modes->count; i++) {
        const struct mode_view *mode = &modes->modes[i];
        if (!has_pairs(analysis, mode))
            format_add(text, sizeof text, "%s%s %s", text[0] != '\0' ? ",\t" : "",
                       mode->workload->name, mode->mode);
    }
    if (text[0] == '\0' || answers->count == answers->room)
        return;
    answers->count++;
    snprintf(entry->lead, sizeof entry->lead, "nothing to compare");
    for (enum summary_detail detail = SUMMARY_TERSE; detail < SUMMARY_DETAILS; detail++)
        memcpy(entry->texts[detail], text, sizeof text);
}

static bool share_a_core(const struct run *run, const struct mode_view *mode)
{
    bool any = false;
    for (size_t i = 0; i < mode->cell_count; i++)
        any |= run_cell_shares_core(run, &run->cells[mode->cells[i]]);
    return any;
}

static void add_modes(const struct analysis *analysis, size_t usual, struct answers *answers)
{
    struct mode_list modes;
    if (mode_list_open(&modes, analysis) == 0) {
        for (size_t i = 0; i < modes.count && answers->count < answers->room; i++) {
            if (!has_pairs(analysis, &modes.modes[i]))
                continue;
            struct entry *entry = &answers->list[answers->count++];
            summary_name_of_mode(analysis, &modes.modes[i], entry->lead);
            if (share_a_core(analysis->run, &modes.modes[i]))
                format_add(entry->lead, sizeof entry->lead, ONE_CORE_MARK);
            for (enum summary_detail detail = SUMMARY_TERSE; detail < SUMMARY_DETAILS; detail++)
                summary_of_mode(analysis, &modes.modes[i], usual, detail, entry->texts[detail]);
        }
        add_lonely_modes(analysis, &modes, answers);
    }
    mode_list_free(&modes);
}

void summary_add_answers(const struct analysis *analysis, size_t usual, size_t lines,
                         struct screen *screen)
{
    const struct run *run = analysis->run;
    struct answers answers = {.room = SCREEN_LINES};
    answers.list = calloc(answers.room, sizeof *answers.list);
    if (answers.list == NULL)
        return;
    if (run->cell_count <= lines && run->cell_count <= CELLS_SHOWN) {
        add_cells(analysis, usual, &answers);
        tell_apart(run, &answers);
    } else {
        add_modes(analysis, usual, &answers);
    }
    write_answers(screen, &answers, lines);
    free(answers.list);
}
