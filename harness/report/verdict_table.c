/* What a reader wants to know first: who costs least, where, by how much, and how sure that is. No
 * line of it ranks the two tiers as one, and none is about all cells at once. */
#include "harness/analysis/words.h"
#include "harness/record/trials.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CELLS_MAXIMUM 512 /* of one mode */
#define NAMES_COLUMNS 41
#define RATIO_COLUMNS 23
#define REASONS_MAXIMUM 3

/* ---- the cells of one mode ---- */

static bool same_mode(const json_t *a, const json_t *b)
{
    return strcmp(report_text(a, "workload"), report_text(b, "workload")) == 0 &&
           strcmp(report_text(a, "mode"), report_text(b, "mode")) == 0;
}

/* Those of the mode of cell number `first`, when it is the first of them; 0 when it is not. */
static size_t cells_of_mode(const json_t *run, size_t first, const json_t **cells)
{
    const json_t *all = json_object_get(run, "cells");
    const json_t *mine = json_array_get(all, first);
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *cell = json_array_get(all, i);
        if (!same_mode(cell, mine))
            continue;
        if (i < first)
            return 0;
        if (count < CELLS_MAXIMUM && trials_count(trials_of(cell)) > 0)
            cells[count++] = cell;
    }
    return count;
}

static bool is_shared(const json_t *const *cells, size_t count, const char *name)
{
    const json_t *value = json_object_get(json_object_get(cells[0], "params"), name);
    for (size_t i = 1; i < count; i++) {
        const json_t *other = json_object_get(json_object_get(cells[i], "params"), name);
        if (other == NULL || !json_equal((json_t *)value, (json_t *)other))
            return false;
    }
    return true;
}

/* "queue=200 budget=64": the parameters that all of these cells share, or those that they do not.
 */
static const char *params_of(const json_t *const *cells, size_t count, size_t which, bool shared,
                             char *text, size_t size)
{
    size_t length = 0;
    const char *name;
    json_t *value;
    text[0] = '\0';
    json_object_foreach(json_object_get(cells[which], "params"), name, value)
    {
        char clean_name[40], clean_value[40];
        if (is_shared(cells, count, name) != shared || length + 84 > size)
            continue;
        length += (size_t)snprintf(text + length, size - length, "%s%s=%s", length > 0 ? " " : "",
                                   printable(clean_name, sizeof clean_name, name),
                                   report_param(value, clean_value, sizeof clean_value));
    }
    return text;
}

/* ---- one tier of one cell ---- */

struct group {
    const char *names[REPORT_SUBJECTS]; /* beaten by none of their tier; the best one first */
    double ratios[REPORT_SUBJECTS];     /* to the reference */
    size_t count, of;
    bool undecided; /* a pair of them is INCONCLUSIVE */
};

/* Its ratio to the reference; false when it has no valid pair with it. */
static bool ratio_to(const json_t *cell, const char *subject, const char *reference, double *ratio)
{
    struct report_verdict verdict;
    *ratio = 1;
    if (strcmp(subject, reference) == 0)
        return true;
    if (!report_find_verdict(cell, subject, reference, &verdict) || !verdict.has_ratio ||
        verdict.word == VERDICT_INVALID)
        return false;
    *ratio = verdict.ratio;
    return true;
}

static bool is_beaten(const json_t *cell, const char *subject, const char *const *rivals,
                      size_t count)
{
    struct report_verdict verdict;
    for (size_t i = 0; i < count; i++) {
        if (report_find_verdict(cell, subject, rivals[i], &verdict) &&
            verdict.word == VERDICT_SLOWER)
            return true;
    }
    return false;
}

static void insert(struct group *group, const char *name, double ratio, bool lower_is_better)
{
    size_t at = group->count++;
    for (; at > 0 &&
           (lower_is_better ? ratio < group->ratios[at - 1] : ratio > group->ratios[at - 1]);
         at--) {
        group->names[at] = group->names[at - 1];
        group->ratios[at] = group->ratios[at - 1];
    }
    group->names[at] = name;
    group->ratios[at] = ratio;
}

/* Floors are no choice, and are left out. */
static void find_group(const json_t *run, const json_t *cell, const char *tier, struct group *group)
{
    const char *all[REPORT_SUBJECTS], *rivals[REPORT_SUBJECTS];
    const char *reference = report_reference(cell);
    size_t count = report_contenders(run, cell, all);
    *group = (struct group){.count = 0};
    for (size_t i = 0; i < count; i++) {
        if (strcmp(report_tier(run, all[i]), tier) == 0 && !subject_is_floor(all[i]))
            rivals[group->of++] = all[i];
    }
    for (size_t i = 0; i < group->of; i++) {
        double ratio;
        if (!is_beaten(cell, rivals[i], rivals, group->of) &&
            ratio_to(cell, rivals[i], reference, &ratio))
            insert(group, rivals[i], ratio, report_main_metric(cell)->lower_is_better);
    }
    for (size_t i = 0; i < group->count; i++) {
        for (size_t k = i + 1; k < group->count; k++) {
            struct report_verdict verdict;
            group->undecided |=
                report_find_verdict(cell, group->names[i], group->names[k], &verdict) &&
                verdict.word == VERDICT_INCONCLUSIVE;
        }
    }
}

/* "epoll-et, epoll, poll +3, undecided" */
static void write_names(const struct group *group, char *text, size_t size)
{
    const char *tail = group->count < 2 ? "" : group->undecided ? "; undecided" : "; alike";
    size_t length = 0, i = 0;
    for (; i < group->count; i++) {
        char name[REPORT_NAME_BYTES];
        printable(name, sizeof name, group->names[i]);
        bool last = i + 1 == group->count;
        if (i > 0 && length + strlen(name) + strlen(tail) + (last ? 2 : 6) > NAMES_COLUMNS)
            break;
        length += (size_t)snprintf(text + length, size - length, "%s%s", i > 0 ? ", " : "", name);
    }
    if (i < group->count)
        length += (size_t)snprintf(text + length, size - length, " +%zu", group->count - i);
    snprintf(text + length, size - length, "%s", tail);
}

static void print_tier(const json_t *run, const json_t *cell, const char *tier, FILE *out)
{
    struct group group;
    struct report_verdict verdict;
    char names[200], ratio[64] = "1", word[40] = "the reference";
    const char *reference = report_reference(cell);
    find_group(run, cell, tier, &group);
    if (group.of == 0)
        return;
    if (group.count == 0) {
        snprintf(names, sizeof names, "nothing is known of %zu", group.of);
        snprintf(ratio, sizeof ratio, "-");
        snprintf(word, sizeof word, "INVALID");
    } else {
        write_names(&group, names, sizeof names);
        if (report_find_verdict(cell, group.names[0], reference, &verdict)) {
            report_write_ratio(verdict.ratio, verdict.low, verdict.high, ratio, sizeof ratio);
            report_write_word(&verdict, word, sizeof word);
        }
    }
    fprintf(out, "    %-*s %-*s %-*s %s\n", report_tier_columns(run),
            report_tier_columns(run) < 10 && strcmp(tier, "readiness") == 0    ? "ready"
            : report_tier_columns(run) < 10 && strcmp(tier, "completion") == 0 ? "compl"
                                                                               : tier,
            NAMES_COLUMNS, names, RATIO_COLUMNS, ratio, word);
}

/* ---- one mode ---- */

static bool has_pairs(const json_t *cell)
{
    return json_array_size(json_object_get(cell, "verdicts")) > 0;
}

/* Each reason once. */
static void print_invalid(const json_t *const *cells, size_t count, FILE *out)
{
    json_t *seen = json_object();
    for (size_t k = 0; k < count; k++) {
        size_t i;
        const json_t *entry;
        json_array_foreach(json_object_get(cells[k], "verdicts"), i, entry)
        {
            char reason[400], line[440];
            const char *why = report_text(entry, "why");
            if (strcmp(report_text(entry, "verdict"), "INVALID") != 0 ||
                json_object_get(seen, why) != NULL)
                continue;
            json_object_set_new(seen, why, json_true());
            if (json_object_size(seen) > REASONS_MAXIMUM)
                continue;
            snprintf(line, sizeof line, "INVALID: %s", printable(reason, sizeof reason, why));
            report_print_wrapped(out, 2, line);
        }
    }
    if (json_object_size(seen) > REASONS_MAXIMUM)
        fprintf(out, "  INVALID for %zu more reasons: verdicts.csv\n",
                json_object_size(seen) - REASONS_MAXIMUM);
    json_decref(seen);
}

static void print_cell(const json_t *run, const json_t *const *cells, size_t count, size_t which,
                       FILE *out)
{
    char params[400];
    params_of(cells, count, which, false, params, sizeof params);
    if (params[0] != '\0')
        report_print_wrapped(out, 2, params);
    if (!has_pairs(cells[which])) {
        fprintf(out, "    nothing to compare: verdicts are of two subjects, and one has a part\n");
        return;
    }
    print_tier(run, cells[which], "readiness", out);
    print_tier(run, cells[which], "completion", out);
}

static void print_mode(const json_t *run, const json_t *const *cells, size_t count, FILE *out)
{
    char heading[700], params[400], name[REPORT_NAME_BYTES], best[64];
    const char *reference = NULL;
    const struct metric *metric = report_main_metric(cells[0]);
    for (size_t i = 0; i < count && reference == NULL; i++)
        reference = report_reference(cells[i]);
    snprintf(heading, sizeof heading, "%s %s: %s, %s is better; %s",
             report_text(cells[0], "workload"),
             printable(name, sizeof name, report_text(cells[0], "mode")), metric->name,
             metric->lower_is_better ? "lower" : "higher",
             params_of(cells, count, 0, true, params, sizeof params));
    fputc('\n', out);
    report_print_wrapped(out, 0, heading);
    if (reference == NULL) {
        fprintf(out, "  nothing to compare: verdicts are of two subjects, and one has a part\n");
        return;
    }
    snprintf(best, sizeof best, "best / %s", printable(name, sizeof name, reference));
    fprintf(out, "    %-*s %-*s %-*s %s\n", report_tier_columns(run), "tier", NAMES_COLUMNS,
            "beaten by none of the tier, best first", RATIO_COLUMNS, best, "verdict (rounds)");
    for (size_t i = 0; i < count; i++)
        print_cell(run, cells, count, i, out);
    report_print_crossovers(run, cells, count, out);
    print_invalid(cells, count, out);
    report_print_disturbed(cells, count, out);
}

/* ---- the run ---- */

struct totals {
    size_t words[VERDICT_SLOWER + 1], pairs, inconclusive;
    double *rounds;      /* of those that are INCONCLUSIVE */
    double most_at_hand; /* rounds of any pair */
};

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void add_up(const json_t *run, struct totals *totals)
{
    size_t i, k;
    const json_t *cell, *entry;
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        json_array_foreach(json_object_get(cell, "verdicts"), k, entry)
        {
            struct report_verdict verdict;
            report_find_verdict(cell, report_text(entry, "subject"), report_text(entry, "baseline"),
                                &verdict);
            totals->words[verdict.word]++;
            totals->pairs++;
            double n = report_number(entry, "n");
            totals->most_at_hand = n > totals->most_at_hand ? n : totals->most_at_hand;
            if (verdict.word == VERDICT_INCONCLUSIVE && totals->rounds != NULL)
                totals->rounds[totals->inconclusive++] = (double)verdict.rounds;
        }
    }
}

static size_t count_pairs(const json_t *run)
{
    size_t count = 0, i;
    const json_t *cell;
    json_array_foreach(json_object_get(run, "cells"), i, cell) count +=
        json_array_size(json_object_get(cell, "verdicts"));
    return count;
}

static double minimum_effect_of(const json_t *run)
{
    const json_t *effect = json_object_get(run, "minimum_effect");
    return effect != NULL ? json_number_value(effect) : VERDICT_MINIMUM_EFFECT;
}

static void print_totals(const json_t *run, const struct totals *totals, FILE *out)
{
    char line[900];
    size_t tests = totals->pairs - totals->words[VERDICT_INVALID];
    uint64_t needed = verdict_rounds_needed(tests);
    snprintf(line, sizeof line,
             "Verdicts: FASTER or SLOWER by at least %g %%, EQUIVALENT within it, both of 99 %% "
             "confidence, a false name in at most 1 run of 100. Of %zu pairs %zu are FASTER or "
             "SLOWER, %zu EQUIVALENT, %zu INCONCLUSIVE, %zu INVALID.",
             100 * minimum_effect_of(run), totals->pairs,
             totals->words[VERDICT_FASTER] + totals->words[VERDICT_SLOWER],
             totals->words[VERDICT_EQUIVALENT], totals->words[VERDICT_INCONCLUSIVE],
             totals->words[VERDICT_INVALID]);
    report_print_wrapped(out, 0, line);
    if (tests > 0 && totals->most_at_hand < (double)needed) {
        snprintf(line, sizeof line,
                 "Too few rounds: among %zu pairs none can be named with fewer than %" PRIu64
                 " rounds, and there are %.0f. More rounds or fewer subjects will do.",
                 tests, needed, totals->most_at_hand);
        report_print_wrapped(out, 0, line);
    } else if (totals->inconclusive > 0) {
        double middle = totals->rounds[totals->inconclusive / 2];
        snprintf(line, sizeof line,
                 "INCONCLUSIVE (64): with 64 rounds in all, every second such pair has another "
                 "word. %s take %.0f%s.",
                 totals->inconclusive > 1 ? "Half of those here" : "The one here would", middle,
                 middle >= (double)VERDICT_ROUNDS_MAXIMUM ? " and more" : " or fewer");
        report_print_wrapped(out, 0, line);
    }
}

void report_print_verdicts(const json_t *run, FILE *out)
{
    const json_t *cells[CELLS_MAXIMUM];
    size_t pairs = count_pairs(run);
    struct totals totals = {.rounds = calloc(pairs + 1, sizeof *totals.rounds)};
    if (pairs > 0 && totals.rounds != NULL) {
        add_up(run, &totals);
        qsort(totals.rounds, totals.inconclusive, sizeof *totals.rounds, by_value);
        fputc('\n', out);
        print_totals(run, &totals, out);
    } else {
        fprintf(out, "\nVerdicts: none. They are of two subjects, and no cell has two.\n");
    }
    free(totals.rounds);
    for (size_t i = 0; pairs > 0 && i < json_array_size(json_object_get(run, "cells")); i++) {
        size_t count = cells_of_mode(run, i, cells);
        if (count > 0)
            print_mode(run, cells, count, out);
    }
}
