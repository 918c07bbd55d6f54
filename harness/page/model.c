/* What the page is made of, taken from the run: modes, their subjects, and comparisons as seen from
 * one side. */
#include "harness/page/parts.h"
#include "harness/analysis/pairs.h"

#include <string.h>

static const struct {
    const char *name, *css, *sign;
} words[WORDS] = {
    [WORD_FASTER] = {"FASTER", "faster", "&#9650;"},
    [WORD_SLOWER] = {"SLOWER", "slower", "&#9660;"},
    [WORD_EQUIVALENT] = {"EQUIVALENT", "equivalent", "="},
    [WORD_INCONCLUSIVE] = {"INCONCLUSIVE", "inconclusive", "?"},
    [WORD_INVALID] = {"INVALID", "invalid", "&#215;"},
};

const char *page_word_name(enum page_word word)
{
    return words[word].name;
}

const char *page_word_class(enum page_word word)
{
    return words[word].css;
}

const char *page_word_sign(enum page_word word)
{
    return words[word].sign;
}

/* A word that is none says nothing: INVALID. */
enum page_word page_word_of(const json_t *entry)
{
    for (unsigned word = 0; word < WORDS; word++) {
        if (strcmp(words[word].name, report_text(entry, "verdict")) == 0)
            return (enum page_word)word;
    }
    return WORD_INVALID;
}

static enum page_word opposite(enum page_word word)
{
    return word == WORD_FASTER ? WORD_SLOWER : word == WORD_SLOWER ? WORD_FASTER : word;
}

bool page_verdict_of(const json_t *cell, const char *baseline, const char *subject,
                     struct page_verdict *verdict)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, "verdicts"), i, entry)
    {
        const char *below = report_text(entry, "baseline"), *above = report_text(entry, "subject");
        bool straight = strcmp(above, subject) == 0 && strcmp(below, baseline) == 0;
        if (!straight && (strcmp(above, baseline) != 0 || strcmp(below, subject) != 0))
            continue;
        double ratio = report_number(entry, "ratio");
        double low = report_number(entry, "ci_low"), high = report_number(entry, "ci_high");
        verdict->entry = entry;
        verdict->has_ratio = ratio > 0 && low > 0 && high > 0;
        verdict->ratio = straight || !verdict->has_ratio ? ratio : 1 / ratio;
        verdict->low = straight || !verdict->has_ratio ? low : 1 / high;
        verdict->high = straight || !verdict->has_ratio ? high : 1 / low;
        verdict->word = straight ? page_word_of(entry) : opposite(page_word_of(entry));
        return true;
    }
    return false;
}

static bool was_compared(const json_t *cell, const char *subject)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, "verdicts"), i, entry)
    {
        if (strcmp(report_text(entry, "subject"), subject) == 0 ||
            strcmp(report_text(entry, "baseline"), subject) == 0)
            return true;
    }
    return false;
}

const char *page_baseline(const struct page_mode *mode, const json_t *cell)
{
    const char *best = NULL;
    for (size_t i = 0; i < mode->subject_count; i++) {
        const char *name = report_text(mode->subjects[i], "name");
        if (was_compared(cell, name) && (best == NULL || baseline_rank(name) < baseline_rank(best)))
            best = name;
    }
    return best;
}

int page_ratio_decimals(double ratio)
{
    return ratio >= 1000 ? 0 : ratio >= 100 ? 1 : ratio >= 10 ? 2 : ratio >= 0.01 ? 3 : 5;
}

static bool takes_several(const struct page_mode *mode, const char *parameter, const json_t *value)
{
    for (size_t i = 0; i < mode->cell_count; i++) {
        const json_t *other = json_object_get(json_object_get(mode->cells[i], "params"), parameter);
        if (!json_equal((json_t *)value, (json_t *)other))
            return true;
    }
    return false;
}

/* The parameters that do, or do not, take several values. */
static char *join_params(const struct page_mode *mode, const json_t *cell, bool several, char *text,
                         size_t size)
{
    json_t *copy = json_copy((json_t *)cell), *params = json_object();
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(cell, "params"), name, value)
    {
        if (takes_several(mode, name, value) == several)
            json_object_set(params, name, value);
    }
    json_object_set_new(copy, "params", params);
    report_params(copy, NULL, text, size);
    json_decref(copy);
    return text;
}

char *page_cell_name(const struct page_mode *mode, const json_t *cell, char *text, size_t size)
{
    if (mode->cell_count == 1)
        return report_params(cell, NULL, text, size);
    return join_params(mode, cell, true, text, size);
}

char *page_common_params(const struct page_mode *mode, char *text, size_t size)
{
    text[0] = '\0';
    return mode->cell_count == 1 ? text : join_params(mode, mode->cells[0], false, text, size);
}

char *page_figure(const json_t *cell, const struct metric *metric, const char *subject, char *text,
                  size_t size)
{
    char median[40], low[40], high[40];
    const json_t *entry =
        metric != NULL ? report_entry(cell, "summary", metric->name, subject) : NULL;
    text[0] = '\0';
    if (entry == NULL)
        return text;
    int decimals = report_decimals(report_number(entry, "median"));
    report_grouped(report_number(entry, "median"), decimals, median, sizeof median);
    report_grouped(report_number(entry, "ci_low"), decimals, low, sizeof low);
    report_grouped(report_number(entry, "ci_high"), decimals, high, sizeof high);
    snprintf(text, size, "%s %s [%s, %s]", median, metric->unit, low, high);
    return text;
}
