/* How many rounds a folder has, when its lines and run.json do not agree. */
#include "tests/harness/record/made_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS = 5, LINES_IN_ROUND = 6 };

/* A run of five rounds that ended, whose file keeps so many lines. */
static void load_with_lines(struct made_folder *made, size_t kept, struct run *run)
{
    struct run_folder folder;
    char problem[PROBLEM_BYTES];
    size_t length, lines = 0, end = 0;
    made_folder_fill(made, &folder, ROUNDS, false);
    made->run.rounds = ROUNDS;
    assert_int_equal(text_set(&made->run.ended, "all rounds are done"), 0);
    assert_int_equal(run_folder_save(&folder, &made->run, NULL, problem), 0);
    run_folder_close(&folder);
    char *text = file_text(made->trials_file, &length);
    for (; end < length && lines < kept; end++)
        lines += text[end] == '\n';
    free(text);
    assert_int_equal(lines, kept);
    assert_int_equal(truncate(made->trials_file, (off_t)end), 0);
    assert_int_equal(made_folder_load(made, run, problem), 0);
    assert_int_equal(run->cut_lines, 0);
    assert_string_equal(run->ended, "all rounds are done");
}

static void a_file_that_has_all_its_lines_is_whole(void **state)
{
    struct run run;
    load_with_lines(*state, ROUNDS * LINES_IN_ROUND, &run);
    assert_int_equal(run.rounds, ROUNDS);
    assert_true(run_is_whole(&run));
    run_free(&run);
}

/* A run that ended says how many rounds it had; a file that was cut at the end of a line does not
 * show it by itself. */
static void rounds_that_are_missing_of_a_run_that_ended_are_counted(void **state)
{
    struct run run;
    load_with_lines(*state, 3 * LINES_IN_ROUND, &run);
    assert_int_equal(run.rounds, 3);
    assert_int_equal(run.rounds_missing, 2);
    assert_int_equal(run.lines_missing, 2 * LINES_IN_ROUND);
    assert_false(run_is_whole(&run));
    run_free(&run);
}

static void a_part_of_the_last_round_that_is_missing_is_counted_by_lines(void **state)
{
    struct run run;
    load_with_lines(*state, ROUNDS * LINES_IN_ROUND - 1, &run);
    assert_int_equal(run.rounds, ROUNDS);
    assert_int_equal(run.rounds_missing, 0);
    assert_int_equal(run.lines_missing, 1);
    assert_false(run_is_whole(&run));
    run_free(&run);
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, made_folder_open, made_folder_close)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_file_that_has_all_its_lines_is_whole),
        WITH_FOLDER(rounds_that_are_missing_of_a_run_that_ended_are_counted),
        WITH_FOLDER(a_part_of_the_last_round_that_is_missing_is_counted_by_lines),
    };
    return cmocka_run_group_tests_name("lost_rounds", tests, NULL, NULL);
}
