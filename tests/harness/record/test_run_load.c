/* Reading a result folder: whatever a kill left, and whatever stands there that is no run. Single
 * fields of run.json: test_run_damage.c. */
#include "tests/harness/record/made_folder.h"
#include "tests/harness/record/made_run.h"

#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- killed ---- */

static size_t rows_of(const struct run *run)
{
    size_t rows = 0;
    for (size_t i = 0; i < run->cell_count; i++)
        rows += run->cells[i].trials.count;
    return rows;
}

/* Every length that the file had while its three rounds were written. */
static void a_kill_at_any_byte_loses_nothing_but_the_line_that_was_cut_off(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    char problem[PROBLEM_BYTES];
    size_t length, lines = 0;
    enum { ROUNDS = 3, LINES_IN_ROUND = 6 };
    made_folder_fill(made, &folder, ROUNDS, false);
    run_folder_close(&folder);
    char *text = file_text(made->trials_file, &length);
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    assert_int_equal(lines, ROUNDS * LINES_IN_ROUND);
    for (size_t cut = length;; cut--) {
        struct run run;
        assert_int_equal(truncate(made->trials_file, (off_t)cut), 0);
        if (made_folder_load(made, &run, problem) < 0)
            fail_msg("%s", problem);
        assert_int_equal(rows_of(&run), lines);
        assert_int_equal(run.cut_lines, cut > 0 && text[cut - 1] != '\n');
        assert_int_equal(run.rounds, (lines + LINES_IN_ROUND - 1) / LINES_IN_ROUND);
        run_free(&run);
        if (cut == 0)
            break;
        lines -= text[cut - 1] == '\n';
    }
    free(text);
}

static void write_until_killed(struct made_folder *made, int tell)
{
    struct run_folder folder;
    char problem[PROBLEM_BYTES];
    made_folder_fill(made, &folder, 1, true);
    for (uint64_t round = 1;; round++) {
        made_folder_add_round(made, &folder, round, true);
        if (write(tell, "", 1) != 1 || run_folder_sync(&folder, &made->run, problem) < 0)
            _exit(1);
    }
}

static void a_run_that_is_killed_while_it_writes_can_be_loaded(void **state)
{
    struct made_folder *made = *state;
    for (unsigned i = 0; i < 10; i++) {
        int pipes[2], status;
        char problem[PROBLEM_BYTES], byte;
        struct run run;
        assert_int_equal(pipe(pipes), 0);
        pid_t child = fork();
        if (child == 0)
            write_until_killed(made, pipes[1]);
        close(pipes[1]);
        for (unsigned rounds = 0; rounds <= i; rounds++)
            assert_int_equal(read(pipes[0], &byte, 1), 1);
        nanosleep(&(struct timespec){.tv_nsec = 100000 * i}, NULL);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        close(pipes[0]);
        if (made_folder_load(made, &run, problem) < 0)
            fail_msg("%s", problem);
        assert_true(run.rounds >= i + 1); /* all that were over when the last one began */
        assert_null(run.ended);
        run_free(&run);
        assert_true(shell_says_yes(made->path, "rm run.json trials.jsonl"));
    }
}

/* ---- no files, or files of another kind ---- */

static void a_missing_file_is_named(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    made_folder_expect_refused(made, "run.json cannot be opened", strerror(ENOENT));
    made_folder_fill(made, &folder, 1, false);
    run_folder_close(&folder);
    assert_int_equal(unlink(made->trials_file), 0);
    made_folder_expect_refused(made, "trials.jsonl cannot be opened", strerror(ENOENT));
}

/* To open a FIFO for reading waits for somebody who writes. */
static void what_is_no_regular_file_is_refused_at_once(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    made_folder_fill(made, &folder, 1, false);
    run_folder_close(&folder);
    const char *const files[] = {made->run_file, made->trials_file};
    const char *const names[] = {"run.json", "trials.jsonl"};
    for (size_t i = 0; i < 2; i++) {
        char kept[128];
        snprintf(kept, sizeof kept, "%s.kept", files[i]);
        assert_int_equal(rename(files[i], kept), 0);
        assert_int_equal(symlink(kept, files[i]), 0);
        made_folder_expect_refused(made, names[i], "is a symbolic link, which is not followed");
        assert_int_equal(unlink(files[i]), 0);
        assert_int_equal(mkfifo(files[i], 0600), 0);
        made_folder_expect_refused(made, names[i], "is not a regular file");
        assert_int_equal(unlink(files[i]), 0);
        assert_int_equal(mkdir(files[i], 0700), 0);
        made_folder_expect_refused(made, names[i], "is not a regular file");
        assert_int_equal(rmdir(files[i]), 0);
        /* Only root may make a device. */
        struct stat zero;
        assert_int_equal(stat("/dev/zero", &zero), 0);
        if (mknod(files[i], S_IFCHR | 0600, zero.st_rdev) == 0) {
            made_folder_expect_refused(made, names[i], files[i]);
            assert_int_equal(unlink(files[i]), 0);
        }
        assert_int_equal(rename(kept, files[i]), 0);
    }
}

static void a_file_of_1_GiB_is_refused_with_the_limit(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    made_folder_fill(made, &folder, 2, false);
    run_folder_close(&folder);
    assert_int_equal(truncate(made->trials_file, 1 << 30), 0); /* takes no room on the disk */
    made_folder_expect_refused(made, "trials.jsonl, line 13: the file has 1024 MiB", "512 MiB");
    assert_int_equal(truncate(made->run_file, 1 << 30), 0);
    made_folder_expect_refused(made, "run.json has 1024 MiB", "no more than 128 MiB");
}

/* ---- lines ---- */

/* Puts the text behind the lines of a run that has two rounds, in which line 12 is the last. */
static void expect_line_refused(struct made_folder *made, const char *text, size_t length,
                                const char *words, const char *more)
{
    struct run_folder folder;
    size_t before;
    if (access(made->run_file, F_OK) < 0) {
        made_folder_fill(made, &folder, 2, false);
        run_folder_close(&folder);
    }
    char *lines = file_text(made->trials_file, &before);
    char *all = malloc(before + length);
    assert_non_null(all);
    memcpy(all, lines, before);
    memcpy(all + before, text, length);
    file_put(made->trials_file, all, before + length);
    made_folder_expect_refused(made, words, more);
    file_put(made->trials_file, lines, before);
    free(all);
    free(lines);
}

static void a_line_that_is_no_trial_is_named_with_its_number(void **state)
{
    struct made_folder *made = *state;
    static const char *const cases[][2] = {
        {"\n", "column 1: '{' expected"},
        {"  \n", "column 3: '{' expected"},
        {"not JSON at all\n", "column 1: '{' expected"},
        {"[]\n", "column 1: '{' expected"},
        {"{}\n", "run: expected a value, because every trial has one"},
        {"{\"run\":\"20990101-000000-0000\"}\n", "because this is a trial of another run"},
        {"{\"run\":\"2026\x80\"}\n", "column 8, in run: a text that is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_line_refused(made, cases[i][0], strlen(cases[i][0]),
                            "trials.jsonl, line 13: ", cases[i][1]);
    expect_line_refused(made, "{\0}\n", 4, "trials.jsonl, line 13: ", "there is a byte 0 in it");
}

static void a_line_that_is_there_twice_is_named_with_the_first(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    size_t length;
    made_folder_fill(made, &folder, 2, false);
    run_folder_close(&folder);
    char *text = file_text(made->trials_file, &length);
    char *third = strchr(strchr(text, '\n') + 1, '\n') + 1, *end = strchr(third, '\n') + 1;
    expect_line_refused(made, third, (size_t)(end - third),
                        "trials.jsonl, line 13: the trial of line 3 again: floor:epoll, round 0, "
                        "attempt 0",
                        "");
    char *attempt = strstr(third, "\"attempt\":0");
    attempt[strlen("\"attempt\":")] = '2';
    expect_line_refused(made, third, (size_t)(end - third),
                        "trials.jsonl, line 13: floor:epoll has a valid trial in round 0 already, "
                        "in line 3",
                        "");
    free(text);
}

/* With an end, without one, and at the limit, where blanks make a line longer. */
static void a_line_of_more_than_1_MiB_is_refused_before_it_fills_memory(void **state)
{
    struct made_folder *made = *state;
    enum { MIB = 1 << 20 };
    char *text = malloc(3 * MIB);
    assert_non_null(text);
    memset(text, ' ', 3 * MIB);
    expect_line_refused(made, text, 3 * MIB, "trials.jsonl, line 13: ", "more than 1 MiB");
    text[MIB] = '\n';
    expect_line_refused(made, text, MIB + 1, "trials.jsonl, line 13: ", "'{' expected");
    text[MIB] = ' ';
    for (size_t length = MIB + 1; length < 2 * MIB + 9; length += MIB / 3) {
        text[length] = '\n';
        expect_line_refused(made, text, length + 1, "trials.jsonl, line 13: ", "more than 1 MiB");
        text[length] = ' ';
    }
    free(text);
}

static void the_trials_of_another_run_are_refused(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    char problem[PROBLEM_BYTES];
    made_folder_fill(made, &folder, 1, false);
    assert_int_equal(text_set(&made->run.id, "20260101-000000-0001"), 0);
    assert_int_equal(run_folder_save(&folder, &made->run, NULL, problem), 0);
    run_folder_close(&folder);
    made_folder_expect_refused(made, "trials.jsonl, line 1: run: expected the run of this folder",
                               "a trial of another run");
}

/* ---- run.json ---- */

static void a_run_json_that_is_no_json_is_placed_by_line_and_column(void **state)
{
    const struct made_folder *made = *state;
#define HEAD "{\"schema\": 2,\n \"cells\": [\n  {\"mode\": \"drain\",\n   \"params\": "
    static const char *const cases[][3] = {
        {"", "line 1, column 1", "the file ends here"},
        {"\n\n", "line 3, column 1", "the file ends here"},
        {"not JSON at all", "line 1, column 1", "'{' expected"},
        {"[1, 2]", "line 1, column 1", "'{' expected"},
        {"{\"schema\": 2,\n \"id\": \"x\", ", "line 2, column 13", "in quotes"},
        {"{\"schema\": 2, \"schema\": 2}", "line 1, column 24", "second field"},
        {"{\"schema\": 2} {}", "line 1, column 15", "the end of the file expected"},
        {HEAD "NaN}", "line 4, column 14", "a value expected"},
        {HEAD "{\"\u00fc\": 1,\n \"x\": 1e999", "line 5, column 7", "too large"},
        {HEAD "{\"x\": 99999999999999999999}", "line 4, column 14", "too big integer"},
        {HEAD "{\"x\": 1, \"x\": 2}", "line 4, column 14", "duplicate"},
        {HEAD "[", "line 4, column 15", "the file ends here"},
        {HEAD "{},}]}", "line 4, column 17", "nothing after it"},
        {HEAD "{}, \"params\": {}}]}", "line 4, column 27", "second field"},
        {HEAD "{}, x: []}]}", "line 4, column 18", "in quotes"},
        {HEAD "{}, \"x\" []}]}", "line 4, column 22", "':'"},
        {HEAD "{}, \"\u00fc\": 1 x", "line 4, column 25", "',' or '}' expected"},
        {HEAD "{}}, 7]}", "line 4, column 19", "a cell expected"},
        {HEAD "{}, \"\x80\": 1", "line 4, column 18", "not UTF-8"},
        {HEAD "{}, \"summary\": [}", "line 4, column 30", "a value expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        file_put(made->run_file, cases[i][0], strlen(cases[i][0]));
        made_folder_expect_refused(made, cases[i][1], cases[i][2]);
        made_folder_expect_refused(made, "run.json", "");
    }
    file_put(made->run_file, "{\"schema\"\0: 2}", 14);
    made_folder_expect_refused(made, "run.json", "there is a byte 0 in it");
}

/* Objects from their last field to the first, all the way down. */
static json_t *turned_round(const json_t *value)
{
    const char *names[64], *name;
    json_t *child, *turned = json_is_object(value) ? json_object() : json_array();
    size_t count = 0, i;
    if (!json_is_object(value) && !json_is_array(value)) {
        json_decref(turned);
        return json_deep_copy(value);
    }
    json_object_foreach((json_t *)value, name, child) names[count++] = name;
    while (count-- > 0)
        json_object_set_new(turned, names[count],
                            turned_round(json_object_get(value, names[count])));
    json_array_foreach(value, i, child) json_array_append_new(turned, turned_round(child));
    return turned;
}

static void a_run_is_the_same_however_its_json_is_written(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    static const size_t flags[] = {JSON_COMPACT, JSON_INDENT(4), JSON_ENSURE_ASCII};
    made_folder_fill(made, &folder, 1, false);
    run_folder_close(&folder);
    json_t *json = json_load_file(made->run_file, 0, NULL), *turned = turned_round(json);
    for (size_t i = 0; i < 6; i++) {
        char *text = json_dumps(i % 2 ? json : turned, flags[i / 2]), problem[PROBLEM_BYTES];
        struct run run;
        file_put(made->run_file, text, strlen(text));
        if (made_folder_load(made, &run, problem) < 0)
            fail_msg("%s", problem);
        assert_int_equal(named_values_equal(&run.manifest, &made->run.manifest), true);
        run_free(&run);
        free(text);
    }
    json_decref(turned);
    json_decref(json);
}

static void a_run_json_that_is_cut_anywhere_is_refused(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    struct stat status;
    made_folder_fill(made, &folder, 0, false);
    run_folder_close(&folder);
    assert_int_equal(stat(made->run_file, &status), 0);
    while (status.st_size-- > 0) {
        assert_int_equal(truncate(made->run_file, status.st_size), 0);
        made_folder_expect_refused(made, "run.json, line ", "");
    }
}

static void another_version_is_told_before_all_else(void **state)
{
    const struct made_folder *made = *state;
    static const char *const cases[][2] = {
        {"{\"schema\": 1, \"id\": 5}", "an older pollbench wrote it, and an older one reads it"},
        {"{\"cells\": [{\"trials\": 7}], \"subjects\": 3, \"schema\": 1}", "version 1"},
        {"{\"schema\": 99, \"cells\": 1}", "a newer pollbench wrote it"},
        {"{\"schema\": \"2\"}", "schema: expected a whole number, not a string"},
        {"{\"hello\": \"world\"}", "schema: expected a whole number, not nothing at all"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        file_put(made->run_file, cases[i][0], strlen(cases[i][0]));
        made_folder_expect_refused(made,
                                   "run.json is not a run of pollbench: schema: ", cases[i][1]);
    }
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, made_folder_open, made_folder_close)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_kill_at_any_byte_loses_nothing_but_the_line_that_was_cut_off),
        WITH_FOLDER(a_run_that_is_killed_while_it_writes_can_be_loaded),
        WITH_FOLDER(a_missing_file_is_named),
        WITH_FOLDER(what_is_no_regular_file_is_refused_at_once),
        WITH_FOLDER(a_file_of_1_GiB_is_refused_with_the_limit),
        WITH_FOLDER(a_line_that_is_no_trial_is_named_with_its_number),
        WITH_FOLDER(a_line_that_is_there_twice_is_named_with_the_first),
        WITH_FOLDER(a_line_of_more_than_1_MiB_is_refused_before_it_fills_memory),
        WITH_FOLDER(the_trials_of_another_run_are_refused),
        WITH_FOLDER(a_run_json_that_is_no_json_is_placed_by_line_and_column),
        WITH_FOLDER(a_run_is_the_same_however_its_json_is_written),
        WITH_FOLDER(a_run_json_that_is_cut_anywhere_is_refused),
        WITH_FOLDER(another_version_is_told_before_all_else),
    };
    return cmocka_run_group_tests_name("run_load", tests, NULL, NULL);
}
