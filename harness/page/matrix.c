/* The verdicts as tables, one for each mode: subjects by cells, or cells by subjects where there
 * are more cells. Tiers are never mixed: each has its rows, or its columns. */
#include "harness/page/parts.h"

#include <string.h>

enum { WIDE_COLUMNS = 3, MANY_COLUMNS = 7, TALL_ROWS = 20 };

static const char *tier_of(const struct page_mode *mode, size_t subject)
{
    return report_text(mode->subjects[subject], "tier");
}

static const char *name_of(const struct page_mode *mode, size_t subject)
{
    return report_text(mode->subjects[subject], "name");
}

/* ---- one entry ---- */

/* What is said of it when asked for: rounds, significance, why not more. */
static void write_more(FILE *out, const struct page_verdict *verdict)
{
    const json_t *entry = verdict->entry, *p = json_object_get(entry, "p_adjusted");
    html_print(out, "<small>n %.0f", report_number(entry, "n"));
    if (json_is_number(p))
        html_print(out, ", p %.2g", json_number_value(p));
    if (*report_text(entry, "why") != '\0')
        html_print(out, "; %s", report_text(entry, "why"));
    double rounds = report_number(entry, "rounds_likely");
    if (verdict->word == WORD_INCONCLUSIVE && rounds > 0)
        html_print(out, "; %s%.0f rounds would likely do", rounds >= 1e6 ? "over " : "about ",
                   rounds);
    fputs("</small>", out);
}

static void write_verdict(FILE *out, const struct page_verdict *verdict)
{
    fprintf(out, "<td class=\"%s\"><b><i aria-hidden=\"true\">%s</i> %s</b>",
            page_word_class(verdict->word), page_word_sign(verdict->word),
            page_word_name(verdict->word));
    if (verdict->has_ratio) {
        int decimals = page_ratio_decimals(verdict->ratio);
        fprintf(out, " <span>%.*f</span> <span class=\"ci\">[%.*f, %.*f]</span>", decimals,
                verdict->ratio, decimals, verdict->low, decimals, verdict->high);
    }
    write_more(out, verdict);
    fputs("</td>", out);
}

static bool was_skipped(const json_t *cell, const char *subject)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, "skipped_subjects"), i, entry)
    {
        if (strcmp(report_text(entry, "subject"), subject) == 0)
            return true;
    }
    return false;
}

static void write_entry(FILE *out, const struct page_mode *mode, size_t cell, size_t subject)
{
    struct page_verdict verdict;
    char figure[160];
    const json_t *where = mode->cells[cell];
    const char *name = name_of(mode, subject), *baseline = page_baseline(mode, where);
    page_figure(where, mode->metric, name, figure, sizeof figure);
    if (baseline == NULL && *figure != '\0')
        html_print(out, "<td><span class=\"ci\">%s</span></td>", figure);
    else if (baseline != NULL && strcmp(baseline, name) == 0)
        html_print(out, "<td class=\"base\"><b>baseline</b> <span class=\"ci\">%s</span></td>",
                   figure);
    else if (baseline != NULL && page_verdict_of(where, baseline, name, &verdict))
        write_verdict(out, &verdict);
    else if (was_skipped(where, name))
        fputs("<td class=\"none\">skipped</td>", out);
    else
        fputs("<td class=\"none\"><i aria-hidden=\"true\">&#183;</i></td>", out);
}

/* ---- the table ---- */

static void write_cell_heading(FILE *out, const struct page_mode *mode, size_t cell,
                               const char *scope)
{
    char name[600];
    page_cell_name(mode, mode->cells[cell], name, sizeof name);
    html_print(out, "<th scope=\"%s\" data-c=\"%zu\">%s</th>", scope, mode->cell_numbers[cell],
               *name != '\0' ? name : "all defaults");
}

/* A name may be broken behind its colon, where it has to be. */
static void write_subject_heading(FILE *out, const struct page_mode *mode, size_t subject,
                                  const char *scope)
{
    const char *name = name_of(mode, subject), *colon = strchr(name, ':');
    char start[64] = "";
    size_t length = colon != NULL ? (size_t)(colon - name) + 1 : 0;
    if (length < sizeof start)
        memcpy(start, name, length);
    else
        length = 0;
    html_print(out, "<th scope=\"%s\" data-s=\"%zu\">%s<wbr>%s</th>", scope,
               mode->subject_numbers[subject], start, name + length);
}

/* Subjects that follow one another in one tier. */
static size_t tier_end(const struct page_mode *mode, size_t from)
{
    size_t end = from;
    while (end < mode->subject_count && strcmp(tier_of(mode, end), tier_of(mode, from)) == 0)
        end++;
    return end;
}

static void write_by_subject(FILE *out, const struct page_mode *mode)
{
    fputs("<thead><tr><th scope=\"col\">subject</th>", out);
    for (size_t cell = 0; cell < mode->cell_count; cell++)
        write_cell_heading(out, mode, cell, "col");
    fputs("</tr></thead>\n", out);
    for (size_t from = 0, end; from < mode->subject_count; from = end) {
        end = tier_end(mode, from);
        html_print(out,
                   "<tbody data-tier=\"%s\"><tr class=\"group\"><th scope=\"rowgroup\" "
                   "colspan=\"%zu\"><span>tier: %s</span></th></tr>\n",
                   tier_of(mode, from), mode->cell_count + 1, tier_of(mode, from));
        for (size_t subject = from; subject < end; subject++) {
            fputs("<tr>", out);
            write_subject_heading(out, mode, subject, "row");
            for (size_t cell = 0; cell < mode->cell_count; cell++)
                write_entry(out, mode, cell, subject);
            fputs("</tr>\n", out);
        }
        fputs("</tbody>\n", out);
    }
}

static void write_by_cell(FILE *out, const struct page_mode *mode)
{
    fputs("<thead><tr class=\"group\"><td></td>", out);
    for (size_t from = 0, end; from < mode->subject_count; from = end) {
        end = tier_end(mode, from);
        html_print(out, "<th scope=\"colgroup\" colspan=\"%zu\" data-tier=\"%s\">tier: %s</th>",
                   end - from, tier_of(mode, from), tier_of(mode, from));
    }
    fputs("</tr>\n<tr><th scope=\"col\">cell</th>", out);
    for (size_t subject = 0; subject < mode->subject_count; subject++)
        write_subject_heading(out, mode, subject, "col");
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t cell = 0; cell < mode->cell_count; cell++) {
        fputs("<tr>", out);
        write_cell_heading(out, mode, cell, "row");
        for (size_t subject = 0; subject < mode->subject_count; subject++)
            write_entry(out, mode, cell, subject);
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n", out);
}

/* The usual baselines of the cells, most of which have the same. */
static void write_baselines(FILE *out, const struct page_mode *mode)
{
    const char *before = NULL;
    fputs("<span class=\"against\">", out);
    for (size_t i = 0; i < mode->cell_count; i++) {
        const char *baseline = page_baseline(mode, mode->cells[i]);
        if (baseline == NULL || (before != NULL && strcmp(before, baseline) == 0))
            continue;
        html_print(out, "%s%s", before != NULL ? ", " : "", baseline);
        before = baseline;
    }
    fputs("</span>", out);
}

static bool was_anything_compared(const struct page_mode *mode)
{
    for (size_t i = 0; i < mode->cell_count; i++) {
        if (page_baseline(mode, mode->cells[i]) != NULL)
            return true;
    }
    return false;
}

static void write_caption(FILE *out, const struct page_mode *mode)
{
    char common[600];
    page_common_params(mode, common, sizeof common);
    html_print(out, "<caption><span>%s: %s; %s is better. ", mode->metric->name, mode->metric->help,
               mode->metric->lower_is_better ? "lower" : "higher");
    if (was_anything_compared(mode)) {
        fputs("Ratio to ", out);
        write_baselines(out, mode);
        fputs(", 99 % interval.", out);
    } else {
        fputs("Nothing to compare: medians, 99 % interval.", out);
    }
    html_print(out, "%s%s</span></caption>\n", *common != '\0' ? " Everywhere: " : "", common);
}

static void write_matrix(struct page *page, size_t number)
{
    const struct page_mode *mode = &page->modes[number];
    FILE *out = page->out;
    bool by_subject = mode->cell_count <= mode->subject_count;
    size_t columns = by_subject ? mode->cell_count : mode->subject_count;
    size_t rows = by_subject ? mode->subject_count : mode->cell_count;
    html_print(out,
               "<section class=\"matrix\" data-workload=\"%s\">\n<h3 id=\"m%zu\">%s %s</h3>\n"
               "<div class=\"scroll%s\" role=\"region\" tabindex=\"0\" aria-labelledby=\"m%zu\">"
               "<table class=\"verdicts%s\">\n",
               mode->workload, number, mode->workload, mode->name, rows > TALL_ROWS ? " tall" : "",
               number,
               columns <= WIDE_COLUMNS  ? " wide"
               : columns > MANY_COLUMNS ? " many"
                                        : "");
    write_caption(out, mode);
    if (by_subject)
        write_by_subject(out, mode);
    else
        write_by_cell(out, mode);
    fputs("</table></div>\n</section>\n", out);
}

/* ---- above the tables ---- */

static void write_legend(FILE *out)
{
    static const char *const meanings[WORDS] = {
        [WORD_FASTER] = "the better figure, by the minimum effect or more, not by chance",
        [WORD_SLOWER] = "the opposite",
        [WORD_EQUIVALENT] = "the whole interval is within the minimum effect",
        [WORD_INCONCLUSIVE] = "these rounds do not tell: no winner is named on less",
        [WORD_INVALID] = "the trials say nothing of the subject",
    };
    fputs("<details class=\"legend\" id=\"words-mean\"><summary>What the words "
          "mean</summary>\n<dl>\n",
          out);
    for (unsigned word = 0; word < WORDS; word++)
        fprintf(out, "<dt class=\"%s\"><b><i aria-hidden=\"true\">%s</i> %s</b></dt><dd>%s</dd>\n",
                page_word_class((enum page_word)word), page_word_sign((enum page_word)word),
                page_word_name((enum page_word)word), meanings[word]);
    fputs("</dl>\n<p>A word is of the row's or column's subject against the baseline. "
          "<b>Readiness</b>: told that a descriptor is ready, then makes the call; "
          "<b>completion</b>: asks for the call and is told its result. They are different "
          "programming models, so they are never ranked in one list without saying so. Floors are "
          "the same work straight on the system calls, without a loop.</p></details>\n",
          out);
}

/* Filled and shown by the script: without it they would do nothing. */
static void write_controls(FILE *out)
{
    fputs(
        "<form id=\"controls\" hidden aria-label=\"What the tables show\">\n"
        "<label>Baseline <select id=\"baseline\"><option value=\"\">the usual one of each "
        "cell</option></select></label>\n"
        "<label>Workload <select id=\"workload\"><option value=\"\">all</option></select></label>\n"
        "<fieldset id=\"tiers\"><legend>Tier</legend></fieldset>\n"
        "<fieldset id=\"words\"><legend>Verdict</legend></fieldset>\n"
        "<label><input type=\"checkbox\" id=\"more\"> rounds, p and reasons</label>\n"
        "<button type=\"reset\">Reset</button>\n"
        "<p id=\"status\" role=\"status\"></p>\n</form>\n",
        out);
}

void page_matrices(struct page *page)
{
    write_controls(page->out);
    for (size_t i = 0; i < page->mode_count; i++) {
        if (page->modes[i].metric != NULL && page->modes[i].subject_count > 0)
            write_matrix(page, i);
    }
    write_legend(page->out);
}
