#include "harness/compare/text.h"

#include "harness/compare/differences.h"
#include "harness/analysis/parts.h"

#include <string.h>

static const char *const lists[] = {"verdicts", "only_base", "only_new", "left_out"};

/* A parameter that an entry has not is another value, too. */
static void note_values(json_t *first, json_t *varying, const json_t *params)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)params, name, value)
    {
        const json_t *known = json_object_get(first, name);
        if (known == NULL || !json_equal(known, value))
            json_object_set_new(varying, name, json_true());
    }
    json_object_foreach(first, name, value)
    {
        if (json_object_get(params, name) == NULL)
            json_object_set_new(varying, name, json_true());
    }
}

static char *mode_key(const json_t *entry, char *key, size_t size)
{
    snprintf(key, size, "%s %s", report_text(entry, "workload"), report_text(entry, "mode"));
    return key;
}

json_t *compare_varying(const json_t *comparison)
{
    json_t *firsts = json_object(), *varying = json_object();
    for (size_t list = 0; list < sizeof lists / sizeof lists[0]; list++) {
        size_t i;
        const json_t *entry;
        json_array_foreach(json_object_get(comparison, lists[list]), i, entry)
        {
            char key[128];
            json_t *params = json_object_get(entry, "params");
            json_t *first = json_object_get(firsts, mode_key(entry, key, sizeof key));
            if (first == NULL) {
                json_object_set(firsts, key, params);
                json_object_set_new(varying, key, json_object());
            } else {
                note_values(first, json_object_get(varying, key), params);
            }
        }
    }
    json_decref(firsts);
    return varying;
}

char *compare_cell_text(const json_t *varying, const json_t *entry, char *text)
{
    char key[128];
    const json_t *shown = json_object_get(varying, mode_key(entry, key, sizeof key));
    char workload[40], mode[40];
    const char *name;
    json_t *value;
    int length = snprintf(text, COMPARE_TEXT_BYTES, "%s %s",
                          printable(workload, sizeof workload, report_text(entry, "workload")),
                          printable(mode, sizeof mode, report_text(entry, "mode")));
    json_object_foreach(json_object_get(entry, "params"), name, value)
    {
        char clean_name[40], clean_value[40];
        bool is_shown = varying == NULL || json_object_get(shown, name) != NULL;
        if (!is_shown || length + 90 > COMPARE_TEXT_BYTES)
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

/* Beyond it a number is no advice. */
#define ROUNDS_SHOWN 100000

char *compare_rounds_text(const json_t *comparison, const json_t *verdict, char *text)
{
    double likely = report_number(verdict, "rounds_likely");
    double rounds = report_number(verdict, "rounds");
    const char *compared = report_text(verdict, "compared");
    bool is_plain = strcmp(compared, "rounds") == 0 && *report_text(verdict, "control") == '\0';
    char number[32];
    *text = '\0';
    if (strcmp(report_text(verdict, "verdict"), "INCONCLUSIVE") != 0)
        return text;
    if (likely <= ROUNDS_SHOWN)
        snprintf(text, COMPARE_TEXT_BYTES, "%s %s each",
                 report_grouped(likely, 0, number, sizeof number), compared);
    else if (rounds <= ROUNDS_SHOWN)
        snprintf(text, COMPARE_TEXT_BYTES, "perhaps %s %s each",
                 report_grouped(rounds, 0, number, sizeof number), compared);
    else if (is_plain)
        snprintf(text, COMPARE_TEXT_BYTES, "%.0f runs each",
                 report_number(json_object_get(comparison, "method"), "runs_needed"));
    else
        snprintf(text, COMPARE_TEXT_BYTES, "no number of %s", compared);
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

/* Which offsets were allowed for, and of what; below 0: none was. */
struct designs {
    double controlled, plain;
    const char *control; /* "" when there is more than one */
    bool of_runs;
};

static struct designs find_designs(const json_t *comparison)
{
    struct designs designs = {.controlled = -1, .plain = -1};
    size_t i;
    const json_t *verdict;
    json_array_foreach(json_object_get(comparison, "verdicts"), i, verdict)
    {
        double offset = report_number(verdict, "run_offset");
        const char *control = report_text(verdict, "control");
        if (strcmp(report_text(verdict, "compared"), "runs") == 0) {
            designs.of_runs = true;
        } else if (*control == '\0') {
            designs.plain = offset;
        } else {
            bool other = designs.control != NULL && strcmp(designs.control, control) != 0;
            designs.controlled = offset;
            designs.control = other ? "" : control;
        }
    }
    return designs;
}

/* "1 %", "a factor of 2" */
static char *offset_text(double offset, char *text, size_t size)
{
    if (offset >= 1)
        snprintf(text, size, "a factor of %g", 1 + offset);
    else
        snprintf(text, size, "%g %%", offset * 100);
    return text;
}

char *compare_method_text(const json_t *comparison, char *text)
{
    const json_t *method = json_object_get(comparison, "method");
    const char *why = report_text(method, "why_no_control");
    struct designs designs = find_designs(comparison);
    char offset[40], control[REPORT_NAME_BYTES];
    size_t length = (size_t)snprintf(
        text, COMPARE_TEXT_BYTES,
        "Ratios are NEW / BASE with intervals of %g %%; minimum effect %g %%; p adjusted for %.0f "
        "pairs (Holm).",
        report_number(method, "confidence") * 100, report_number(method, "minimum_effect") * 100,
        report_number(method, "pairs"));
    if (designs.control != NULL)
        length += (size_t)snprintf(
            text + length, COMPARE_TEXT_BYTES - length,
            " Each round is divided by %s in the same round; assumed: two runs of the same program "
            "differ by %s at most then.",
            *designs.control != '\0' ? printable(control, sizeof control, designs.control)
                                     : "the cell's control",
            offset_text(designs.controlled, offset, sizeof offset));
    if (designs.plain >= 0)
        length += (size_t)snprintf(text + length, COMPARE_TEXT_BYTES - length,
                                   " Where nothing divides%s%s, assumed: they differ by %s at most "
                                   "(--run-offset).",
                                   *why != '\0' ? ", because " : "", why,
                                   offset_text(designs.plain, offset, sizeof offset));
    if (designs.of_runs)
        snprintf(text + length, COMPARE_TEXT_BYTES - length,
                 " Where nothing divides%s%s, there are runs enough to compare runs, not rounds: "
                 "nothing is assumed of what they differ by.",
                 *why != '\0' ? ", because " : "", why);
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
