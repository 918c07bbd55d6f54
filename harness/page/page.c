#include "harness/page/page.h"

#include "harness/page/parts.h"
#include "harness/analysis/sweeps.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* ---- the modes ---- */

static bool has_part(const struct page_mode *mode, const char *subject, bool in_verdicts)
{
    for (size_t c = 0; c < mode->cell_count; c++) {
        size_t i;
        const json_t *entry;
        if (!in_verdicts && mode->metric != NULL &&
            report_entry(mode->cells[c], "summary", mode->metric->name, subject) != NULL)
            return true;
        json_array_foreach(json_object_get(mode->cells[c], "verdicts"), i, entry)
        {
            if (in_verdicts && (strcmp(report_text(entry, "subject"), subject) == 0 ||
                                strcmp(report_text(entry, "baseline"), subject) == 0))
                return true;
        }
    }
    return false;
}

static void add_subjects(const struct page *page, struct page_mode *mode, bool in_verdicts)
{
    static const char *const tiers[] = {"readiness", "completion", "none", NULL};
    size_t i;
    const json_t *subject;
    for (size_t tier = 0; tiers[tier] != NULL; tier++) {
        json_array_foreach(json_object_get(page->run, "subjects"), i, subject)
        {
            if (strcmp(report_text(subject, "tier"), tiers[tier]) != 0 ||
                !has_part(mode, report_text(subject, "name"), in_verdicts))
                continue;
            mode->subject_numbers[mode->subject_count] = i;
            mode->subjects[mode->subject_count++] = subject;
        }
    }
}

static int fill_mode(const struct page *page, struct page_mode *mode, const json_t *first)
{
    const json_t *cells = json_object_get(page->run, "cells"), *cell;
    size_t subjects = json_array_size(json_object_get(page->run, "subjects")) + 1, i;
    mode->workload = report_text(first, "workload");
    mode->name = report_text(first, "mode");
    mode->metric = report_main_metric(first);
    mode->cells = calloc(json_array_size(cells), sizeof mode->cells[0]);
    mode->cell_numbers = calloc(json_array_size(cells), sizeof mode->cell_numbers[0]);
    mode->subjects = calloc(subjects, sizeof mode->subjects[0]);
    mode->subject_numbers = calloc(subjects, sizeof mode->subject_numbers[0]);
    if (mode->cells == NULL || mode->cell_numbers == NULL || mode->subjects == NULL ||
        mode->subject_numbers == NULL)
        return -ENOMEM;
    json_array_foreach(cells, i, cell)
    {
        if (!sweep_same_mode(first, cell) || json_array_size(json_object_get(cell, "summary")) == 0)
            continue;
        mode->cell_numbers[mode->cell_count] = i;
        mode->cells[mode->cell_count++] = cell;
    }
    add_subjects(page, mode, true);
    if (mode->subject_count == 0)
        add_subjects(page, mode, false);
    return 0;
}

static bool is_in_a_mode(const struct page *page, const json_t *cell)
{
    for (size_t i = 0; i < page->mode_count; i++) {
        if (strcmp(page->modes[i].workload, report_text(cell, "workload")) == 0 &&
            strcmp(page->modes[i].name, report_text(cell, "mode")) == 0)
            return true;
    }
    return false;
}

/* Modes without a figure are only in the list of what was not measured. */
static int fill_modes(struct page *page)
{
    const json_t *cells = json_object_get(page->run, "cells"), *cell;
    size_t i;
    page->modes = calloc(json_array_size(cells) + 1, sizeof page->modes[0]);
    if (page->modes == NULL)
        return -ENOMEM;
    json_array_foreach(cells, i, cell)
    {
        if (is_in_a_mode(page, cell) || json_array_size(json_object_get(cell, "summary")) == 0)
            continue;
        if (fill_mode(page, &page->modes[page->mode_count++], cell) < 0)
            return -ENOMEM;
    }
    return 0;
}

static void free_modes(struct page *page)
{
    for (size_t i = 0; i < page->mode_count; i++) {
        free(page->modes[i].cells);
        free(page->modes[i].cell_numbers);
        free(page->modes[i].subjects);
        free(page->modes[i].subject_numbers);
    }
    free(page->modes);
}

/* ---- the document ---- */

/* The only script that a browser may run here is ours, by its hash; nothing may be fetched. What a
 * string of the run could smuggle in would still do nothing. */
static int write_head(const struct page *page)
{
    unsigned char digest[EVP_MAX_MD_SIZE], hash[2 * EVP_MAX_MD_SIZE];
    unsigned bytes;
    if (EVP_Digest(page_script, page_script_size, digest, &bytes, EVP_sha256(), NULL) != 1)
        return -EIO;
    EVP_EncodeBlock(hash, digest, (int)bytes);
    html_print(page->out,
               "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
               "style-src 'unsafe-inline'; img-src data:; script-src 'sha256-%s'; base-uri 'none'; "
               "form-action 'none'\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n"
               "<link rel=\"icon\" href=\"data:,\">\n"
               "<title>pollbench %s</title>\n<style>\n",
               (const char *)hash, report_text(page->run, "id"));
    fwrite(page_style, 1, page_style_size, page->out);
    fputs("</style>\n</head>\n<body>\n", page->out);
    return 0;
}

static void write_links(const struct page *page)
{
    fputs("<nav aria-label=\"On this page\"><ul>\n<li><a href=\"#verdicts\">Verdicts</a></li>\n",
          page->out);
    const char *before = "";
    for (size_t i = 0; i < page->mode_count; i++) {
        const char *workload = page->modes[i].workload;
        if (strcmp(before, workload) != 0)
            html_print(page->out, "<li><a href=\"#%s\">%s</a></li>\n", workload, workload);
        before = workload;
    }
    fputs("<li><a href=\"#not-measured\">Not measured</a></li>\n"
          "<li><a href=\"#trust\">How far to trust it</a></li>\n"
          "<li><a href=\"#machine\">Machine and command</a></li>\n</ul></nav>\n",
          page->out);
}

static void write_top(const struct page *page)
{
    char machine[600];
    const json_t *manifest = json_object_get(page->run, "manifest");
    const char *virtualization = report_text(manifest, "virtualization");
    fputs("<a class=\"skip\" href=\"#verdicts\">Skip to the verdicts</a>\n<header>\n"
          "<h1>Which I/O backend costs less</h1>\n",
          page->out);
    html_print(page->out, "<p class=\"machine\">%s</p>\n",
               report_machine(page->run, " \xc2\xb7 ", machine, sizeof machine));
    fputs("<p class=\"caveat\">All traffic is loopback: nothing here is about network cards.",
          page->out);
    if (*virtualization != '\0' && strcmp(virtualization, "none") != 0)
        html_print(page->out,
                   " Measured in a virtual machine (%s): ratios carry over better than times.",
                   virtualization);
    fputs("</p>\n", page->out);
    write_links(page);
    fputs("</header>\n<main>\n", page->out);
}

static int write_body(struct page *page, char *problem)
{
    write_top(page);
    fputs("<section id=\"verdicts\" aria-labelledby=\"verdicts-h\">\n"
          "<h2 id=\"verdicts-h\">Who wins at what, by how much, how sure</h2>\n",
          page->out);
    page_glance(page);
    page_matrices(page);
    fputs("</section>\n", page->out);
    int result = page_details(page, problem);
    page_not_measured(page);
    page_trust(page);
    page_machine(page);
    fputs("</main>\n<script type=\"application/json\" id=\"data\">", page->out);
    if (result == 0)
        result = page_data(page);
    fputs("</script>\n<script>", page->out);
    fwrite(page_script, 1, page_script_size, page->out);
    fputs("</script>\n</body>\n</html>\n", page->out);
    return result;
}

int page_write(const json_t *run, const char *folder, const struct chart_list *charts,
               const char *no_charts, char *problem)
{
    char path[PATH_BYTES], temporary[PATH_BYTES + 8];
    struct page page = {.run = run, .folder = folder, .charts = charts, .no_charts = no_charts};
    snprintf(path, sizeof path, "%s/report.html", folder);
    snprintf(temporary, sizeof temporary, "%s.new", path);
    page.out = fopen(temporary, "w");
    int result = page.out == NULL ? -errno : fill_modes(&page);
    problem[0] = '\0';
    if (result == 0)
        result = write_head(&page);
    if (result == 0)
        result = write_body(&page, problem);
    if (page.out != NULL) {
        if (ferror(page.out) && result == 0)
            result = -EIO;
        if (fclose(page.out) != 0 && result == 0)
            result = -errno;
    }
    if (result == 0 && rename(temporary, path) != 0)
        result = -errno;
    if (result < 0 && page.out != NULL)
        remove(temporary);
    free_modes(&page);
    if (result < 0 && problem[0] == '\0')
        snprintf(problem, PROBLEM_BYTES, "%.400s cannot be written: %s", path, strerror(-result));
    return result;
}
