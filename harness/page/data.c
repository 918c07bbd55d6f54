/* What the script needs: all pairs, so that it can show them against any baseline without computing
 * anything but reciprocals. */
#include "harness/page/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Sentences, each once. */
struct sentences {
    const char **list;
    size_t count;
};

/* The place of the sentence; the list's count when there is no memory for it. */
static size_t place_of(struct sentences *sentences, const char *why)
{
    for (size_t i = 0; i < sentences->count; i++) {
        if (strcmp(sentences->list[i], why) == 0)
            return i;
    }
    const char **larger =
        realloc(sentences->list, (sentences->count + 1) * sizeof sentences->list[0]);
    if (larger == NULL)
        return sentences->count;
    sentences->list = larger;
    larger[sentences->count] = why;
    return sentences->count++;
}

/* A number, or null where there is none. */
static void write_number(FILE *out, bool known, double value)
{
    if (known)
        fprintf(out, ",%.6g", value);
    else
        fputs(",null", out);
}

/* [baseline, subject, word, ratio, low, high, n, p adjusted, reason, rounds] */
static int write_pair(FILE *out, const struct verdict_pair *pair, struct sentences *reasons)
{
    bool has_why = pair->why != NULL && *pair->why != '\0';
    size_t reason = has_why ? place_of(reasons, pair->why) : 0;
    if (has_why && reason == reasons->count)
        return -ENOMEM;
    fprintf(out, "[%zu,%zu,%zu", pair->baseline, pair->subject, page_word_place(pair->word));
    write_number(out, pair->compared, pair->ratio);
    write_number(out, pair->compared && pair->bounded, pair->low);
    write_number(out, pair->compared && pair->bounded, pair->high);
    write_number(out, true, (double)pair->n);
    write_number(out, pair->tested, pair->p_adjusted);
    write_number(out, has_why, (double)reason);
    write_number(out, pair->word == VERDICT_INCONCLUSIVE, (double)pair->rounds);
    fputc(']', out);
    return 0;
}

/* The figure of each subject, which stands in the table where it is the baseline. */
static void write_figures(const struct page *page, const struct mode_view *mode, size_t cell)
{
    const char *between = "";
    for (size_t i = 0; i < mode->subject_count; i++) {
        char figure[FORMAT_BYTES];
        if (*page_figure(page, mode, cell, mode->subjects[i], figure, sizeof figure) == '\0')
            continue;
        fprintf(page->out, "%s\"%zu\":", between, mode->subjects[i]);
        html_json_text(page->out, figure);
        between = ",";
    }
}

static int write_cells(const struct page *page, struct sentences *reasons)
{
    const char *between = "";
    for (size_t i = 0; i < page->modes.count; i++) {
        const struct mode_view *mode = &page->modes.modes[i];
        for (size_t c = 0; c < mode->cell_count; c++) {
            const struct cell_summary *summary = &page->analysis->cells[mode->cells[c]];
            fprintf(page->out, "%s\n\"%zu\":{\"pairs\":[", between, mode->cells[c]);
            for (size_t k = 0; k < summary->verdict_count; k++) {
                fputs(k > 0 ? "," : "", page->out);
                if (write_pair(page->out, &summary->verdicts[k], reasons) < 0)
                    return -ENOMEM;
            }
            fputs("],\"figures\":{", page->out);
            write_figures(page, mode, mode->cells[c]);
            fputs("}}", page->out);
            between = ",";
        }
    }
    return 0;
}

int page_data(struct page *page)
{
    struct sentences reasons = {0};
    FILE *out = page->out;
    fputs("{\"words\":[", out);
    for (size_t i = 0; i < PAGE_WORDS; i++)
        fprintf(out, "%s[\"%s\",\"%s\"]", i > 0 ? "," : "", verdict_name(page_words[i].word),
                page_words[i].css);
    fputs("],\"subjects\":[", out);
    for (size_t i = 0; i < page->run->subject_count; i++) {
        fputs(i > 0 ? ",[" : "[", out);
        html_json_text(out, page_subject(page, i));
        fprintf(out, ",\"%s\"]", page_tier(page, i));
    }
    fputs("],\"cells\":{", out);
    int r = write_cells(page, &reasons);
    fputs("},\"reasons\":[", out);
    for (size_t i = 0; i < reasons.count; i++) {
        fputs(i > 0 ? "," : "", out);
        html_json_text(out, reasons.list[i]);
    }
    fputs("]}", out);
    free(reasons.list);
    return r;
}
