/* The comparison as GitHub-flavoured Markdown. What comes from a file is escaped: a name must not
 * become a link, an image or a column. */
#include "harness/base/printable.h"
#include "harness/compare/text.h"
#include "harness/compare/writers.h"

#include <string.h>

/* Letters and digits never mean anything, nor does what is escaped. Parentheses mean something only
 * behind a bracket, which is escaped. */
static void put(const char *text, FILE *out)
{
    char clean[4 * COMPARE_TEXT_BYTES];
    printable(clean, sizeof clean, text);
    for (const char *c = clean; *c != '\0'; c++) {
        if (strchr("\\`*_{}[]<>#!|~&@", *c) != NULL)
            fputc('\\', out);
        fputc(*c, out);
    }
}

/* A field of a row, with the line behind it. */
static void put_field(const char *text, FILE *out)
{
    fputc(' ', out);
    put(text, out);
    fputs(" |", out);
}

static void print_item(FILE *out, const char *text)
{
    fputs("- ", out);
    put(text, out);
    fputc('\n', out);
}

static void print_differences(const struct run_comparison *comparison, FILE *out)
{
    const struct difference_list *differences = &comparison->differences;
    if (comparison->same_run)
        fprintf(out, "\n**BASE and NEW are the same run.**\n");
    if (comparison->other_machine)
        fprintf(out, "\n**Another machine**: it alone may be why figures differ below.\n");
    if (differences->count == 0) {
        fprintf(out, "\nNothing else that is recorded differs.\n");
        return;
    }
    fprintf(out, "\n| differs | BASE | NEW |\n| --- | --- | --- |\n");
    for (size_t i = 0; i < differences->count; i++) {
        char text[512];
        fputc('|', out);
        put_field(difference_name(differences, i, text, sizeof text), out);
        for (int side = 0; side < SIDES; side++)
            put_field(value_print(&differences->values[side].list[i].value, text, sizeof text),
                      out);
        fputc('\n', out);
    }
}

static void print_verdict(const struct run_comparison *comparison, const struct compared_pair *pair,
                          FILE *out)
{
    char text[COMPARE_TEXT_BYTES];
    enum verdict_word word = pair->verdict.word;
    bool named = word == VERDICT_SLOWER || word == VERDICT_FASTER;
    fprintf(out, named ? "| **%s** |" : "| %s |", verdict_name(word));
    put_field(compare_subject_text(comparison, pair, text), out);
    put_field(compare_cell_text(comparison, pair->cell, false, text), out);
    put_field(pair->metric->name, out);
    put_field(compare_median_text(pair, BASE, text), out);
    put_field(compare_median_text(pair, NEW, text), out);
    put_field(compare_ratio_text(pair, text), out);
    put_field(compare_rounds_text(comparison, pair, text), out);
    fputc('\n', out);
}

static void print_verdicts(const struct run_comparison *comparison, FILE *out)
{
    char text[COMPARE_TEXT_BYTES];
    if (comparison->pair_count == 0)
        return;
    fprintf(out, "\n| verdict on NEW | subject | cell | metric | BASE | NEW | NEW / BASE | half "
                 "are decided with "
                 "|\n| --- | --- | --- | --- | ---: | ---: | --- | --- |\n");
    for (size_t i = 0; i < comparison->pair_count; i++)
        print_verdict(comparison, &comparison->pairs[i], out);
    fputc('\n', out);
    put(compare_method_text(comparison, text), out);
    fputc('\n', out);
}

void compare_write_markdown(const struct run_comparison *comparison, FILE *out)
{
    char text[COMPARE_TEXT_BYTES];
    fprintf(out, "### pollbench: %s\n\n",
            comparison->pair_count > 0 ? compare_counts_text(comparison, text) : "no verdict");
    compare_list_runs(comparison, print_item, out);
    print_differences(comparison, out);
    print_verdicts(comparison, out);
    compare_list_reasons(comparison, print_item, out);
    compare_list_unpaired(comparison, &comparison->only[BASE], "Only in BASE", "\n", print_item,
                          out);
    compare_list_unpaired(comparison, &comparison->only[NEW], "Only in NEW", "\n", print_item, out);
    compare_list_unpaired(comparison, &comparison->left_out, "Not judged", "\n", print_item, out);
}
