/* run.json: whole or not at all, and every mistake placed. */
#include "harness/base/problem.h"
#include "harness/record/run_file.h"
#include "harness/record/trials.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char folder[64], file[128];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    snprintf(place->folder, sizeof(place->folder), "/tmp/pollbench-test-XXXXXX");
    *state = place;
    if (place == NULL || mkdtemp(place->folder) == NULL)
        return -1;
    snprintf(place->file, sizeof(place->file), "%s/run.json", place->folder);
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    char command[256];
    snprintf(command, sizeof(command), "rm -rf '%s'", place->folder);
    int r = system(command);
    free(place);
    return r;
}

static json_t *new_run(size_t trials)
{
    json_t *run = json_pack(
        "{s:i, s:s, s:[s], s:i, s:{s:n, s:n, s:n, s:n}, s:[{s:s, s:s, s:b, s:n}], "
        "s:[{s:s, s:s, s:{}, s:[]}]}",
        "schema", 1, "id", "x", "command", "pollbench", "seed", 1, "manifest", "kernel", "cpu",
        "cpus", "virtualization", "subjects", "name", "poll", "tier", "readiness", "available", 1,
        "reason", "cells", "workload", "accept", "mode", "drain", "params", "trials");
    json_t *list = json_object_get(json_array_get(json_object_get(run, "cells"), 0), "trials");
    for (size_t i = 0; i < trials; i++)
        json_array_append_new(list, json_pack("{s:s, s:i, s:{s:f}, s:b, s:n}", "subject", "poll",
                                              "round", (int)i, "metrics", "ns_per_accept",
                                              1000.0 + (double)i / 3, "valid", 1, "why_invalid"));
    return run;
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void what_is_saved_is_loaded(void **state)
{
    const struct place *place = *state;
    char problem[PROBLEM_BYTES] = "";
    json_t *run = new_run(20);
    assert_int_equal(run_file_save(place->folder, run, problem), 0);
    json_t *loaded = run_file_load(place->folder, problem);
    if (loaded == NULL)
        fail_msg("%s", problem);
    assert_int_equal(trials_count(trials_of(json_array_get(json_object_get(loaded, "cells"), 0))),
                     20);
    json_decref(loaded);
    json_decref(run);
}

static void saving_again_replaces_the_file_and_leaves_no_other(void **state)
{
    const struct place *place = *state;
    char problem[PROBLEM_BYTES], command[256];
    json_t *small = new_run(1), *large = new_run(50);
    assert_int_equal(run_file_save(place->folder, large, problem), 0);
    assert_int_equal(run_file_save(place->folder, small, problem), 0);
    json_t *loaded = run_file_load(place->folder, problem);
    assert_non_null(loaded);
    snprintf(command, sizeof(command), "test \"$(ls -A '%s')\" = run.json", place->folder);
    assert_int_equal(system(command), 0);
    json_decref(loaded);
    json_decref(small);
    json_decref(large);
}

/* Runs `step` with files limited to `bytes`. */
static int with_file_limit(rlim_t bytes, int (*step)(const char *, const json_t *, char *),
                           const char *folder, const json_t *run, char *problem)
{
    struct rlimit before, low;
    getrlimit(RLIMIT_FSIZE, &before);
    low = before;
    low.rlim_cur = bytes;
    void (*kept)(int) = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &low);
    int r = step(folder, run, problem);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, kept);
    return r;
}

static void a_save_that_fails_leaves_the_last_good_file_and_nothing_else(void **state)
{
    const struct place *place = *state;
    char problem[PROBLEM_BYTES], command[256];
    json_t *good = new_run(3), *large = new_run(500);
    assert_int_equal(run_file_save(place->folder, good, problem), 0);
    assert_int_equal(with_file_limit(4096, run_file_save, place->folder, large, problem), -EFBIG);
    assert_non_null(strstr(problem, place->file));
    json_t *loaded = run_file_load(place->folder, problem);
    assert_non_null(loaded);
    snprintf(command, sizeof(command), "test \"$(ls -A '%s')\" = run.json", place->folder);
    assert_int_equal(system(command), 0);
    json_decref(loaded);
    json_decref(good);
    json_decref(large);
}

static int rescue(const char *folder, const json_t *run, char *where)
{
    setenv("TMPDIR", folder, 1);
    int r = run_file_rescue(run, where);
    unsetenv("TMPDIR");
    return r;
}

static void a_rescued_run_can_be_loaded_from_where_it_says(void **state)
{
    const struct place *place = *state;
    char where[PROBLEM_BYTES], problem[PROBLEM_BYTES];
    json_t *run = new_run(5);
    assert_int_equal(rescue(place->folder, run, where), 0);
    assert_int_equal(strncmp(where, place->folder, strlen(place->folder)), 0);
    *strrchr(where, '/') = '\0';
    json_t *loaded = run_file_load(where, problem);
    assert_non_null(loaded);
    json_decref(loaded);
    json_decref(run);
}

static void a_rescue_under_a_limit_of_file_sizes_loses_nothing(void **state)
{
    const struct place *place = *state;
    char where[PROBLEM_BYTES], problem[PROBLEM_BYTES], command[512];
    json_t *run = new_run(500);
    assert_int_equal(with_file_limit(8192, rescue, place->folder, run, where), 0);
    assert_non_null(strstr(where, "parts"));
    snprintf(command, sizeof(command), "cat '%s'/*/run.json.* > '%s'", place->folder, place->file);
    assert_int_equal(system(command), 0);
    json_t *loaded = run_file_load(place->folder, problem);
    if (loaded == NULL)
        fail_msg("%s", problem);
    json_decref(loaded);
    json_decref(run);
}

static void a_folder_with_content_is_refused_and_an_empty_one_taken(void **state)
{
    const struct place *place = *state;
    char problem[PROBLEM_BYTES], deep[128];
    assert_int_equal(run_file_create(place->folder, problem), 0);
    snprintf(deep, sizeof(deep), "%s/a/b/c", place->folder);
    assert_int_equal(run_file_create(deep, problem), 0);
    assert_int_equal(access(deep, W_OK), 0);
    assert_int_equal(run_file_create(place->folder, problem), -EEXIST);
    snprintf(deep, sizeof(deep), "%s/a/file", place->folder);
    write_text(deep, "");
    assert_int_equal(run_file_create(deep, problem), -ENOTDIR);
}

static void a_bad_file_is_refused_with_the_place_of_the_mistake(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", "line 1, column 1"},
        {"{\"schema\": 1,\n \"id\": \"x\", ", "line 2"},
        {"not JSON at all", "line 1"},
        {"[1, 2]", "expected"},
        {"{\"hello\": \"world\"}", "schema"},
        {"{\"schema\": 1, \"schema\": 1}", "line 1"},
        {"{\"schema\": 99}", "reads version 1"},
        {"{\"schema\": 1, \"id\": 5}", "id: expected a string"},
    };
    const struct place *place = *state;
    char problem[PROBLEM_BYTES];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_text(place->file, cases[i].text);
        assert_null(run_file_load(place->folder, problem));
        if (strstr(problem, cases[i].expected) == NULL || strstr(problem, place->file) == NULL)
            fail_msg("\"%s\": \"%s\" does not say %s", cases[i].text, problem, cases[i].expected);
    }
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    const struct place *place = *state;
    char problem[PROBLEM_BYTES];
    json_t *run = new_run(3);
    char *text = json_dumps(run, JSON_COMPACT);
    for (size_t length = strlen(text) - 1; length > 0; length--) {
        text[length] = '\0';
        write_text(place->file, text);
        assert_null(run_file_load(place->folder, problem));
    }
    free(text);
    json_decref(run);
}

static void a_missing_file_is_named(void **state)
{
    const struct place *place = *state;
    char problem[PROBLEM_BYTES];
    assert_null(run_file_load(place->folder, problem));
    assert_non_null(strstr(problem, place->file));
}

static void a_file_of_1_GiB_is_refused_with_the_limit(void **state)
{
    const struct place *place = *state;
    char problem[PROBLEM_BYTES];
    write_text(place->file, "{\"schema\": 1}");
    assert_int_equal(truncate(place->file, 1 << 30), 0); /* takes no room on the disk */
    assert_null(run_file_load(place->folder, problem));
    assert_non_null(strstr(problem, "1024 MiB"));
    assert_non_null(strstr(problem, "512 MiB"));
}

/* To open a FIFO for reading waits for somebody who writes. */
static void what_is_no_regular_file_is_refused_at_once(void **state)
{
    const struct place *place = *state;
    char problem[PROBLEM_BYTES];
    assert_int_equal(mkfifo(place->file, 0600), 0);
    assert_null(run_file_load(place->folder, problem));
    assert_non_null(strstr(problem, "not a regular file"));
    assert_int_equal(unlink(place->file), 0);
    assert_int_equal(mkdir(place->file, 0700), 0);
    assert_null(run_file_load(place->folder, problem));
    assert_non_null(strstr(problem, "not a regular file"));
    assert_int_equal(rmdir(place->file), 0);
    assert_int_equal(symlink("/dev/zero", place->file), 0);
    assert_null(run_file_load(place->folder, problem));
    assert_non_null(strstr(problem, "not a regular file"));
}

int main(void)
{
#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        WITH_PLACE(what_is_saved_is_loaded),
        WITH_PLACE(saving_again_replaces_the_file_and_leaves_no_other),
        WITH_PLACE(a_save_that_fails_leaves_the_last_good_file_and_nothing_else),
        WITH_PLACE(a_rescued_run_can_be_loaded_from_where_it_says),
        WITH_PLACE(a_rescue_under_a_limit_of_file_sizes_loses_nothing),
        WITH_PLACE(a_folder_with_content_is_refused_and_an_empty_one_taken),
        WITH_PLACE(a_bad_file_is_refused_with_the_place_of_the_mistake),
        WITH_PLACE(a_file_cut_anywhere_is_refused),
        WITH_PLACE(a_missing_file_is_named),
        WITH_PLACE(a_file_of_1_GiB_is_refused_with_the_limit),
        WITH_PLACE(what_is_no_regular_file_is_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
