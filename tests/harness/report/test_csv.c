/* CSV files: what stands in a field is what was measured, and nothing that a spreadsheet would run.
 */
#include "harness/report/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char folder[64], path[80];
    struct csv csv;
};

static int open_file(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    strcpy(place->folder, "/tmp/pollbench-csv-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->path, sizeof place->path, "%s/a.csv", place->folder);
    assert_int_equal(csv_open(&place->csv, place->folder, "a.csv", "one,other"), 0);
    *state = place;
    return 0;
}

static int remove_file(void **state)
{
    struct place *place = *state;
    unlink(place->path);
    assert_int_equal(rmdir(place->folder), 0); /* nothing else is in it */
    free(place);
    return 0;
}

/* The file is `expected` behind its header. */
static void expect_rows(struct place *place, const char *expected)
{
    static const char header[] = "one,other\n";
    char text[4096] = "";
    assert_int_equal(csv_close(&place->csv), 0);
    FILE *file = fopen(place->path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_memory_equal(text, header, strlen(header));
    assert_string_equal(text + strlen(header), expected);
}

static void a_text_that_begins_as_a_formula_does_is_quoted_behind_an_apostrophe(void **state)
{
    struct place *place = *state;
    static const char *const texts[] = {"=1+1", "+1", "-1", "@SUM(A1)", "  =cmd|'/C calc'!A0"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        csv_text(&place->csv, texts[i]);
    csv_end_row(&place->csv);
    expect_rows(place, "\"'=1+1\",\"'+1\",\"'-1\",\"'@SUM(A1)\",\"'  =cmd|'/C calc'!A0\"\n");
}

static void a_formula_with_quotes_and_commas_cannot_leave_its_field(void **state)
{
    struct place *place = *state;
    csv_text(&place->csv, "=HYPERLINK(\"http://x\",\"y\")");
    csv_text(&place->csv, "\",=1+1");
    csv_end_row(&place->csv);
    expect_rows(place, "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",\"\"\",=1+1\"\n");
}

static void numbers_stay_numbers(void **state)
{
    struct place *place = *state;
    csv_number(&place->csv, -3.5);
    csv_number(&place->csv, 1e150);
    csv_number(&place->csv, 0);
    csv_end_row(&place->csv);
    expect_rows(place, "-3.5,1e+150,0\n");
}

static void a_text_with_such_a_character_inside_stays_as_it_is(void **state)
{
    struct place *place = *state;
    csv_text(&place->csv, "queue=1000 idle=0");
    csv_text(&place->csv, "io_uring:+multishot");
    csv_text(&place->csv, "");
    csv_text(&place->csv, " ");
    csv_end_row(&place->csv);
    expect_rows(place, "queue=1000 idle=0,io_uring:+multishot,, \n");
}

static void commas_and_quotes_are_quoted_and_line_ends_taken_out(void **state)
{
    struct place *place = *state;
    csv_text(&place->csv, "a,b");
    csv_text(&place->csv, "say \"a\"");
    csv_text(&place->csv, "two\nlines\t\x1b[31m");
    csv_end_row(&place->csv);
    expect_rows(place, "\"a,b\",\"say \"\"a\"\"\",two?lines??[31m\n");
}

static void a_text_of_quotes_alone_is_cut_to_what_fits(void **state)
{
    struct place *place = *state;
    char quotes[2000], expected[4096];
    memset(quotes, '"', sizeof quotes - 1);
    quotes[sizeof quotes - 1] = '\0';
    quotes[0] = '=';
    csv_text(&place->csv, quotes);
    csv_end_row(&place->csv);
    assert_int_equal(csv_close(&place->csv), 0);
    FILE *file = fopen(place->path, "r");
    size_t length = fread(expected, 1, sizeof expected - 1, file);
    fclose(file);
    expected[length] = '\0';
    const char *field = strchr(expected, '\n') + 1;
    size_t inside = strspn(field + 3, "\"");
    assert_memory_equal(field, "\"'=", 3);
    assert_int_equal(inside % 2, 1); /* pairs of quotes, and the one that ends the field */
    assert_string_equal(field + 3 + inside, "\n");
}

static void columns_that_were_put_together_before_are_the_same(void **state)
{
    struct place *place = *state;
    char begin[256] = "";
    csv_add_number(begin, sizeof begin, 3);
    csv_add_text(begin, sizeof begin, "=a,b");
    csv_add_text(begin, sizeof begin, "plain");
    for (unsigned i = 0; i < 2; i++) {
        csv_columns(&place->csv, begin, 3);
        csv_number(&place->csv, i);
        csv_end_row(&place->csv);
    }
    expect_rows(place, "3,\"'=a,b\",plain,0\n3,\"'=a,b\",plain,1\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_file, remove_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_text_that_begins_as_a_formula_does_is_quoted_behind_an_apostrophe),
        TEST(a_formula_with_quotes_and_commas_cannot_leave_its_field),
        TEST(numbers_stay_numbers),
        TEST(a_text_with_such_a_character_inside_stays_as_it_is),
        TEST(commas_and_quotes_are_quoted_and_line_ends_taken_out),
        TEST(a_text_of_quotes_alone_is_cut_to_what_fits),
        TEST(columns_that_were_put_together_before_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
