/* How the page writes words, names and figures. */
#include "harness/page/parts.h"

#include <string.h>

/* From so many nanoseconds on a time is written in microseconds. */
#define WRITTEN_IN_US_FROM 10000

const struct page_word page_words[PAGE_WORDS] = {
    {VERDICT_FASTER, "faster", "&#9650;",
     "the better figure: the interval is clear of 1, and the ratio beyond the minimum effect"},
    {VERDICT_SLOWER, "slower", "&#9660;", "the opposite"},
    {VERDICT_EQUIVALENT, "equivalent", "=",
     "no winner: the whole interval lies within the minimum effect"},
    {VERDICT_INCONCLUSIVE, "inconclusive", "?",
     "not decided after these rounds: they show neither a winner nor that there is none"},
    {VERDICT_INVALID, "invalid", "&#215;", "the trials say nothing about the subject"},
};

size_t page_word_place(enum verdict_word word)
{
    size_t place = 0;
    while (page_words[place].word != word)
        place++;
    return place;
}

const char *page_subject(const struct page *page, size_t subject)
{
    return run_subject_shown(page->run, subject);
}

const char *page_tier(const struct page *page, size_t subject)
{
    return backend_tier_name(page->run->subjects[subject].tier);
}

char *page_cell_name(const struct page *page, const struct mode_view *mode, size_t cell, char *text,
                     size_t size)
{
    if (mode->cell_count == 1)
        return format_params(&page->run->cells[cell].cell, NULL, NULL, text, size);
    return format_params_of(page->run, mode->cells, mode->cell_count, cell, false, text, size);
}

char *page_common_params(const struct page *page, const struct mode_view *mode, char *text,
                         size_t size)
{
    text[0] = '\0';
    if (mode->cell_count == 1)
        return text;
    return format_params_of(page->run, mode->cells, mode->cell_count, mode->cells[0], true, text,
                            size);
}

void page_cell_heading(const struct page *page, const struct mode_view *mode, size_t cell)
{
    char text[FORMAT_BYTES];
    html_print(page->out, "%s", cell_question(&page->run->cells[cell].cell, text, sizeof text));
    page_cell_name(page, mode, cell, text, sizeof text);
    html_print(page->out, " <small>%s</small>", *text != '\0' ? text : "all defaults");
    if (*format_one_core(page->run, &page->run->cells[cell], text, sizeof text) != '\0')
        html_print(page->out, " <small title=\"%s\"><b>one core</b></small>", text);
}

char *page_ratio(const struct comparison *comparison, char *text, size_t size)
{
    if (comparison->bounded && chart_is_useless(comparison)) {
        snprintf(text, size, "%.*f (no useful interval yet)",
                 format_ratio_decimals(comparison->ratio), comparison->ratio);
        return text;
    }
    if (comparison->bounded)
        return format_ratio(comparison->ratio, comparison->low, comparison->high, text, size);
    snprintf(text, size, "%.*f (too few rounds for an interval)",
             format_ratio_decimals(comparison->ratio), comparison->ratio);
    return text;
}

static double scale_of(const struct metric *metric, double value)
{
    return strcmp(metric->unit, "ns") == 0 && value >= WRITTEN_IN_US_FROM ? 1e-3 : 1;
}

char *page_value(const struct metric *metric, double value, char *text)
{
    double scale = scale_of(metric, value);
    format_value(value * scale, text, FORMAT_BYTES);
    format_add(text, FORMAT_BYTES, " %s", scale < 1 ? "us" : metric->unit);
    return text;
}

char *page_figure(const struct page *page, const struct mode_view *mode, size_t cell,
                  size_t subject, char *text, size_t size)
{
    char interval[160];
    const struct median *median =
        mode->metric != NULL ? analysis_median(page->analysis, cell, mode->metric, subject) : NULL;
    text[0] = '\0';
    if (median == NULL)
        return text;
    double scale = scale_of(mode->metric, median->median);
    format_interval(median->median * scale, median->low * scale, median->high * scale, interval,
                    sizeof interval);
    snprintf(text, size, "%s %s", interval, scale < 1 ? "us" : mode->metric->unit);
    return text;
}

void page_rounds(FILE *out, uint64_t rounds)
{
    char text[48];
    html_print(out, "%s%s", format_grouped((double)rounds, 0, text, sizeof text),
               rounds >= VERDICT_ROUNDS_MAXIMUM ? " and more" : "");
}
