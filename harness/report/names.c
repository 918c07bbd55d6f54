#include "harness/report/parts.h"

#include "harness/base/printable.h"
#include "harness/contract/parameters.h"

#include <string.h>

/* An interval that is wider says nothing that anybody could use. */
#define INTERVAL_FACTOR 100

int report_name_columns(const struct run *run)
{
    size_t longest = strlen("subject");
    for (size_t i = 0; i < run->subject_count; i++) {
        char name[FORMAT_NAME_BYTES];
        size_t length = strlen(report_name(run, i, name));
        longest = length > longest ? length : longest;
    }
    return (int)longest;
}

int report_tier_columns(const struct run *run)
{
    return report_name_columns(run) > 16 ? 5 : 10;
}

const char *report_short_tier(const struct run *run, enum backend_tier tier)
{
    bool is_short = report_tier_columns(run) < 10;
    if (is_short && tier == TIER_READINESS)
        return "ready";
    return is_short && tier == TIER_COMPLETION ? "compl" : backend_tier_name(tier);
}

char *report_name(const struct run *run, size_t subject, char *text)
{
    return printable(text, FORMAT_NAME_BYTES, run_subject_shown(run, subject));
}

size_t report_baseline(const struct analysis *analysis, const size_t *cells, size_t count,
                       bool *differ)
{
    size_t found = SUBJECT_NONE;
    *differ = false;
    for (size_t i = 0; i < count; i++) {
        size_t baseline = analysis->cells[cells[i]].baseline;
        if (found == SUBJECT_NONE)
            found = baseline;
        *differ |= baseline != SUBJECT_NONE && baseline != found;
    }
    return found;
}

char *report_baseline_heading(const struct analysis *analysis, const size_t *cells, size_t count,
                              const char *before, char *text)
{
    char name[FORMAT_NAME_BYTES];
    bool differ;
    size_t baseline = report_baseline(analysis, cells, count, &differ);
    text[0] = '\0';
    if (baseline != SUBJECT_NONE)
        snprintf(text, COLUMN_BYTES, "%s/ %s", before,
                 differ ? "baseline" : report_name(analysis->run, baseline, name));
    return text;
}

bool report_has_interval(const struct comparison *comparison)
{
    return comparison->bounded && comparison->low > 0 &&
           comparison->high <= INTERVAL_FACTOR * comparison->low;
}

void report_print_ratio(const struct comparison *comparison, char *text)
{
    double ratio = comparison->ratio;
    if (report_has_interval(comparison))
        format_ratio(ratio, comparison->low, comparison->high, text, COLUMN_BYTES);
    else
        snprintf(text, COLUMN_BYTES, "%.*f (no interval yet)", format_ratio_decimals(ratio), ratio);
}

bool report_find_ratio(const struct analysis *analysis, size_t cell, const struct metric *metric,
                       size_t subject, struct comparison *found)
{
    const struct cell *where = &analysis->run->cells[cell].cell;
    size_t baseline = analysis->cells[cell].baseline;
    bool is_main = metric == workload_main_metric(where->workload, where->mode);
    if (is_main && analysis_compare(analysis, cell, subject, baseline, found) && found->has_ratio)
        return true;
    const struct paired *ratio = analysis_ratio(analysis, cell, metric, baseline, subject);
    if (ratio == NULL)
        return false;
    *found = (struct comparison){
        .bounded = true, .ratio = ratio->value, .low = ratio->low, .high = ratio->high};
    return true;
}
