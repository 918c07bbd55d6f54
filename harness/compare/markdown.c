/* The comparison as GitHub-flavoured Markdown. What comes from a file is escaped: a name must not
 * become a link, an image or a column. */
#include "harness/compare/differences.h"
#include "harness/compare/text.h"
#include "harness/analysis/parts.h"

#include <string.h>

/* Letters and digits never mean anything, nor does what is escaped. */
static void put(const char *text, FILE *out)
{
    char clean[COMPARE_TEXT_BYTES];
    printable(clean, sizeof clean, text);
    for (const char *c = clean; *c != '\0'; c++) {
        if (strchr("\\`*_{}[]<>()#!|~&@", *c) != NULL)
            fputc('\\', out);
        fputc(*c, out);
    }
}

static void print_runs(const json_t *comparison, FILE *out)
{
    static const char *const sides[][2] = {{"base", "BASE"}, {"new", "NEW"}};
    for (int side = 0; side < 2; side++) {
        size_t i;
        const json_t *run;
        json_array_foreach(json_object_get(comparison, sides[side][0]), i, run)
        {
            char text[COMPARE_TEXT_BYTES];
            fprintf(out, "- %s ", sides[side][1]);
            put(compare_run_text(run, text), out);
            fputc('\n', out);
        }
    }
}

static void print_differences(const json_t *comparison, FILE *out)
{
    const json_t *differences = json_object_get(comparison, "differences"), *entry;
    size_t i;
    if (json_is_true(json_object_get(comparison, "same_run")))
        fprintf(out, "\n**BASE and NEW are the same run.**\n");
    if (json_is_true(json_object_get(comparison, "other_machine")))
        fprintf(out,
                "\n**Another machine**: what differs below may be the machine's doing alone.\n");
    if (json_array_size(differences) == 0) {
        fprintf(out, "\nNothing else that is recorded differs.\n");
        return;
    }
    fprintf(out, "\n| differs | BASE | NEW |\n| --- | --- | --- |\n");
    json_array_foreach(differences, i, entry)
    {
        char value[512];
        fputs("| ", out);
        put(report_text(entry, "name"), out);
        fputs(" | ", out);
        put(difference_value(json_object_get(entry, "base"), value, sizeof value), out);
        fputs(" | ", out);
        put(difference_value(json_object_get(entry, "new"), value, sizeof value), out);
        fputs(" |\n", out);
    }
}

static void print_verdict(const json_t *comparison, const json_t *varying, const json_t *verdict,
                          FILE *out)
{
    char text[COMPARE_TEXT_BYTES];
    const char *word = report_text(verdict, "verdict");
    bool named = strcmp(word, "SLOWER") == 0 || strcmp(word, "FASTER") == 0;
    fprintf(out, named ? "| **%s** | " : "| %s | ", word);
    put(report_text(verdict, "subject"), out);
    fputs(" | ", out);
    put(compare_cell_text(varying, verdict, text), out);
    fputs(" | ", out);
    put(report_text(verdict, "metric"), out);
    fputs(" | ", out);
    put(compare_median_text(verdict, "base", text), out);
    fputs(" | ", out);
    put(compare_median_text(verdict, "new", text), out);
    fputs(" | ", out);
    put(compare_ratio_text(verdict, text), out);
    fputs(" | ", out);
    put(compare_rounds_text(comparison, verdict, text), out);
    fputs(" |\n", out);
}

static void print_verdicts(const json_t *comparison, FILE *out)
{
    const json_t *verdicts = json_object_get(comparison, "verdicts"), *verdict;
    char text[COMPARE_TEXT_BYTES];
    size_t i;
    if (json_array_size(verdicts) == 0)
        return;
    fprintf(
        out,
        "\n| verdict on NEW | subject | cell | metric | BASE | NEW | NEW / BASE | to tell, likely "
        "|\n| --- | --- | --- | --- | ---: | ---: | --- | --- |\n");
    json_t *varying = compare_varying(comparison);
    json_array_foreach(verdicts, i, verdict) print_verdict(comparison, varying, verdict, out);
    json_decref(varying);
    fputc('\n', out);
    put(compare_method_text(comparison, text), out);
    fputc('\n', out);
}

static void print_reasons(const json_t *comparison, FILE *out)
{
    json_t *reasons = compare_reasons(comparison), *count;
    const char *reason;
    if (json_object_size(reasons) > 0)
        fputc('\n', out);
    json_object_foreach(reasons, reason, count)
    {
        fputs("- ", out);
        put(reason, out);
        fprintf(out, " (%" JSON_INTEGER_FORMAT ")\n", json_integer_value(count));
    }
    json_decref(reasons);
}

static void print_list(const json_t *comparison, const char *name, const char *heading, FILE *out)
{
    const json_t *list = json_object_get(comparison, name), *entry;
    size_t i;
    if (json_array_size(list) > 0)
        fprintf(out, "\n%s:\n\n", heading);
    json_t *varying = compare_varying(comparison);
    json_array_foreach(list, i, entry)
    {
        char text[COMPARE_TEXT_BYTES];
        bool whole = *report_text(entry, "subject") == '\0';
        fputs("- ", out);
        put(report_text(entry, "subject"), out);
        fputs(whole ? "" : " in ", out);
        put(compare_cell_text(whole ? NULL : varying, entry, text), out);
        fputs(*report_text(entry, "why") != '\0' ? ": " : "", out);
        put(report_text(entry, "why"), out);
        fputc('\n', out);
    }
    json_decref(varying);
}

void compare_print_markdown(const json_t *comparison, FILE *out)
{
    char text[COMPARE_TEXT_BYTES];
    fprintf(out, "### pollbench: %s\n\n",
            json_array_size(json_object_get(comparison, "verdicts")) > 0
                ? compare_counts_text(comparison, text)
                : "no verdict");
    print_runs(comparison, out);
    print_differences(comparison, out);
    print_verdicts(comparison, out);
    print_reasons(comparison, out);
    print_list(comparison, "only_base", "Only in BASE", out);
    print_list(comparison, "only_new", "Only in NEW", out);
    print_list(comparison, "left_out", "Not judged", out);
}
