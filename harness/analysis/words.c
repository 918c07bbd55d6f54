#include "harness/analysis/words.h"

#include "harness/analysis/pairs.h"

#include <inttypes.h>
#include <string.h>

static enum verdict_word word_of(const char *text)
{
    for (enum verdict_word word = VERDICT_INVALID; word <= VERDICT_SLOWER; word++) {
        if (strcmp(verdict_name(word), text) == 0)
            return word;
    }
    return VERDICT_INVALID;
}

static enum verdict_word other_side(enum verdict_word word)
{
    return word == VERDICT_FASTER ? VERDICT_SLOWER : word == VERDICT_SLOWER ? VERDICT_FASTER : word;
}

static void read_verdict(const json_t *entry, bool other_way, struct report_verdict *verdict)
{
    *verdict = (struct report_verdict){
        .word = word_of(report_text(entry, "verdict")),
        .has_ratio = json_is_number(json_object_get(entry, "ratio")),
        .ratio = report_number(entry, "ratio"),
        .low = report_number(entry, "ci_low"),
        .high = report_number(entry, "ci_high"),
        .rounds = (uint64_t)report_number(entry, "rounds"),
        .why = report_text(entry, "why"),
    };
    if (!other_way)
        return;
    double low = verdict->low;
    verdict->word = other_side(verdict->word);
    verdict->ratio = 1 / verdict->ratio;
    verdict->low = 1 / verdict->high;
    verdict->high = 1 / low;
}

bool report_find_verdict(const json_t *cell, const char *subject, const char *baseline,
                         struct report_verdict *verdict)
{
    size_t i;
    const json_t *entry;
    if (subject == NULL || baseline == NULL)
        return false;
    json_array_foreach(json_object_get(cell, "verdicts"), i, entry)
    {
        const char *one = report_text(entry, "subject"), *other = report_text(entry, "baseline");
        bool same_way = strcmp(one, subject) == 0 && strcmp(other, baseline) == 0;
        if (!same_way && !(strcmp(one, baseline) == 0 && strcmp(other, subject) == 0))
            continue;
        read_verdict(entry, !same_way, verdict);
        return true;
    }
    return false;
}

void report_write_ratio(double ratio, double low, double high, char *text, size_t size)
{
    int decimals = ratio < 10 ? 3 : 1;
    snprintf(text, size, "%.*f [%.*f, %.*f]", decimals, ratio, decimals, low, decimals, high);
}

static void write_word(const struct report_verdict *verdict, const char *word, char *text,
                       size_t size)
{
    const char *more = verdict->rounds >= VERDICT_ROUNDS_MAXIMUM ? "+" : "";
    if (verdict->rounds > 0)
        snprintf(text, size, "%s (%" PRIu64 "%s)", word, verdict->rounds, more);
    else
        snprintf(text, size, "%s", word);
}

void report_write_word(const struct report_verdict *verdict, char *text, size_t size)
{
    write_word(verdict, verdict_name(verdict->word), text, size);
}

void report_write_short_word(const struct report_verdict *verdict, char *text, size_t size)
{
    bool open = verdict->word == VERDICT_INCONCLUSIVE;
    write_word(verdict, open ? "?" : verdict_name(verdict->word), text, size);
}

void report_explain_short_word(FILE *out)
{
    fprintf(out,
            "  ? (64): INCONCLUSIVE; with 64 rounds in all every second one has another word.\n");
}

static bool takes_part(const json_t *cell, const char *name)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, "verdicts"), i, entry)
    {
        if (strcmp(report_text(entry, "subject"), name) == 0 ||
            strcmp(report_text(entry, "baseline"), name) == 0)
            return true;
    }
    return false;
}

size_t report_contenders(const json_t *run, const json_t *cell, const char **names)
{
    size_t count = 0, i;
    const json_t *subject;
    json_array_foreach(json_object_get(run, "subjects"), i, subject)
    {
        const char *name = report_text(subject, "name");
        if (count < REPORT_SUBJECTS && takes_part(cell, name))
            names[count++] = name;
    }
    return count;
}

const char *report_reference(const json_t *cell)
{
    const char *best = NULL;
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, "verdicts"), i, entry)
    {
        const char *name = report_text(entry, "baseline");
        if (strcmp(name, "epoll") == 0 || strcmp(report_text(entry, "subject"), "epoll") == 0)
            return "epoll";
        if (best == NULL || baseline_rank(name) < baseline_rank(best))
            best = name;
    }
    return best;
}
