/* How figures are written: the same everywhere, and never wider than a reader can take in. */
#include "harness/analysis/format.h"
#include "harness/base/terminal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/analysis/made_analysis.h"

static void numbers_are_grouped_by_thousands(void **state)
{
    (void)state;
    char text[64];
    assert_string_equal(format_grouped(1234567.891, 2, text, sizeof text), "1,234,567.89");
    assert_string_equal(format_grouped(-1234, 0, text, sizeof text), "-1,234");
    assert_string_equal(format_grouped(-123, 0, text, sizeof text), "-123");
    assert_string_equal(format_grouped(999, 0, text, sizeof text), "999");
    assert_string_equal(format_grouped(1e150, 2, text, sizeof text), "1e+150");
}

static void the_smaller_a_value_the_more_decimals(void **state)
{
    (void)state;
    char text[64];
    assert_string_equal(format_value(0, text, sizeof text), "0");
    assert_string_equal(format_value(1234.5, text, sizeof text), "1,234");
    assert_string_equal(format_value(12.345, text, sizeof text), "12.3");
    assert_string_equal(format_value(1.2345, text, sizeof text), "1.23");
    assert_string_equal(format_value(0.12345, text, sizeof text), "0.123");
    assert_string_equal(format_value(0.012345, text, sizeof text), "0.0123");
}

static void an_interval_has_no_more_decimals_than_it_is_wide(void **state)
{
    (void)state;
    char text[64];
    assert_string_equal(format_interval(109.4, 106.2, 113.1, text, sizeof text), "109 [106, 113]");
    assert_string_equal(format_interval(0.41, 0.40, 0.43, text, sizeof text),
                        "0.410 [0.400, 0.430]");
    assert_string_equal(format_interval(0.5, -30, 50, text, sizeof text), "0.5 [-30.0, 50.0]");
    assert_string_equal(format_interval(1e150, 9e149, 2e150, text, sizeof text),
                        "1e+150 [9e+149, 2e+150]");
}

static void a_ratio_says_something_however_small_or_large_it_is(void **state)
{
    (void)state;
    char text[64];
    assert_string_equal(format_ratio(0.925, 0.907, 0.943, text, sizeof text),
                        "0.925 [0.907, 0.943]");
    assert_string_equal(format_ratio(12.345, 11, 13, text, sizeof text), "12.35 [11.00, 13.00]");
    assert_string_equal(format_ratio(123.45, 110, 130, text, sizeof text), "123.5 [110.0, 130.0]");
    assert_string_equal(format_ratio(1234.5, 1100, 1300, text, sizeof text), "1234 [1100, 1300]");
    assert_string_equal(format_ratio(0.0007, 0.0006, 0.0008, text, sizeof text),
                        "0.00070 [0.00060, 0.00080]");
    assert_string_equal(format_ratio(1e-7, 9e-8, 2e-7, text, sizeof text), "1e-07 [9e-08, 2e-07]");
    assert_string_equal(format_ratio(1e150, 9e149, 2e150, text, sizeof text),
                        "1e+150 [9e+149, 2e+150]");
}

static void text_that_does_not_fit_is_left_out_whole(void **state)
{
    (void)state;
    char text[16] = "queue=100";
    assert_true(format_add(text, sizeof text, " %s", "a=1"));
    assert_false(format_add(text, sizeof text, " %s", "idle=1000"));
    assert_string_equal(text, "queue=100 a=1");
}

static const struct made_subject one[] = {{"epoll", TIER_READINESS}};

static void parameters_can_be_left_out_and_shared_ones_told_apart(void **state)
{
    (void)state;
    struct made made;
    char text[FORMAT_BYTES];
    static const size_t cells[] = {0, 1, 2};
    made_open(&made, one, 1, 3);
    const struct cell *cell = &made.run.cells[2].cell;
    assert_string_equal(format_params(cell, NULL, NULL, text, sizeof text), "queue=100 idle=10");
    assert_string_equal(format_params(cell, "queue", NULL, text, sizeof text), "idle=10");
    assert_string_equal(format_params(cell, "queue", "idle", text, sizeof text), "");
    assert_string_equal(format_params_of(&made.run, cells, 3, 2, true, text, sizeof text),
                        "queue=100");
    assert_string_equal(format_params_of(&made.run, cells, 3, 2, false, text, sizeof text),
                        "idle=10");
    assert_string_equal(format_params_of(&made.run, cells, 1, 0, true, text, sizeof text),
                        "queue=100 idle=0");
    made_close(&made);
}

static void what_is_not_known_of_a_machine_is_said_to_be_so(void **state)
{
    (void)state;
    struct made made;
    char text[FORMAT_BYTES];
    made_open(&made, one, 1, 1);
    struct named_values *manifest = &made.run.manifest;
    named_values_add_text(manifest, "", "kernel", "Linux \x1b[31m");
    named_values_add_integer(manifest, "", "cpus", 1);
    named_values_add_integer(manifest, "", "cores", 2);
    named_values_add_text(manifest, "", "virtualization", "none");
    named_values_add_text(manifest, "", "date", "2026-11-22T06:00:00Z");
    named_values_add_text(manifest, "sysctl", "cpu", "no model");
    assert_string_equal(format_machine(&made.run, ", ", text, sizeof text),
                        "Linux ?[31m, cpu unknown, 1 CPU, 2 cores, virtualization: none, "
                        "2026-11-22, loopback");
    made_close(&made);
}

static void a_killed_run_says_how_many_rounds_it_kept(void **state)
{
    (void)state;
    char ended[] = "the time is over", text[FORMAT_BYTES];
    struct run run = {.rounds = 29, .ended = ended};
    assert_string_equal(format_end(&run, text, sizeof text), "29 rounds (the time is over)");
    run = (struct run){.rounds = 1};
    assert_string_equal(format_end(&run, text, sizeof text), "1 round (it was killed)");
}

static void a_word_has_the_rounds_that_it_takes(void **state)
{
    (void)state;
    char text[64];
    struct comparison open = {.word = VERDICT_INCONCLUSIVE, .rounds = 64};
    assert_string_equal(format_word(&open, text, sizeof text), "INCONCLUSIVE (64)");
    assert_string_equal(format_short_word(&open, text, sizeof text), "? (64)");
    open.rounds = VERDICT_ROUNDS_MAXIMUM;
    assert_string_equal(format_word(&open, text, sizeof text), "INCONCLUSIVE (1000000+)");
    const struct comparison faster = {.word = VERDICT_FASTER};
    assert_string_equal(format_short_word(&faster, text, sizeof text), "FASTER");
}

static void lines_are_broken_at_100_columns(void **state)
{
    (void)state;
    char text[400] = "", printed[600] = "";
    for (unsigned i = 0; i < 60; i++)
        format_add(text, sizeof text, "%s%u", i > 0 ? " " : "", 1000 + i);
    FILE *out = fmemopen(printed, sizeof printed, "w");
    format_wrapped(out, 4, text);
    fclose(out);
    unsigned lines = 0;
    for (char *line = strtok(printed, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++) {
        assert_true(strlen(line) <= TERMINAL_COLUMNS);
        assert_memory_equal(line, "    1", 5);
    }
    assert_int_equal(lines, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_grouped_by_thousands),
        cmocka_unit_test(the_smaller_a_value_the_more_decimals),
        cmocka_unit_test(an_interval_has_no_more_decimals_than_it_is_wide),
        cmocka_unit_test(a_ratio_says_something_however_small_or_large_it_is),
        cmocka_unit_test(text_that_does_not_fit_is_left_out_whole),
        cmocka_unit_test(parameters_can_be_left_out_and_shared_ones_told_apart),
        cmocka_unit_test(what_is_not_known_of_a_machine_is_said_to_be_so),
        cmocka_unit_test(a_killed_run_says_how_many_rounds_it_kept),
        cmocka_unit_test(a_word_has_the_rounds_that_it_takes),
        cmocka_unit_test(lines_are_broken_at_100_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
