/* Writing a result folder: what is in memory is what is on disk, and nothing is half there. Reading
 * what is wrong: test_run_load.c. */
#include "harness/analysis/analysis.h"
#include "tests/harness/record/made_folder.h"
#include "tests/harness/record/made_run.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_loads_as(const struct made_folder *made, const struct run *expected)
{
    char problem[PROBLEM_BYTES];
    struct run run;
    if (made_folder_load(made, &run, problem) < 0)
        fail_msg("%s", problem);
    assert_same_run(expected, &run);
    assert_int_equal(run.cut_lines, 0);
    run_free(&run);
}

/* ---- well ---- */

static void what_is_in_memory_is_what_a_reader_gets(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    struct trial trial = {0};
    struct random random;
    char problem[PROBLEM_BYTES];
    made_folder_fill(made, &folder, 4, true);
    random_seed(&random, 1);
    made_whole_trial(&trial); /* counting */
    trial.outcome.histogram_count = 1;
    assert_int_equal(run_folder_add(&folder, &made->run, &trial), 0);
    made_trial(&trial, &random, 0, MADE_EPOLL, 4);
    trial.kind = TRIAL_HEADROOM;
    trial.subject_name = "floor:other";
    assert_int_equal(run_folder_add(&folder, &made->run, &trial), 0);
    trial_reset(&trial); /* failed */
    trial.subject = MADE_EPOLL;
    trial.round = 4;
    snprintf(trial.why_invalid, sizeof trial.why_invalid, "it crashed");
    assert_int_equal(run_folder_add(&folder, &made->run, &trial), 0);
    assert_int_equal(run_folder_sync(&folder, &made->run, problem), 0);
    assert_int_equal(made->run.cells[0].trials.count, 13);
    assert_int_equal(made->run.cells[0].counting.count, 0);
    assert_int_equal(made->run.cells[1].trials.count, 12);
    assert_int_equal(made->run.cells[1].counting.count, 1);
    assert_loads_as(made, &made->run);
    run_folder_close(&folder);
    trial_free(&trial);
}

static void all_of_run_json_comes_back(void **state)
{
    struct made_folder *made = *state;
    struct run *run = &made->run, loaded;
    struct run_folder folder;
    char problem[PROBLEM_BYTES], sentence[PROBLEM_BYTES];
    made_folder_fill(made, &folder, 1, true);
    run->subjects[MADE_SELECT].available = false;
    run->cells[1].headroom = (struct headroom){.known = true, .factor = 1.5, .offered_per_s = 9.25};
    int r = text_set(&run->subjects[MADE_SELECT].reason, "there is none");
    r |= text_set(&run->baseline, "epoll") | text_set(&run->ended, "all rounds are done");
    r |= text_set(&run->why_not_counted, "nobody may") | text_set(&run->cells[0].skipped, "no");
    r |= text_set(&run->cells[1].headroom.against, "floor:epoll");
    r |= text_set(&run->cells[1].headroom.why_not, "it was late");
    r |= run_cell_skip_subject(&run->cells[1], MADE_SELECT, "too many connections");
    r |= named_values_add_real(&run->cells[1].cell.params, "", "rate", 0.1);
    r |= named_values_add_text(&run->cells[1].cell.params, "", "job", "spin");
    assert_int_equal(r, 0);
    run->seed = INT64_MAX;
    run->minimum_effect = 0.125;
    run->rounds = 1;
    run->subject_cpu = 0;
    run->generator_cpu = 3;
    assert_int_equal(run_folder_save(&folder, run, NULL, problem), 0);
    run_folder_close(&folder);
    assert_loads_as(made, run);
    assert_int_equal(made_folder_load(made, &loaded, problem), 0);
    assert_int_equal(loaded.seed, INT64_MAX);
    assert_string_equal(loaded.command[0], "pollbench \u00fc");
    assert_true(named_values_equal(&loaded.manifest, &run->manifest));
    assert_true(cell_equal(&loaded.cells[1].cell, &run->cells[1].cell));
    assert_int_equal(loaded.cells[1].skipped_subjects[0].subject, MADE_SELECT);
    assert_string_equal(
        headroom_sentence(&loaded.cells[1].headroom, sentence, sizeof sentence),
        "the generator did not make 1.5 times the load against floor:epoll: it was late");
    assert_true(loaded.subject_cpu == 0 && loaded.generator_cpu == 3 && loaded.rounds == 1);
    run_free(&loaded);
}

static void what_was_computed_is_written_and_not_read(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    struct analysis analysis;
    char problem[PROBLEM_BYTES];
    size_t length;
    made_folder_fill(made, &folder, 12, true);
    assert_int_equal(
        analysis_open(&analysis, &made->run, &(struct analysis_request){.resamples = 50}), 0);
    assert_int_equal(run_folder_save(&folder, &made->run, analysis.cells, problem), 0);
    run_folder_close(&folder);
    char *text = file_text(made->run_file, &length);
    assert_says(text, "\"ratios\":[{\"metric\":");
    assert_says(text, "\"verdicts\":[{\"metric\":\"");
    assert_says(text, "\"baseline\":\"epoll\"");
    free(text);
    assert_loads_as(made, &made->run);
    analysis_close(&analysis);
}

static void lines_that_wait_are_nowhere_until_they_are_synced(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    char problem[PROBLEM_BYTES];
    made_folder_fill(made, &folder, 1, false);
    made_folder_add_round(made, &folder, 1, false);
    assert_int_equal(made->run.cells[0].trials.count, 3);
    assert_loads_as(made, &made->run);
    run_folder_drop(&folder);
    assert_int_equal(run_folder_sync(&folder, &made->run, problem), 0);
    assert_int_equal(made->run.cells[0].trials.count, 3);
    made_folder_add_round(made, &folder, 1, false);
    assert_int_equal(run_folder_sync(&folder, &made->run, problem), 0);
    assert_int_equal(made->run.cells[0].trials.count, 6);
    assert_int_equal(made->run.cells[0].trials.rows[5].line, 9);
    assert_loads_as(made, &made->run);
    run_folder_close(&folder);
}

static void saving_again_replaces_the_file_and_leaves_no_other(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    char problem[PROBLEM_BYTES];
    made_folder_fill(made, &folder, 1, false);
    assert_int_equal(text_set(&made->run.profile, "a much longer name of a profile"), 0);
    assert_int_equal(run_folder_save(&folder, &made->run, NULL, problem), 0);
    assert_int_equal(text_set(&made->run.profile, "q"), 0);
    assert_int_equal(run_folder_save(&folder, &made->run, NULL, problem), 0);
    assert_loads_as(made, &made->run);
    assert_true(
        shell_says_yes(made->path, "test \"$(ls -A | tr '\\n' ' ')\" = 'run.json trials.jsonl '"));
    run_folder_close(&folder);
}

static void a_link_in_place_of_run_json_is_replaced_and_not_followed(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    char problem[PROBLEM_BYTES];
    made_folder_fill(made, &folder, 1, false);
    assert_true(shell_says_yes(made->path, "echo mine >other && ln -sf other run.json"));
    assert_int_equal(run_folder_save(&folder, &made->run, NULL, problem), 0);
    assert_true(shell_says_yes(made->path, "test ! -L run.json && test \"$(cat other)\" = mine"));
    assert_loads_as(made, &made->run);
    run_folder_close(&folder);
}

/* ---- the folder ---- */

static int create(const char *path, char *problem)
{
    struct run_folder folder;
    int r = run_folder_create(&folder, path, problem);
    run_folder_close(&folder);
    return r;
}

static void a_folder_with_content_is_refused_and_an_empty_one_taken(void **state)
{
    const struct made_folder *made = *state;
    char problem[PROBLEM_BYTES], deep[128];
    snprintf(deep, sizeof deep, "%s/a/b/c", made->path);
    assert_int_equal(create(deep, problem), 0);
    assert_true(shell_says_yes(deep, "test -f trials.jsonl && test ! -s trials.jsonl"));
    assert_int_equal(create(deep, problem), -EEXIST);
    assert_says(problem, deep);
    assert_says(problem, "has content already");
    assert_true(shell_says_yes(made->path, "rm -r a && ln -s nowhere trials.jsonl"));
    assert_int_equal(create(made->path, problem), -EEXIST);
    assert_true(shell_says_yes(made->path, "rm trials.jsonl && : >file && test ! -e nowhere"));
    snprintf(deep, sizeof deep, "%s/file", made->path);
    assert_int_equal(create(deep, problem), -ENOTDIR);
    assert_true(shell_says_yes(made->path, "rm file"));
    assert_int_equal(create(made->path, problem), 0);
}

/* Root may write anywhere, so it is another user for a while. */
static void a_folder_that_nobody_may_write_to_is_refused(void **state)
{
    const struct made_folder *made = *state;
    char problem[PROBLEM_BYTES], below[128];
    bool is_root = geteuid() == 0;
    snprintf(below, sizeof below, "%s/a", made->path);
    assert_int_equal(chmod(made->path, 0555), 0);
    if (is_root)
        assert_int_equal(seteuid(65534), 0);
    int into = create(made->path, problem);
    char sentence[PROBLEM_BYTES];
    int within = create(below, sentence);
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(made->path, 0755), 0);
    assert_int_equal(into, -EACCES);
    assert_says(problem, made->trials_file);
    assert_int_equal(within, -EACCES);
    assert_says(sentence, below);
}

/* ---- a disk that is full ---- */

static struct rlimit before;

static void limit_files(uint64_t bytes)
{
    struct rlimit low;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    low = before;
    low.rlim_cur = bytes;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
}

static void limit_files_no_more(void)
{
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
}

static void a_round_that_finds_no_room_leaves_the_file_as_it_was_and_waits(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    char problem[PROBLEM_BYTES];
    size_t length, length_after;
    made_folder_fill(made, &folder, 2, true);
    char *text = file_text(made->trials_file, &length);
    made_folder_add_round(made, &folder, 2, true);
    for (uint64_t room = 0; room < folder.pending_bytes; room += 1000) {
        limit_files(length + room);
        int r = run_folder_sync(&folder, &made->run, problem);
        limit_files_no_more();
        assert_int_equal(r, -EFBIG);
        assert_says(problem, made->trials_file);
        char *after = file_text(made->trials_file, &length_after);
        assert_int_equal(length_after, length);
        assert_memory_equal(text, after, length);
        free(after);
        assert_int_equal(made->run.cells[0].trials.count, 6);
    }
    assert_int_equal(run_folder_sync(&folder, &made->run, problem), 0);
    assert_int_equal(made->run.cells[0].trials.count, 9);
    assert_loads_as(made, &made->run);
    run_folder_close(&folder);
    free(text);
}

static void a_save_that_fails_leaves_the_last_good_file_and_nothing_else(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    char problem[PROBLEM_BYTES], *long_text = calloc(1, 20000);
    made_folder_fill(made, &folder, 1, false);
    assert_non_null(long_text);
    memset(long_text, 'x', 19999);
    assert_int_equal(text_set(&made->run.profile, long_text), 0);
    limit_files(4096);
    int r = run_folder_save(&folder, &made->run, NULL, problem);
    limit_files_no_more();
    assert_int_equal(r, -EFBIG);
    assert_says(problem, made->run_file);
    assert_int_equal(text_set(&made->run.profile, "quick"), 0);
    assert_loads_as(made, &made->run);
    assert_true(shell_says_yes(made->path, "test $(ls -A | wc -l) = 2"));
    run_folder_close(&folder);
    free(long_text);
}

/* ---- rescue ---- */

static int rescue(struct made_folder *made, struct run_folder *folder, char *where)
{
    char below[80];
    snprintf(below, sizeof below, "%s/tmp", made->path);
    assert_int_equal(mkdir(below, 0700), 0);
    setenv("TMPDIR", below, 1);
    int r = run_folder_rescue(folder, &made->run, NULL, where);
    unsetenv("TMPDIR");
    return r;
}

/* The folder that `where` begins with, and then what to do there. */
static const char *split_at_folder(char *where)
{
    char *end = strchr(where, ' ');
    if (end == NULL)
        return "";
    *end = '\0';
    return end + 1;
}

static void a_rescued_run_can_be_loaded_from_where_it_says_with_the_lines_that_waited(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    struct run loaded;
    char where[PROBLEM_BYTES], problem[PROBLEM_BYTES];
    made_folder_fill(made, &folder, 2, true);
    made_folder_add_round(made, &folder, 2, true);
    assert_int_equal(rescue(made, &folder, where), 0);
    assert_int_equal(strncmp(where, made->path, strlen(made->path)), 0);
    assert_string_equal(split_at_folder(where), "");
    assert_int_equal(run_folder_load(&loaded, where, problem), 0);
    assert_int_equal(run_folder_sync(&folder, &made->run, problem), 0);
    assert_int_equal(loaded.cells[1].trials.count, 9);
    assert_same_run(&made->run, &loaded);
    run_free(&loaded);
    run_folder_close(&folder);
}

/* Doing what the sentence says must give the whole run, whichever of the files is in parts. */
static void a_rescue_under_a_limit_of_file_sizes_loses_nothing(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    struct run loaded;
    char where[PROBLEM_BYTES], problem[PROBLEM_BYTES];
    made_folder_fill(made, &folder, 6, true);
    for (uint64_t limit = 512; limit <= 8192; limit *= 16) {
        limit_files(limit);
        int r = rescue(made, &folder, where);
        limit_files_no_more();
        assert_int_equal(r, 0);
        assert_says(where, "in parts");
        assert_int_equal(strstr(where, "cat run.json.*") != NULL, limit == 512);
        const char *what = split_at_folder(where);
        const char *commands = strstr(what, "cat ");
        assert_non_null(commands);
        assert_true(shell_says_yes(where, commands));
        if (run_folder_load(&loaded, where, problem) < 0)
            fail_msg("%s", problem);
        assert_same_run(&made->run, &loaded);
        run_free(&loaded);
        assert_true(shell_says_yes(made->path, "rm -r tmp"));
    }
    run_folder_close(&folder);
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, made_folder_open, made_folder_close)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(what_is_in_memory_is_what_a_reader_gets),
        WITH_FOLDER(all_of_run_json_comes_back),
        WITH_FOLDER(what_was_computed_is_written_and_not_read),
        WITH_FOLDER(lines_that_wait_are_nowhere_until_they_are_synced),
        WITH_FOLDER(saving_again_replaces_the_file_and_leaves_no_other),
        WITH_FOLDER(a_link_in_place_of_run_json_is_replaced_and_not_followed),
        WITH_FOLDER(a_folder_with_content_is_refused_and_an_empty_one_taken),
        WITH_FOLDER(a_folder_that_nobody_may_write_to_is_refused),
        WITH_FOLDER(a_round_that_finds_no_room_leaves_the_file_as_it_was_and_waits),
        WITH_FOLDER(a_save_that_fails_leaves_the_last_good_file_and_nothing_else),
        WITH_FOLDER(a_rescued_run_can_be_loaded_from_where_it_says_with_the_lines_that_waited),
        WITH_FOLDER(a_rescue_under_a_limit_of_file_sizes_loses_nothing),
    };
    return cmocka_run_group_tests_name("run_folder", tests, NULL, NULL);
}
