/* How many rounds a folder has, when its lines and run.json do not agree. */
#include "tests/harness/record/made_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* A run that ended says how many rounds it had; a file that was cut at the end of a line does not
 * show it by itself. */
static void rounds_that_are_missing_of_a_run_that_ended_are_counted(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    struct run run;
    char problem[PROBLEM_BYTES];
    size_t length, lines = 0;
    enum { ROUNDS = 5, LINES_IN_ROUND = 6 };
    made_folder_fill(made, &folder, ROUNDS, false);
    made->run.rounds = ROUNDS;
    assert_int_equal(text_set(&made->run.ended, "all rounds are done"), 0);
    assert_int_equal(run_folder_save(&folder, &made->run, NULL, problem), 0);
    run_folder_close(&folder);
    assert_int_equal(made_folder_load(made, &run, problem), 0);
    assert_int_equal(run.rounds, ROUNDS);
    assert_int_equal(run.rounds_missing, 0);
    run_free(&run);
    char *text = file_text(made->trials_file, &length);
    for (size_t i = 0; lines < 3 * LINES_IN_ROUND; i++) {
        lines += text[i] == '\n';
        length = i + 1;
    }
    free(text);
    assert_int_equal(truncate(made->trials_file, (off_t)length), 0);
    assert_int_equal(made_folder_load(made, &run, problem), 0);
    assert_int_equal(run.rounds, 3);
    assert_int_equal(run.rounds_missing, 2);
    assert_int_equal(run.cut_lines, 0);
    assert_string_equal(run.ended, "all rounds are done");
    run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rounds_that_are_missing_of_a_run_that_ended_are_counted,
                                        made_folder_open, made_folder_close),
    };
    return cmocka_run_group_tests_name("lost_rounds", tests, NULL, NULL);
}
