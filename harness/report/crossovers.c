/* Along a parameter: who is the better one from which value on. A subject that is better everywhere
 * is said to be so, and no more is concluded from it than the cells of the run show. */
#include "harness/analysis/sweeps.h"
#include "harness/analysis/words.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAXIMUM 12
#define PATTERN_BYTES 240

/* ---- the parameter ---- */

static size_t values_of(const json_t *const *cells, size_t count, const char *name)
{
    size_t different = 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(json_object_get(cells[i], "params"), name);
        bool seen = !json_is_number(value);
        for (size_t k = 0; k < i && !seen; k++) {
            const json_t *other = json_object_get(json_object_get(cells[k], "params"), name);
            seen = other != NULL && json_equal((json_t *)value, (json_t *)other);
        }
        different += !seen;
    }
    return different;
}

/* The one with the most values; NULL when all have one. */
static const char *swept_parameter(const json_t *const *cells, size_t count)
{
    const char *best = NULL, *name;
    size_t most = 1;
    json_t *value;
    json_object_foreach(json_object_get(cells[0], "params"), name, value)
    {
        size_t different = values_of(cells, count, name);
        if (different > most) {
            most = different;
            best = name;
        }
    }
    return best;
}

/* ---- a pair along it ---- */

struct pattern {
    char text[PATTERN_BYTES];
    bool named;    /* somewhere */
    bool reverses; /* FASTER at one end of it, SLOWER at another */
};

static const char *words_for(enum verdict_word word)
{
    return word == VERDICT_INCONCLUSIVE ? "undecided" : verdict_name(word);
}

/* "SLOWER from 100 up": cells `first` to `last` of the sweep. */
static size_t write_stretch(const struct sweep *sweep, enum verdict_word word, size_t first,
                            size_t last, char *text, size_t size)
{
    char from[40], to[40];
    const char *comma = text[0] != '\0' ? ", " : "";
    const char *name = sweep->parameter;
    report_param(json_object_get(json_object_get(sweep->cells[first], "params"), name), from,
                 sizeof from);
    report_param(json_object_get(json_object_get(sweep->cells[last], "params"), name), to,
                 sizeof to);
    size_t used = strlen(text);
    text += used;
    size -= used;
    if (first == 0 && last + 1 == sweep->count)
        return (size_t)snprintf(text, size, "%s%s everywhere", comma, words_for(word));
    if (first == last)
        return (size_t)snprintf(text, size, "%s%s at %s", comma, words_for(word), from);
    if (last + 1 == sweep->count)
        return (size_t)snprintf(text, size, "%s%s from %s up", comma, words_for(word), from);
    if (first == 0)
        return (size_t)snprintf(text, size, "%s%s up to %s", comma, words_for(word), to);
    return (size_t)snprintf(text, size, "%s%s from %s to %s", comma, words_for(word), from, to);
}

/* false: the two are not a pair in every cell of the sweep. */
static bool follow(const struct sweep *sweep, const char *subject, const char *baseline,
                   struct pattern *pattern)
{
    enum verdict_word words[SWEEP_MAXIMUM];
    bool faster = false, slower = false;
    *pattern = (struct pattern){.text = ""};
    for (size_t i = 0; i < sweep->count; i++) {
        struct report_verdict verdict;
        if (!report_find_verdict(sweep->cells[i], subject, baseline, &verdict))
            return false;
        words[i] = verdict.word;
        faster |= verdict.word == VERDICT_FASTER;
        slower |= verdict.word == VERDICT_SLOWER;
    }
    for (size_t first = 0, last; first < sweep->count; first = last + 1) {
        last = first;
        while (last + 1 < sweep->count && words[last + 1] == words[first])
            last++;
        write_stretch(sweep, words[first], first, last, pattern->text, sizeof pattern->text);
    }
    pattern->named = faster || slower;
    pattern->reverses = faster && slower;
    return true;
}

/* ---- lines ---- */

static void print_line(const char *names, const struct pattern *pattern, FILE *out)
{
    char line[PATTERN_BYTES + 400];
    snprintf(line, sizeof line, "%s: %s%s", names, pattern->text,
             pattern->reverses ? " (a crossover)" : "");
    report_print_wrapped(out, 4, line);
}

/* Subjects of which the same can be said share a line. */
static void print_against(const struct sweep *sweep, const char *reference,
                          const char *const *names, size_t count, FILE *out)
{
    struct pattern *patterns = calloc(count, sizeof *patterns);
    for (size_t i = 0; patterns != NULL && i < count; i++)
        follow(sweep, names[i], reference, &patterns[i]);
    for (size_t i = 0; patterns != NULL && i < count; i++) {
        char list[360], name[REPORT_NAME_BYTES];
        size_t length = 0;
        if (!patterns[i].named)
            continue;
        for (size_t k = i; k < count && length + REPORT_NAME_BYTES + 2 < sizeof list; k++) {
            if (!patterns[k].named || strcmp(patterns[k].text, patterns[i].text) != 0)
                continue;
            length += (size_t)snprintf(list + length, sizeof list - length, "%s%s",
                                       k > i ? ", " : "", printable(name, sizeof name, names[k]));
            patterns[k].named = k == i;
        }
        print_line(list, &patterns[i], out);
    }
    free(patterns);
}

/* Of pairs without the reference, only those that change places. */
static void print_reversals(const struct sweep *sweep, const char *reference,
                            const char *const *names, size_t count, FILE *out)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count; k++) {
            struct pattern pattern;
            char one[REPORT_NAME_BYTES], other[REPORT_NAME_BYTES], pair[80];
            if (strcmp(names[i], reference) == 0 || strcmp(names[k], reference) == 0 ||
                !follow(sweep, names[k], names[i], &pattern) || !pattern.reverses)
                continue;
            snprintf(pair, sizeof pair, "%s against %s", printable(one, sizeof one, names[k]),
                     printable(other, sizeof other, names[i]));
            if (found++ < LINES_MAXIMUM)
                print_line(pair, &pattern, out);
        }
    }
    if (found > LINES_MAXIMUM)
        fprintf(out, "    %zu more crossovers: verdicts.csv\n", found - LINES_MAXIMUM);
}

static bool any_named(const struct sweep *sweep, const char *const *names, size_t count)
{
    struct pattern pattern;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            if (i != k && follow(sweep, names[i], names[k], &pattern) && pattern.named)
                return true;
        }
    }
    return false;
}

static void print_sweep(const json_t *run, const struct sweep *sweep, FILE *out)
{
    const char *names[REPORT_SUBJECTS], *reference = report_reference(sweep->cells[0]);
    char name[REPORT_NAME_BYTES], parameter[40], params[400], line[560];
    size_t count = report_contenders(run, sweep->cells[0], names);
    if (sweep->count < 2 || reference == NULL || !any_named(sweep, names, count))
        return;
    snprintf(line, sizeof line, "by %s, against %s (%s)",
             printable(parameter, sizeof parameter, sweep->parameter),
             printable(name, sizeof name, reference),
             report_params(sweep->cells[0], sweep->parameter, params, sizeof params));
    report_print_wrapped(out, 2, line);
    print_against(sweep, reference, names, count, out);
    print_reversals(sweep, reference, names, count, out);
}

void report_print_crossovers(const json_t *run, const json_t *const *cells, size_t count, FILE *out)
{
    const char *parameter = swept_parameter(cells, count);
    for (size_t i = 0; i < count && parameter != NULL; i++) {
        struct sweep sweep;
        sweep_find(json_object_get(run, "cells"), cells[i], parameter, &sweep);
        if (sweep.cells[0] == cells[i])
            print_sweep(run, &sweep, out);
    }
}
