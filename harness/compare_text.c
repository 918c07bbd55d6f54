#include "harness/compare_text.h"

#include "harness/compare_differences.h"
#include "harness/measure/verdict.h"
#include "harness/report_parts.h"

#include <string.h>

static const char *const lists[] = {"verdicts", "only_base", "only_new", "left_out"};

static bool is_of_mode(const json_t *one, const json_t *other)
{
    return strcmp(report_text(one, "workload"), report_text(other, "workload")) == 0 &&
           strcmp(report_text(one, "mode"), report_text(other, "mode")) == 0;
}

/* Whether another entry of the same mode has another value, or none. */
static bool varies(const json_t *comparison, const json_t *entry, const char *name)
{
    char value[64], other_value[64];
    report_param(json_object_get(json_object_get(entry, "params"), name), value, sizeof value);
    for (size_t list = 0; list < sizeof lists / sizeof lists[0]; list++) {
        size_t i;
        const json_t *other;
        json_array_foreach(json_object_get(comparison, lists[list]), i, other)
        {
            const json_t *match = json_object_get(json_object_get(other, "params"), name);
            if (!is_of_mode(entry, other))
                continue;
            if (match == NULL ||
                strcmp(report_param(match, other_value, sizeof other_value), value) != 0)
                return true;
        }
    }
    return false;
}

char *compare_cell_text(const json_t *comparison, const json_t *entry, bool all, char *text)
{
    char workload[40], mode[40];
    const char *name;
    json_t *value;
    int length = snprintf(text, COMPARE_TEXT_BYTES, "%s %s",
                          printable(workload, sizeof workload, report_text(entry, "workload")),
                          printable(mode, sizeof mode, report_text(entry, "mode")));
    json_object_foreach(json_object_get(entry, "params"), name, value)
    {
        char clean_name[40], clean_value[40];
        if ((!all && !varies(comparison, entry, name)) || length + 90 > COMPARE_TEXT_BYTES)
            continue;
        length += snprintf(text + length, COMPARE_TEXT_BYTES - (size_t)length, " %s=%s",
                           printable(clean_name, sizeof clean_name, name),
                           report_param(value, clean_value, sizeof clean_value));
    }
    return text;
}

char *compare_ratio_text(const json_t *verdict, char *text)
{
    int decimals = report_number(verdict, "ratio") < 10 ? 3 : 1;
    if (!json_is_number(json_object_get(verdict, "ratio")))
        snprintf(text, COMPARE_TEXT_BYTES, "-");
    else
        snprintf(text, COMPARE_TEXT_BYTES, "%.*f [%.*f, %.*f]", decimals,
                 report_number(verdict, "ratio"), decimals, report_number(verdict, "ci_low"),
                 decimals, report_number(verdict, "ci_high"));
    return text;
}

char *compare_median_text(const json_t *verdict, const char *side, char *text)
{
    char number[64];
    const json_t *median = json_object_get(json_object_get(verdict, side), "median");
    double value = json_number_value(median);
    if (!json_is_number(median))
        snprintf(text, COMPARE_TEXT_BYTES, "-");
    else
        snprintf(text, COMPARE_TEXT_BYTES, "%s %s",
                 report_grouped(value, report_decimals(value), number, sizeof number),
                 report_text(verdict, "unit"));
    return text;
}

char *compare_rounds_text(const json_t *verdict, char *text)
{
    double rounds = report_number(verdict, "rounds_likely");
    char number[32];
    *text = '\0';
    if (strcmp(report_text(verdict, "verdict"), "INCONCLUSIVE") != 0)
        return text;
    if (rounds >= (double)VERDICT_ROUNDS_MAXIMUM)
        snprintf(text, COMPARE_TEXT_BYTES, "no number of %s", report_text(verdict, "compared"));
    else
        snprintf(text, COMPARE_TEXT_BYTES, "%s %s each",
                 report_grouped(rounds, 0, number, sizeof number),
                 report_text(verdict, "compared"));
    return text;
}

char *compare_counts_text(const json_t *comparison, char *text)
{
    size_t length = 0;
    const char *word;
    json_t *count;
    *text = '\0';
    json_object_foreach(json_object_get(comparison, "counts"), word, count)
    {
        if (json_integer_value(count) > 0)
            length += (size_t)snprintf(text + length, COMPARE_TEXT_BYTES - length,
                                       "%s%" JSON_INTEGER_FORMAT " %s", length > 0 ? ", " : "",
                                       json_integer_value(count), word);
    }
    return text;
}

/* Which offsets were allowed for, and of what. */
static void find_designs(const json_t *comparison, double *controlled, double *plain, bool *of_runs)
{
    size_t i;
    const json_t *verdict;
    json_array_foreach(json_object_get(comparison, "verdicts"), i, verdict)
    {
        double offset = report_number(verdict, "run_offset");
        if (strcmp(report_text(verdict, "compared"), "runs") == 0)
            *of_runs = true;
        else if (*report_text(verdict, "control") != '\0')
            *controlled = offset;
        else
            *plain = offset;
    }
}

char *compare_method_text(const json_t *comparison, char *text)
{
    const json_t *method = json_object_get(comparison, "method");
    double controlled = -1, plain = -1;
    bool of_runs = false;
    find_designs(comparison, &controlled, &plain, &of_runs);
    size_t length = (size_t)snprintf(
        text, COMPARE_TEXT_BYTES,
        "Ratios are NEW / BASE with intervals of %g %%; minimum effect %g %%; p adjusted for %.0f "
        "pairs (Holm).",
        report_number(method, "confidence") * 100, report_number(method, "minimum_effect") * 100,
        report_number(method, "pairs"));
    if (controlled >= 0)
        length += (size_t)snprintf(text + length, COMPARE_TEXT_BYTES - length,
                                   " Each round is divided by its control; two runs of the same "
                                   "program are taken to differ by %g %% at most then.",
                                   controlled * 100);
    if (plain >= 0)
        length +=
            (size_t)snprintf(text + length, COMPARE_TEXT_BYTES - length,
                             " Without a control%s%s, they are taken to differ by %g %% at "
                             "most (--run-offset).",
                             *report_text(method, "why_no_control") != '\0' ? ", because " : "",
                             report_text(method, "why_no_control"), plain * 100);
    if (of_runs)
        snprintf(text + length, COMPARE_TEXT_BYTES - length,
                 " Without a control there are runs enough to compare runs, not rounds: nothing is "
                 "assumed of what they differ by.");
    return text;
}

char *compare_run_text(const json_t *run, char *text)
{
    char folder[256], kernel[80], date[11], commit[13], profile[40], rounds[32] = "killed";
    if (json_is_integer(json_object_get(run, "rounds")))
        snprintf(rounds, sizeof rounds, "%.0f rounds", report_number(run, "rounds"));
    difference_value(json_object_get(run, "kernel"), kernel, sizeof kernel);
    difference_value(json_object_get(run, "date"), date, sizeof date);
    difference_value(json_object_get(run, "commit"), commit, sizeof commit);
    snprintf(text, COMPARE_TEXT_BYTES, "%s: %s, %s, commit %s, %s, profile %s",
             printable(folder, sizeof folder, report_text(run, "folder")), date, kernel, commit,
             rounds, printable(profile, sizeof profile, report_text(run, "profile")));
    return text;
}

json_t *compare_reasons(const json_t *comparison)
{
    json_t *reasons = json_object();
    size_t i;
    const json_t *verdict;
    json_array_foreach(json_object_get(comparison, "verdicts"), i, verdict)
    {
        char reason[COMPARE_TEXT_BYTES];
        if (*report_text(verdict, "why") == '\0')
            continue;
        snprintf(reason, sizeof reason, "%s: %s", report_text(verdict, "verdict"),
                 report_text(verdict, "why"));
        const json_t *seen = json_object_get(reasons, reason);
        json_object_set_new(reasons, reason, json_integer(json_integer_value(seen) + 1));
    }
    return reasons;
}
