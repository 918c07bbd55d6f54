#include "harness/analysis/parts.h"
#include "harness/contract/parameters.h"
#include "harness/analysis/pairs.h"

#include <math.h>
#include <string.h>

const char *report_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

double report_number(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

const char *report_tier(const json_t *run, const char *subject)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(run, "subjects"), i, entry)
    {
        if (strcmp(report_text(entry, "name"), subject) == 0)
            return report_text(entry, "tier");
    }
    return "";
}

int report_name_columns(const json_t *run)
{
    size_t longest = strlen("subject"), i;
    const json_t *entry;
    json_array_foreach(json_object_get(run, "subjects"), i, entry)
    {
        char name[REPORT_NAME_BYTES];
        size_t length = strlen(printable(name, sizeof name, report_text(entry, "name")));
        longest = length > longest ? length : longest;
    }
    return (int)longest;
}

int report_tier_columns(const json_t *run)
{
    return report_name_columns(run) > 16 ? 5 : 10;
}

const char *report_short_tier(const json_t *run, const char *subject)
{
    static const char *const tiers[][2] = {
        {"readiness", "ready"}, {"completion", "compl"}, {"none", "none"}};
    const char *tier = report_tier(run, subject);
    for (size_t i = 0; i < sizeof tiers / sizeof tiers[0]; i++) {
        if (strcmp(tiers[i][0], tier) == 0)
            return report_tier_columns(run) < 10 ? tiers[i][1] : tiers[i][0];
    }
    return "?";
}

const struct metric *report_next_metric(const json_t *cell, const struct metric *previous)
{
    const struct workload *workload = workload_find(report_text(cell, "workload"));
    const struct metric *metric = previous != NULL ? previous + 1 : workload->metrics;
    while (metric->name != NULL && !name_in_list(metric->modes, report_text(cell, "mode")))
        metric++;
    return metric->name != NULL ? metric : NULL;
}

const struct metric *report_metric(const json_t *cell, const char *name)
{
    const struct metric *metric = report_next_metric(cell, NULL);
    while (metric != NULL && strcmp(metric->name, name) != 0)
        metric = report_next_metric(cell, metric);
    return metric;
}

const struct metric *report_main_metric(const json_t *cell)
{
    return workload_main_metric(workload_find(report_text(cell, "workload")),
                                report_text(cell, "mode"));
}

const char *report_baseline(const json_t *cell)
{
    const char *best = NULL;
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, "summary"), i, entry)
    {
        const char *name = report_text(entry, "subject");
        if (baseline_rank(name) < (best != NULL ? baseline_rank(best) : BASELINE_NEVER))
            best = name;
    }
    return best;
}

const json_t *report_entry(const json_t *cell, const char *list, const char *metric,
                           const char *subject)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, list), i, entry)
    {
        if (strcmp(report_text(entry, "subject"), subject) == 0 &&
            strcmp(report_text(entry, "metric"), metric) == 0)
            return entry;
    }
    return NULL;
}

static const json_t *find_percentile(const json_t *cell, const char *list, const char *metric,
                                     const char *subject, double percent)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, list), i, entry)
    {
        if (report_number(entry, "percent") == percent &&
            strcmp(report_text(entry, "metric"), metric) == 0 &&
            strcmp(report_text(entry, "subject"), subject) == 0)
            return entry;
    }
    return NULL;
}

const json_t *report_percentile(const json_t *cell, const char *metric, const char *subject,
                                double percent)
{
    return find_percentile(cell, "percentiles", metric, subject, percent);
}

bool report_percentile_value(const json_t *cell, const char *metric, const char *subject,
                             double percent, double *value, bool *pooled)
{
    const json_t *entry = report_percentile(cell, metric, subject, percent);
    *pooled = entry == NULL;
    if (*pooled)
        entry = find_percentile(cell, "pooled", metric, subject, percent);
    *value = report_number(entry, *pooled ? "value" : "median");
    return entry != NULL;
}

const json_t *report_ratio(const json_t *cell, const char *metric, const char *baseline,
                           const char *subject)
{
    size_t i;
    const json_t *entry;
    if (baseline == NULL)
        return NULL;
    json_array_foreach(json_object_get(cell, "ratios"), i, entry)
    {
        if (strcmp(report_text(entry, "metric"), metric) == 0 &&
            strcmp(report_text(entry, "baseline"), baseline) == 0 &&
            strcmp(report_text(entry, "subject"), subject) == 0)
            return entry;
    }
    return NULL;
}

unsigned report_bound_trials(const json_t *cell, const char *metric, unsigned *trials)
{
    static const char *const lists[] = {"summary", "percentiles"};
    unsigned bound = 0;
    *trials = 0;
    for (size_t list = 0; list < 2; list++) {
        size_t i;
        const json_t *entry;
        json_array_foreach(json_object_get(cell, lists[list]), i, entry)
        {
            bool median_row = list == 0 || report_number(entry, "percent") == 50;
            if (!median_row || strcmp(report_text(entry, "metric"), metric) != 0)
                continue;
            bound += (unsigned)report_number(entry, "bound_trials");
            *trials += (unsigned)report_number(entry, "n");
        }
    }
    return bound;
}

bool report_is_closed_loop(const json_t *cell)
{
    return strcmp(report_text(cell, "mode"), "steady") == 0;
}

char *report_param(const json_t *value, char *text, size_t size)
{
    if (json_is_string(value))
        return printable(text, size, json_string_value(value));
    if (json_is_integer(value))
        snprintf(text, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        snprintf(text, size, "%g", json_number_value(value));
    return text;
}

char *report_params(const json_t *cell, const char *except, char *text, size_t size)
{
    size_t length = 0;
    const char *name;
    json_t *value;
    text[0] = '\0';
    json_object_foreach(json_object_get(cell, "params"), name, value)
    {
        char clean_name[40], clean_value[40];
        if (except != NULL && strcmp(name, except) == 0)
            continue;
        if (length + sizeof clean_name + sizeof clean_value >= size)
            break;
        length += (size_t)snprintf(text + length, size - length, "%s%s=%s", length > 0 ? " " : "",
                                   printable(clean_name, sizeof clean_name, name),
                                   report_param(value, clean_value, sizeof clean_value));
    }
    return text;
}

char *report_grouped(double value, int decimals, char *text, size_t size)
{
    char digits[64];
    if (!(fabs(value) < 1e15)) {
        snprintf(text, size, "%.3g", value);
        return text;
    }
    snprintf(digits, sizeof digits, "%.*f", decimals, value);
    size_t whole = strcspn(digits, ".");
    size_t at = 0;
    for (size_t i = 0; digits[i] != '\0' && at + 2 < size; i++) {
        bool after_digit = i > 0 && digits[i - 1] != '-';
        if (i < whole && after_digit && (whole - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = '\0';
    return text;
}

int report_decimals(double smallest)
{
    double size = fabs(smallest);
    if (size >= 100 || size == 0)
        return 0;
    return size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4;
}

/* One part of the line about the machine; what is not known is said to be so. */
static void machine_part(const json_t *manifest, const char *name, char *part, size_t size)
{
    const json_t *value = json_object_get(manifest, name);
    char text[LABEL_BYTES];
    bool is_date = strcmp(name, "date") == 0;
    if (json_is_integer(value)) {
        bool one = json_integer_value(value) == 1;
        const char *unit = strcmp(name, "cpus") == 0 ? "CPU" : "core";
        snprintf(part, size, "%" JSON_INTEGER_FORMAT " %s%s", json_integer_value(value), unit,
                 one ? "" : "s");
    } else if (json_is_string(value)) {
        printable(text, is_date ? sizeof "2000-01-01" : sizeof text, json_string_value(value));
        bool bare = strcmp(name, "virtualization") == 0 && strcmp(text, "none") == 0;
        snprintf(part, size, "%s%s", bare ? "virtualization: " : "", text);
    } else {
        snprintf(part, size, "%s unknown", name);
    }
}

char *report_machine(const json_t *run, const char *separator, char *text, size_t size)
{
    static const char *const names[] = {"kernel", "cpu", "cpus", "cores", "virtualization", "date"};
    const json_t *manifest = json_object_get(run, "manifest");
    size_t length = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char part[LABEL_BYTES + 24];
        machine_part(manifest, names[i], part, sizeof part);
        int added = snprintf(text + length, size - length, "%s%s", part, separator);
        if (added < 0 || (size_t)added >= size - length)
            return text;
        length += (size_t)added;
    }
    snprintf(text + length, size - length, "loopback");
    return text;
}
