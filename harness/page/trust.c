/* How far to trust the verdicts: what a calibration found, and the rule. */
#include "harness/page/parts.h"
#include "harness/record/twin_ledger.h"

static void write_result(FILE *out, const struct calibration_result *result)
{
    char params[FORMAT_BYTES];
    const struct cell cell = {.params = result->params};
    html_print(out, "<tr><th scope=\"row\">%s %s <small>%s</small></th><td>%s</td>",
               result->workload, result->mode,
               format_params(&cell, NULL, NULL, params, sizeof params), result->subject);
    if (result->planted > 0)
        html_print(out, "<td>%g %% slower</td>", 100 * result->planted);
    else
        fputs("<td>none: the subject against itself</td>", out);
    html_print(out,
               "<td>%.0f</td><td>%.0f</td><td>%.0f</td><td>%.1f %% [%.1f, %.1f]</td>"
               "<td>%.3g s, %.0f rounds</td><td>%g %%</td></tr>\n",
               (double)result->comparisons, (double)result->named, (double)result->wrong,
               100 * result->share, 100 * result->low, 100 * result->high,
               result->seconds_per_comparison, (double)result->rounds_per_comparison,
               100 * result->minimum_effect);
}

static const char *known(const char *text)
{
    return text != NULL ? text : "unknown";
}

static void write_calibration(FILE *out, const struct calibration_record *calibration)
{
    html_print(out,
               "<p>Calibrated %s, commit %s, on %s. A subject was compared with itself: every "
               "difference that is named there is a false one. Then it was compared with itself "
               "after a known delay was added: that difference should be found.</p>\n",
               known(calibration->date), known(calibration->commit), known(calibration->kernel));
    fputs(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Calibration\"><table>\n"
        "<caption>Named: the word was FASTER or SLOWER. Wrong: it was the wrong word; without a "
        "planted difference every word is. Share: of the comparisons, how many were "
        "named.</caption>\n"
        "<thead><tr><th scope=\"col\">cell</th><th scope=\"col\">subject</th>"
        "<th scope=\"col\">planted difference</th><th scope=\"col\">comparisons</th>"
        "<th scope=\"col\">named</th><th scope=\"col\">wrong</th><th scope=\"col\">share</th>"
        "<th scope=\"col\">each took</th><th scope=\"col\">minimum effect</th></tr></thead>\n"
        "<tbody>\n",
        out);
    for (size_t i = 0; i < calibration->count; i++)
        write_result(out, &calibration->results[i]);
    fputs("</tbody></table></div>\n", out);
}

void page_trust(struct page *page)
{
    fputs("<section id=\"trust\" aria-labelledby=\"trust-h\">\n"
          "<h2 id=\"trust-h\">How far to trust these verdicts</h2>\n",
          page->out);
    char twins[TWIN_WORDS_BYTES];
    twin_words(page->run, page->analysis->cells, twins);
    if (page->run->calibration.count > 0)
        write_calibration(page->out, &page->run->calibration);
    else
        html_print(page->out,
                   "<p>Not calibrated on this machine: nobody knows how small a difference is "
                   "found here%s. <code>pollbench calibrate</code> finds out, and later runs will "
                   "say.</p>\n",
                   *twins == '\0' ? ", or how often a verdict is wrong" : "");
    if (*twins != '\0')
        html_print(page->out, "<p>%s</p>\n", twins);
    html_print(
        page->out,
        "<p>A verdict is FASTER or SLOWER when the interval of the ratio, paired within rounds, "
        "does not contain 1, and the ratio is at least the minimum effect (%g %%) away from it. "
        "It is EQUIVALENT, which means no winner, when the whole interval lies within the "
        "minimum effect. Otherwise it is INCONCLUSIVE: not decided after the rounds there are. "
        "A false name is allowed in at most 1 run of 100, all comparisons of the run "
        "together.</p>\n</section>\n",
        100 * page->analysis->minimum_effect);
}
