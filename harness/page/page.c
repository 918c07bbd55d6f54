#include "harness/page/page.h"

#include "harness/base/file_save.h"
#include "harness/page/parts.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

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
               (const char *)hash, page->run->id != NULL ? page->run->id : "");
    fwrite(page_style, 1, page_style_size, page->out);
    fputs("</style>\n</head>\n<body>\n", page->out);
    return 0;
}

static void write_links(const struct page *page)
{
    const struct workload *before = NULL;
    fputs("<nav aria-label=\"On this page\"><ul>\n<li><a href=\"#verdicts\">Verdicts</a></li>\n",
          page->out);
    for (size_t i = 0; i < page->modes.count; i++) {
        const struct workload *workload = page->modes.modes[i].workload;
        if (workload != before)
            html_print(page->out, "<li><a href=\"#%s\">%s</a></li>\n", workload->name,
                       workload->name);
        before = workload;
    }
    fputs("<li><a href=\"#not-measured\">Not measured</a></li>\n"
          "<li><a href=\"#trust\">How far to trust it</a></li>\n"
          "<li><a href=\"#machine\">Machine and command</a></li>\n</ul></nav>\n",
          page->out);
}

/* What a reader has to know of a run that is not whole, before any figure. */
static void write_end(const struct page *page)
{
    char end[FORMAT_BYTES];
    const struct run *run = page->run;
    if (!run_is_whole(run))
        html_print(page->out, "<p class=\"warning\"><b>NOT FINISHED:</b> this page is of %s.</p>\n",
                   format_end(run, end, sizeof end));
    if (run->cut_lines > 0)
        fputs("<p class=\"warning\">The last line of trials.jsonl was cut off, and is left "
              "out.</p>\n",
              page->out);
}

static void write_top(const struct page *page)
{
    char machine[FORMAT_BYTES];
    const char *virtualization =
        value_text_or(named_values_find(&page->run->manifest, "", "virtualization"), "none");
    fputs("<a class=\"skip\" href=\"#verdicts\">Skip to the verdicts</a>\n<header>\n"
          "<h1>Which I/O backend costs less</h1>\n",
          page->out);
    html_print(page->out, "<p class=\"machine\">%s</p>\n",
               format_machine(page->run, " \xc2\xb7 ", machine, sizeof machine));
    fputs(
        "<p class=\"caveat\">All traffic is loopback. This page says nothing about network cards.",
        page->out);
    if (strcmp(virtualization, "none") != 0)
        html_print(page->out,
                   " It was measured in a virtual machine (%s). On other machines the ratios hold "
                   "better than the times.",
                   virtualization);
    fputs("</p>\n", page->out);
    write_end(page);
    write_links(page);
    fputs("</header>\n<main>\n", page->out);
}

static int write_body(struct page *page)
{
    write_top(page);
    fputs("<section id=\"verdicts\" aria-labelledby=\"verdicts-h\">\n"
          "<h2 id=\"verdicts-h\">Who costs less, by how much, and how sure that is</h2>\n",
          page->out);
    int r = page_answers(page);
    page_matrices(page);
    fputs("</section>\n", page->out);
    if (r == 0)
        r = page_details(page);
    if (r == 0)
        r = page_not_measured(page);
    page_trust(page);
    page_machine(page);
    fputs("</main>\n<script type=\"application/json\" id=\"data\">", page->out);
    if (r == 0)
        r = page_data(page);
    fputs("</script>\n<script>", page->out);
    fwrite(page_script, 1, page_script_size, page->out);
    fputs("</script>\n</body>\n</html>\n", page->out);
    return r;
}

static int write_page(struct page *page)
{
    int r = mode_list_open(&page->modes, page->analysis);
    if (r == 0)
        r = write_head(page);
    if (r == 0)
        r = write_body(page);
    mode_list_free(&page->modes);
    return r;
}

int page_write(const struct analysis *analysis, const char *folder, const struct chart_list *charts,
               const char *no_charts, char *problem)
{
    struct page page = {
        .analysis = analysis, .run = analysis->run, .charts = charts, .no_charts = no_charts};
    struct file_draft draft;
    int r = file_draft_open(&draft, folder, "report.html");
    if (r == 0) {
        page.out = draft.stream;
        r = write_page(&page);
        if (r == 0)
            r = file_draft_keep(&draft);
        else
            file_draft_drop(&draft);
    }
    return r == 0 ? 0
                  : problem_say(problem, r, "%s/report.html cannot be written: %s", folder,
                                strerror(-r));
}
