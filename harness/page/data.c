/* What the script needs: all pairs, so that it can show them against any baseline without computing
 * anything but reciprocals. */
#include "harness/page/parts.h"

#include <errno.h>
#include <string.h>

static size_t subject_number(const struct page *page, const char *name)
{
    size_t i;
    const json_t *subject;
    json_array_foreach(json_object_get(page->run, "subjects"), i, subject)
    {
        if (strcmp(report_text(subject, "name"), name) == 0)
            break;
    }
    return i;
}

/* A sentence is stored once. */
static json_t *reason_number(json_t *reasons, const char *why)
{
    size_t i;
    const json_t *reason;
    if (*why == '\0')
        return json_null();
    json_array_foreach(reasons, i, reason)
    {
        if (strcmp(json_string_value(reason), why) == 0)
            return json_integer((json_int_t)i);
    }
    json_array_append_new(reasons, json_string(why));
    return json_integer((json_int_t)i);
}

static json_t *copy_of(const json_t *entry, const char *name)
{
    return json_incref(json_object_get(entry, name));
}

/* [baseline, subject, word, ratio, low, high, n, p adjusted, reason, rounds likely] */
static json_t *verdicts_of(const struct page *page, const json_t *cell, json_t *reasons)
{
    json_t *list = json_array();
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, "verdicts"), i, entry)
    {
        json_t *packed = json_pack(
            "[I, I, i, o?, o?, o?, o?, o?, o, o?]",
            (json_int_t)subject_number(page, report_text(entry, "baseline")),
            (json_int_t)subject_number(page, report_text(entry, "subject")),
            (int)page_word_of(entry), copy_of(entry, "ratio"), copy_of(entry, "ci_low"),
            copy_of(entry, "ci_high"), copy_of(entry, "n"), copy_of(entry, "p_adjusted"),
            reason_number(reasons, report_text(entry, "why")), copy_of(entry, "rounds_likely"));
        json_array_append_new(list, packed);
    }
    return list;
}

/* The figure of each subject, which stands in the table where it is the baseline. */
static json_t *figures_of(const struct page_mode *mode, const json_t *cell)
{
    json_t *figures = json_object();
    for (size_t i = 0; i < mode->subject_count; i++) {
        char figure[160], number[24];
        page_figure(cell, mode->metric, report_text(mode->subjects[i], "name"), figure,
                    sizeof figure);
        snprintf(number, sizeof number, "%zu", mode->subject_numbers[i]);
        if (*figure != '\0')
            json_object_set_new(figures, number, json_string(figure));
    }
    return figures;
}

int page_data(struct page *page)
{
    json_t *data = json_object(), *subjects = json_array(), *cells = json_object();
    json_t *reasons = json_array(), *words = json_array();
    size_t i;
    const json_t *subject;
    json_array_foreach(json_object_get(page->run, "subjects"), i, subject)
        json_array_append_new(subjects, json_pack("[O, O]", json_object_get(subject, "name"),
                                                  json_object_get(subject, "tier")));
    for (unsigned word = 0; word < WORDS; word++)
        json_array_append_new(words, json_pack("[s, s]", page_word_name((enum page_word)word),
                                               page_word_class((enum page_word)word)));
    for (i = 0; i < page->mode_count; i++) {
        const struct page_mode *mode = &page->modes[i];
        for (size_t c = 0; c < mode->cell_count; c++) {
            char number[24];
            snprintf(number, sizeof number, "%zu", mode->cell_numbers[c]);
            json_object_set_new(cells, number,
                                json_pack("{s:o, s:o}", "pairs",
                                          verdicts_of(page, mode->cells[c], reasons), "figures",
                                          figures_of(mode, mode->cells[c])));
        }
    }
    json_object_set_new(data, "words", words);
    json_object_set_new(data, "subjects", subjects);
    json_object_set_new(data, "cells", cells);
    json_object_set_new(data, "reasons", reasons);
    int result = html_json(page->out, data);
    json_decref(data);
    return result;
}
