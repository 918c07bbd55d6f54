/* The verdicts as tables, one for each mode: subjects by cells, or cells by subjects where there
 * are more cells. Tiers are never mixed: each has its rows, or its columns. */
#include "harness/page/parts.h"

#include <string.h>

enum { WIDE_COLUMNS = 3, MANY_COLUMNS = 7, TALL_ROWS = 20 };

/* ---- one entry ---- */

/* What is said of it when asked for: rounds, significance, why not more. */
static void write_more(FILE *out, const struct comparison *comparison)
{
    html_print(out, "<small>n %zu", comparison->n);
    if (comparison->tested)
        html_print(out, ", adjusted p %.2g", comparison->p_adjusted);
    if (*comparison->why != '\0')
        html_print(out, "; %s", comparison->why);
    if (comparison->word == VERDICT_INCONCLUSIVE && comparison->rounds > 0)
        html_print(out, "; half of such pairs take %s %.0f rounds",
                   comparison->rounds >= VERDICT_ROUNDS_MAXIMUM ? "over" : "about",
                   (double)comparison->rounds);
    fputs("</small>", out);
}

static void write_verdict(FILE *out, const struct comparison *comparison)
{
    const struct page_word *word = &page_words[page_word_place(comparison->word)];
    fprintf(out, "<td class=\"%s\"><b><i aria-hidden=\"true\">%s</i> %s</b>", word->css, word->sign,
            verdict_name(word->word));
    if (comparison->has_ratio) {
        char text[96];
        page_ratio(comparison, text, sizeof text);
        int length = (int)strcspn(text, " ");
        fprintf(out, " <span>%.*s</span> <span class=\"ci\">%s</span>", length, text,
                text + length + 1);
    }
    write_more(out, comparison);
    fputs("</td>", out);
}

static bool was_skipped(const struct run_cell *cell, size_t subject)
{
    for (size_t i = 0; i < cell->skipped_count; i++) {
        if (cell->skipped_subjects[i].subject == subject)
            return true;
    }
    return false;
}

static void write_entry(const struct page *page, const struct mode_view *mode, size_t cell,
                        size_t subject)
{
    struct comparison comparison;
    char figure[FORMAT_BYTES];
    size_t baseline = page->analysis->cells[cell].baseline;
    page_figure(page, mode, cell, subject, figure, sizeof figure);
    if (baseline == SUBJECT_NONE && *figure != '\0')
        html_print(page->out, "<td><span class=\"ci\">%s</span></td>", figure);
    else if (baseline == subject)
        html_print(page->out,
                   "<td class=\"base\"><b>baseline</b> <span class=\"ci\">%s</span></td>", figure);
    else if (baseline != SUBJECT_NONE &&
             analysis_compare(page->analysis, cell, subject, baseline, &comparison))
        write_verdict(page->out, &comparison);
    else if (was_skipped(&page->run->cells[cell], subject))
        fputs("<td class=\"none\">skipped</td>", page->out);
    else
        fputs("<td class=\"none\"><i aria-hidden=\"true\">&#183;</i></td>", page->out);
}

/* ---- the table ---- */

static void write_cell_heading(const struct page *page, const struct mode_view *mode, size_t cell,
                               const char *scope)
{
    html_print(page->out, "<th scope=\"%s\" data-c=\"%zu\">", scope, cell);
    page_cell_heading(page, mode, cell);
    fputs("</th>", page->out);
}

/* A name may be broken behind its colon, where it has to be. */
static void write_subject_heading(const struct page *page, size_t subject, const char *scope)
{
    const char *name = page_subject(page, subject), *colon = strchr(name, ':');
    char start[64] = "";
    size_t length = colon != NULL ? (size_t)(colon - name) + 1 : 0;
    if (length < sizeof start)
        memcpy(start, name, length);
    else
        length = 0;
    html_print(page->out, "<th scope=\"%s\" data-s=\"%zu\">%s<wbr>%s</th>", scope, subject, start,
               name + length);
}

/* Subjects that follow one another in one tier. */
static size_t tier_end(const struct page *page, const struct mode_view *mode, size_t from)
{
    size_t end = from;
    while (end < mode->subject_count && page->run->subjects[mode->subjects[end]].tier ==
                                            page->run->subjects[mode->subjects[from]].tier)
        end++;
    return end;
}

static void write_by_subject(const struct page *page, const struct mode_view *mode)
{
    fputs("<thead><tr><th scope=\"col\">subject</th>", page->out);
    for (size_t i = 0; i < mode->cell_count; i++)
        write_cell_heading(page, mode, mode->cells[i], "col");
    fputs("</tr></thead>\n", page->out);
    for (size_t from = 0, end; from < mode->subject_count; from = end) {
        const char *tier = page_tier(page, mode->subjects[from]);
        end = tier_end(page, mode, from);
        html_print(page->out,
                   "<tbody data-tier=\"%s\"><tr class=\"group\"><th scope=\"rowgroup\" "
                   "colspan=\"%zu\"><span>tier: %s</span></th></tr>\n",
                   tier, mode->cell_count + 1, tier);
        for (size_t i = from; i < end; i++) {
            fputs("<tr>", page->out);
            write_subject_heading(page, mode->subjects[i], "row");
            for (size_t k = 0; k < mode->cell_count; k++)
                write_entry(page, mode, mode->cells[k], mode->subjects[i]);
            fputs("</tr>\n", page->out);
        }
        fputs("</tbody>\n", page->out);
    }
}

static void write_by_cell(const struct page *page, const struct mode_view *mode)
{
    fputs("<thead><tr class=\"group\"><td></td>", page->out);
    for (size_t from = 0, end; from < mode->subject_count; from = end) {
        const char *tier = page_tier(page, mode->subjects[from]);
        end = tier_end(page, mode, from);
        html_print(page->out,
                   "<th scope=\"colgroup\" colspan=\"%zu\" data-tier=\"%s\">tier: %s</th>",
                   end - from, tier, tier);
    }
    fputs("</tr>\n<tr><th scope=\"col\">cell</th>", page->out);
    for (size_t i = 0; i < mode->subject_count; i++)
        write_subject_heading(page, mode->subjects[i], "col");
    fputs("</tr></thead>\n<tbody>\n", page->out);
    for (size_t i = 0; i < mode->cell_count; i++) {
        fputs("<tr>", page->out);
        write_cell_heading(page, mode, mode->cells[i], "row");
        for (size_t k = 0; k < mode->subject_count; k++)
            write_entry(page, mode, mode->cells[i], mode->subjects[k]);
        fputs("</tr>\n", page->out);
    }
    fputs("</tbody>\n", page->out);
}

/* The baselines of the cells, most of which have the same. false: nothing is compared. */
static bool write_baselines(const struct page *page, const struct mode_view *mode)
{
    size_t before = SUBJECT_NONE;
    for (size_t i = 0; i < mode->cell_count; i++) {
        size_t baseline = page->analysis->cells[mode->cells[i]].baseline;
        if (baseline == SUBJECT_NONE || baseline == before)
            continue;
        fputs(before != SUBJECT_NONE ? ", " : "Ratio to <span class=\"against\">", page->out);
        html_print(page->out, "%s", page_subject(page, baseline));
        before = baseline;
    }
    return before != SUBJECT_NONE;
}

static void write_caption(const struct page *page, const struct mode_view *mode)
{
    char common[FORMAT_BYTES];
    page_common_params(page, mode, common, sizeof common);
    html_print(page->out, "<caption><span>%s: %s; %s is better. ", mode->metric->name,
               mode->metric->help, mode->metric->lower_is_better ? "lower" : "higher");
    if (write_baselines(page, mode))
        fputs("</span>, 99 % interval.", page->out);
    else
        fputs("Nothing to compare: medians, 99 % interval.", page->out);
    html_print(page->out, "%s%s</span></caption>\n", *common != '\0' ? " Everywhere: " : "",
               common);
}

static void write_matrix(const struct page *page, size_t number)
{
    const struct mode_view *mode = &page->modes.modes[number];
    bool by_subject = mode->cell_count <= mode->subject_count;
    size_t columns = by_subject ? mode->cell_count : mode->subject_count;
    size_t rows = by_subject ? mode->subject_count : mode->cell_count;
    html_print(page->out,
               "<section class=\"matrix\" data-workload=\"%s\">\n<h3 id=\"m%zu\">%s %s</h3>\n",
               mode->workload->name, number, mode->workload->name, mode->mode);
    if (columns > 1)
        fputs("<p class=\"sideways\">Move the table sideways to see all of it.</p>\n", page->out);
    html_print(page->out,
               "<div class=\"scroll%s\" role=\"region\" tabindex=\"0\" "
               "aria-labelledby=\"m%zu\">"
               "<table class=\"verdicts%s\">\n",
               rows > TALL_ROWS ? " tall" : "", number,
               columns <= WIDE_COLUMNS  ? " wide"
               : columns > MANY_COLUMNS ? " many"
                                        : "");
    write_caption(page, mode);
    if (by_subject)
        write_by_subject(page, mode);
    else
        write_by_cell(page, mode);
    fputs("</table></div>\n</section>\n", page->out);
}

/* ---- above the tables ---- */

static void write_legend(FILE *out)
{
    fputs("<details class=\"legend\" id=\"words-mean\"><summary>What the words "
          "mean</summary>\n<dl>\n",
          out);
    for (size_t i = 0; i < PAGE_WORDS; i++)
        fprintf(out, "<dt class=\"%s\"><b><i aria-hidden=\"true\">%s</i> %s</b></dt><dd>%s</dd>\n",
                page_words[i].css, page_words[i].sign, verdict_name(page_words[i].word),
                page_words[i].meaning);
    fputs("</dl>\n<p>A word is about the subject of the row or column, compared with the baseline. "
          "<b>Readiness</b>: the backend is told that a descriptor is ready, and then makes the "
          "call. <b>Completion</b>: it asks for the call, and is told the result. These are "
          "different ways to program, so one list never ranks both. A floor is the same work "
          "written directly on the system calls, without a loop.</p>\n"
          "<p>Adjusted p: for all pairs and all looks of the run together. A winner is named when "
          "it is at most 0.01 x (1 - sqrt(3 / n)), with the rounds n that the run had when it "
          "looked: 0.0042 after 9, 0.0083 after 100.</p></details>\n",
          out);
}

/* Filled and shown by the script: without it they would do nothing. */
static void write_controls(FILE *out)
{
    fputs(
        "<form id=\"controls\" hidden aria-label=\"What the tables show\">\n"
        "<label>Baseline <select id=\"baseline\"><option value=\"\">the stated one of each "
        "cell</option></select></label>\n"
        "<label>Workload <select id=\"workload\"><option value=\"\">all</option></select></label>\n"
        "<fieldset id=\"tiers\"><legend>Tier</legend></fieldset>\n"
        "<fieldset id=\"words\"><legend>Verdict</legend></fieldset>\n"
        "<label><input type=\"checkbox\" id=\"more\"> rounds, adjusted p and reasons</label>\n"
        "<button type=\"reset\">Reset</button>\n"
        "<p id=\"status\" role=\"status\"></p>\n</form>\n",
        out);
}

void page_matrices(struct page *page)
{
    write_controls(page->out);
    for (size_t i = 0; i < page->modes.count; i++) {
        const struct mode_view *mode = &page->modes.modes[i];
        if (mode->metric != NULL && mode->subject_count > 0)
            write_matrix(page, i);
    }
    write_legend(page->out);
}
