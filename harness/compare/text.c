#include "harness/compare/text.h"

#include "harness/analysis/format.h"
#include "harness/base/printable.h"
#include "harness/compare/judge.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- one verdict ---- */

/* A cell that has not set the parameter has another value, too. */
static bool varies(const struct run_comparison *comparison, const struct cell *cell,
                   const struct named_value *parameter)
{
    bool found = false;
    for (size_t i = 0; i < comparison->cell_count && !found; i++) {
        const struct cell *other = comparison->cells[i];
        found =
            cell_same_mode(cell, other) &&
            !value_equal(&parameter->value, named_values_find(&other->params, "", parameter->name));
    }
    return found;
}

char *compare_cell_text(const struct run_comparison *comparison, const struct cell *cell, bool all,
                        char *text)
{
    int length = snprintf(text, COMPARE_TEXT_BYTES, "%s %s", cell->workload->name, cell->mode);
    for (size_t i = 0; i < cell->params.count; i++) {
        const struct named_value *parameter = &cell->params.list[i];
        char name[40], value[40];
        if ((!all && !varies(comparison, cell, parameter)) || length + 90 > COMPARE_TEXT_BYTES)
            continue;
        length += snprintf(text + length, COMPARE_TEXT_BYTES - (size_t)length, " %s=%s",
                           printable(name, sizeof name, parameter->name),
                           value_print(&parameter->value, value, sizeof value));
    }
    return text;
}

/* Whoever others are divided by is judged without a control, and no result of the change. */
char *compare_subject_text(const struct run_comparison *comparison,
                           const struct compared_pair *pair, char *text)
{
    bool is_control = false;
    char name[FORMAT_NAME_BYTES];
    for (size_t i = 0; i < comparison->pair_count; i++) {
        const struct compared_pair *other = &comparison->pairs[i];
        is_control |= other->cell == pair->cell && other->control != NULL &&
                      strcmp(other->control, pair->subject) == 0;
    }
    snprintf(text, COMPARE_TEXT_BYTES, "%s%s", printable(name, sizeof name, pair->subject),
             is_control ? " (control)" : "");
    return text;
}

char *compare_ratio_text(const struct compared_pair *pair, char *text)
{
    const struct effect *effect = &pair->effect;
    bool useful = pair->compared && effect->low > 0 && effect->high <= 100 * effect->low;
    if (pair->compared && !useful)
        snprintf(text, COMPARE_TEXT_BYTES, "%.3g (no useful interval)", effect->ratio);
    else if (pair->compared)
        return format_ratio(effect->ratio, effect->low, effect->high, text, COMPARE_TEXT_BYTES);
    else
        snprintf(text, COMPARE_TEXT_BYTES, "-");
    return text;
}

char *compare_median_text(const struct compared_pair *pair, int side, char *text)
{
    char number[64];
    double median = pair->sides[side].raw_median;
    if (isnan(median))
        snprintf(text, COMPARE_TEXT_BYTES, "-");
    else
        snprintf(text, COMPARE_TEXT_BYTES, "%s %s", format_value(median, number, sizeof number),
                 pair->metric->unit);
    return text;
}

/* Beyond it a number is no advice. */
#define ROUNDS_SHOWN 100000

char *compare_rounds_text(const struct run_comparison *comparison, const struct compared_pair *pair,
                          char *text)
{
    const struct verdict *verdict = &pair->verdict;
    const char *what = pair->of_runs ? "runs" : "rounds";
    uint64_t shown = verdict->rounds;
    char number[32];
    *text = '\0';
    if (verdict->word != VERDICT_INCONCLUSIVE)
        return text;
    if (shown <= ROUNDS_SHOWN)
        snprintf(text, COMPARE_TEXT_BYTES, "about %s %s each",
                 format_grouped((double)shown, 0, number, sizeof number), what);
    else if (!pair->of_runs && pair->control == NULL)
        snprintf(text, COMPARE_TEXT_BYTES, "%zu runs each", compare_runs_needed(comparison->tests));
    else
        snprintf(text, COMPARE_TEXT_BYTES, "no number of %s", what);
    return text;
}

char *compare_counts_text(const struct run_comparison *comparison, char *text)
{
    size_t length = 0;
    *text = '\0';
    for (size_t i = 0; i < COMPARE_WORDS; i++) {
        size_t count = comparison->counts[compare_words[i]];
        if (count > 0)
            length +=
                (size_t)snprintf(text + length, COMPARE_TEXT_BYTES - length, "%s%zu %s",
                                 length > 0 ? ", " : "", count, verdict_name(compare_words[i]));
    }
    return text;
}

/* ---- the method ---- */

/* Which offsets were allowed for, and of what; below 0: none was. */
struct designs {
    double controlled, plain;
    /* "" when there is more than one. */
    const char *control;
    bool of_runs;
};

static struct designs find_designs(const struct run_comparison *comparison)
{
    struct designs designs = {.controlled = -1, .plain = -1};
    for (size_t i = 0; i < comparison->pair_count; i++) {
        const struct compared_pair *pair = &comparison->pairs[i];
        if (pair->of_runs) {
            designs.of_runs = true;
        } else if (pair->control == NULL) {
            designs.plain = pair->run_offset;
        } else {
            bool other = designs.control != NULL && strcmp(designs.control, pair->control) != 0;
            designs.controlled = pair->run_offset;
            designs.control = other ? "" : pair->control;
        }
    }
    return designs;
}

/* "1 %", "a factor of 2" */
static char *offset_text(double offset, char *text, size_t size)
{
    if (offset >= 1)
        snprintf(text, size, "a factor of %g", 1 + offset);
    else
        snprintf(text, size, "%g %%", offset * 100);
    return text;
}

char *compare_method_text(const struct run_comparison *comparison, char *text)
{
    struct designs designs = find_designs(comparison);
    char offset[40], control[FORMAT_NAME_BYTES];
    size_t length = (size_t)snprintf(text, COMPARE_TEXT_BYTES,
                                     "Ratios are NEW / BASE, with intervals of %g %%. The minimum "
                                     "effect is %g %%. p is adjusted "
                                     "for %zu pairs (Holm).",
                                     VERDICT_CONFIDENCE * 100,
                                     comparison->options->minimum_effect * 100, comparison->tests);
    if (designs.control != NULL)
        length += (size_t)snprintf(
            text + length, COMPARE_TEXT_BYTES - length,
            " Each round is divided by %s of that round. Two runs of one program are then "
            "assumed to differ by %s at most.",
            *designs.control != '\0' ? printable(control, sizeof control, designs.control)
                                     : "the cell's control",
            offset_text(designs.controlled, offset, sizeof offset));
    if (comparison->why_no_control != NULL)
        length += (size_t)snprintf(text + length, COMPARE_TEXT_BYTES - length,
                                   " No control is used, because %s.", comparison->why_no_control);
    if (designs.plain >= 0)
        length +=
            (size_t)snprintf(text + length, COMPARE_TEXT_BYTES - length,
                             " Without a control, two runs are assumed to differ by %s at most "
                             "(--run-offset).",
                             offset_text(designs.plain, offset, sizeof offset));
    if (designs.of_runs)
        snprintf(
            text + length, COMPARE_TEXT_BYTES - length,
            " Without a control, and with so many runs, runs are compared instead of rounds, and "
            "nothing is assumed of what they differ by.");
    return text;
}

/* ---- lists ---- */

void compare_list_runs(const struct run_comparison *comparison, compare_item *item, FILE *out)
{
    for (int side = 0; side < SIDES; side++) {
        for (size_t i = 0; i < comparison->sides[side].count; i++) {
            const struct compared_run *run = &comparison->sides[side].runs[i];
            static const char *const fields[] = {"date", "kernel", "commit"};
            char folder[256], found[3][80], end[160], profile[40], text[COMPARE_TEXT_BYTES];
            for (size_t k = 0; k < 3; k++)
                value_print(named_values_find(&run->run.manifest, "", fields[k]), found[k],
                            sizeof found[k]);
            snprintf(text, sizeof text, "%-4s %s: %.10s, %s, commit %.12s, %s, profile %s",
                     side_names[side], printable(folder, sizeof folder, run->folder), found[0],
                     found[1], found[2], format_end(&run->run, end, sizeof end),
                     printable(profile, sizeof profile, run->run.profile));
            item(out, text);
        }
    }
}

static bool is_same_reason(const struct verdict *one, const struct verdict *other)
{
    return one->word == other->word && one->why != NULL && other->why != NULL &&
           strcmp(one->why, other->why) == 0;
}

void compare_list_reasons(const struct run_comparison *comparison, compare_item *item, FILE *out)
{
    bool any = false;
    for (size_t i = 0; i < comparison->pair_count; i++) {
        const struct verdict *verdict = &comparison->pairs[i].verdict;
        char text[COMPARE_TEXT_BYTES], clean[COMPARE_TEXT_BYTES];
        size_t times = 0, first = i;
        for (size_t k = 0; k < comparison->pair_count; k++) {
            if (!is_same_reason(&comparison->pairs[k].verdict, verdict))
                continue;
            first = k < first ? k : first;
            times++;
        }
        if (times == 0 || first < i)
            continue;
        if (!any)
            fputc('\n', out);
        any = true;
        snprintf(text, sizeof text, "%s: %s (%zu)", verdict_name(verdict->word),
                 printable(clean, sizeof clean / 2, verdict->why), times);
        item(out, text);
    }
}

/* Of one cell, and for one reason. */
static bool go_together(const struct unpaired *one, const struct unpaired *other)
{
    const char *why = one->why != NULL ? one->why : "";
    return one->subject != NULL && other->subject != NULL && one->cell == other->cell &&
           strcmp(why, other->why != NULL ? other->why : "") == 0;
}

/* Returns how many entries the item has. */
static size_t write_unpaired(const struct run_comparison *comparison,
                             const struct unpaired *entries, size_t count, char *text, size_t size)
{
    char cell[COMPARE_TEXT_BYTES], name[FORMAT_NAME_BYTES], why[256];
    bool whole = entries->subject == NULL;
    size_t used = 0;
    size_t length = (size_t)snprintf(text, size, "%s",
                                     compare_cell_text(comparison, entries->cell, whole, cell));
    do {
        if (!whole)
            length += (size_t)snprintf(text + length, size - length, "%s%s", used > 0 ? ", " : ": ",
                                       printable(name, sizeof name, entries[used].subject));
        used++;
    } while (used < count && go_together(entries, &entries[used]) &&
             length + sizeof name + sizeof why + 8 < size);
    if (entries->why != NULL)
        snprintf(text + length, size - length, ": %s", printable(why, sizeof why, entries->why));
    return used;
}

void compare_list_unpaired(const struct run_comparison *comparison,
                           const struct unpaired_list *list, const char *heading, const char *after,
                           compare_item *item, FILE *out)
{
    if (list->count > 0)
        fprintf(out, "\n%s:\n%s", heading, after);
    for (size_t i = 0; i < list->count;) {
        char text[4 * COMPARE_TEXT_BYTES];
        i += write_unpaired(comparison, &list->list[i], list->count - i, text, sizeof text);
        item(out, text);
    }
}
