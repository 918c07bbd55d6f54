/* The sections of the page that are read last: what was not measured and why, on which machine, and
 * how to do it again. */
#include "harness/analysis/reasons.h"
#include "harness/page/parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- what was not measured ---- */

static const struct {
    enum reason_kind kind;
    const char *heading;
} kinds[] = {
    {REASON_INVALID, "INVALID comparisons"},
    {REASON_BOUND, "The generator set the pace"},
    {REASON_HEADROOM, "The generator has not proved its headroom"},
    {REASON_ONE_CORE, "Server and generator on one core"},
    {REASON_SKIPPED, "SKIPPED"},
    {REASON_ROUNDED, "Deadlines of whole milliseconds"},
    {REASON_TRIALS, "Trials that do not count"},
    {REASON_INCONCLUSIVE, "INCONCLUSIVE comparisons"},
};

static void write_reason(FILE *out, const struct reason *reason)
{
    html_print(out, "<li>%s%s%s", reason->who, *reason->who != '\0' ? ": " : "", reason->why);
    if (reason->kind == REASON_SKIPPED && reason->times > 1)
        html_print(out, " <small>(in %zu cells)</small>", reason->times);
    else if (reason->times > 1)
        html_print(out, " <small>(%zu times)</small>", reason->times);
    fputs("</li>\n", out);
}

static void write_kind(FILE *out, const struct reason_list *reasons, enum reason_kind kind,
                       const char *heading)
{
    size_t count = 0;
    for (size_t i = 0; i < reasons->count; i++) {
        if (reasons->list[i].kind != kind)
            continue;
        if (count++ == 0)
            html_print(out, "<h3>%s</h3>\n<ul>\n", heading);
        if (count <= PAGE_REASONS)
            write_reason(out, &reasons->list[i]);
    }
    if (count > PAGE_REASONS)
        html_print(out, "<li>and %zu more: skipped.csv, trials.csv and verdicts.csv</li>\n",
                   count - PAGE_REASONS);
    if (count > 0)
        fputs("</ul>\n", out);
}

int page_not_measured(struct page *page)
{
    struct reason_list reasons = {0};
    size_t *cells = calloc(page->run->cell_count + 1, sizeof cells[0]);
    if (cells == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < page->run->cell_count; i++)
        cells[i] = i;
    int r = reasons_add_run(&reasons, page->run);
    if (r == 0)
        r = reasons_add_cells(&reasons, page->analysis, cells, page->run->cell_count);
    free(cells);
    fputs("<section id=\"not-measured\" aria-labelledby=\"not-measured-h\">\n"
          "<h2 id=\"not-measured-h\">What was not measured, or does not tell</h2>\n",
          page->out);
    if (reasons.count == 0)
        fputs("<p>Nothing: every subject ran in every cell, and every comparison has a "
              "verdict.</p>\n",
              page->out);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        write_kind(page->out, &reasons, kinds[i].kind, kinds[i].heading);
    fputs("</section>\n", page->out);
    reasons_free(&reasons);
    return r;
}

/* ---- the machine ---- */

static void write_manifest(const struct page *page)
{
    const struct named_values *manifest = &page->run->manifest;
    fputs("<details open><summary>Manifest</summary>\n<div class=\"scroll\" role=\"region\" "
          "tabindex=\"0\" aria-label=\"Manifest\"><table class=\"manifest\">\n"
          "<caption>manifest of run.json</caption>\n<tbody>\n",
          page->out);
    for (size_t i = 0; i < manifest->count; i++) {
        const struct named_value *one = &manifest->list[i];
        char number[48];
        html_print(page->out, "<tr><th scope=\"row\">%s%s%s</th><td>%s</td></tr>\n", one->group,
                   *one->group != '\0' ? ": " : "", one->name,
                   one->value.kind == VALUE_TEXT ? one->value.text
                                                 : value_print(&one->value, number, sizeof number));
    }
    fputs("</tbody></table></div></details>\n", page->out);
}

/* For a shell: as it is when nothing in it means anything there, else in quotes. */
static void write_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:=,+@%";
    if (*word != '\0' && word[strspn(word, plain)] == '\0') {
        html_text(out, word);
        return;
    }
    html_text(out, "'");
    for (; *word != '\0'; word++) {
        char one[] = {*word, '\0'};
        if (*word == '\'')
            html_text(out, "'\\''");
        else
            html_text(out, one);
    }
    html_text(out, "'");
}

static void write_command(FILE *out, const struct run *run)
{
    bool has_seed = false;
    fputs("<pre tabindex=\"0\"><code>", out);
    for (size_t i = 0; i < run->command_count; i++) {
        has_seed |= strncmp(run->command[i], "--seed", 6) == 0;
        fputs(i > 0 ? " " : "", out);
        write_word(out, run->command[i]);
    }
    if (!has_seed)
        fprintf(out, " --seed %" PRIu64, run->seed);
    fputs("</code></pre>\n", out);
}

void page_machine(struct page *page)
{
    char end[FORMAT_BYTES];
    const struct run *run = page->run;
    fputs("<section id=\"machine\" aria-labelledby=\"machine-h\">\n"
          "<h2 id=\"machine-h\">Machine, and the command to reproduce this</h2>\n",
          page->out);
    html_print(page->out, "<p>Commit %s, then:</p>\n",
               value_text_or(named_values_find(&run->manifest, "", "commit"), "unknown"));
    write_command(page->out, run);
    html_print(page->out,
               "<p>Run %s, profile %s. It kept %s. With the same seed the subjects run in the same "
               "order, and the bootstrap draws the same samples. Times differ from run to run; the "
               "intervals say by how much. To make this page again, run <code>pollbench "
               "report</code> with the name of this folder.</p>\n",
               run->id != NULL ? run->id : "", run->profile != NULL ? run->profile : "",
               format_end(run, end, sizeof end));
    write_manifest(page);
    fputs("</section>\n", page->out);
}
