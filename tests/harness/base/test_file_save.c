/* Files that are there whole or not at all, in a folder that somebody may have put links into. */
#include "harness/base/file_save.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char folder[64], elsewhere[80];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    strcpy(place->folder, "/tmp/pollbench-save-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->elsewhere, sizeof place->elsewhere, "%s-elsewhere", place->folder);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    char command[200];
    snprintf(command, sizeof command, "rm -rf '%s' '%s'", place->folder, place->elsewhere);
    assert_int_equal(system(command), 0);
    free(place);
    return 0;
}

static char *path_in(const struct place *place, const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", place->folder, name);
    return path;
}

static void expect_text(const char *path, const char *expected)
{
    char text[64] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

static void put(const char *path, const char *text)
{
    size_t written;
    assert_int_equal(file_write(path, text, strlen(text), &written), 0);
    assert_int_equal(written, strlen(text));
}

static void expect_only(const struct place *place, const char *name)
{
    char command[200];
    snprintf(command, sizeof command, "[ \"$(ls -A '%s')\" = '%s' ]", place->folder, name);
    assert_int_equal(system(command), 0);
}

static void draft(const struct place *place, const char *name, const char *text)
{
    struct file_draft draft;
    assert_int_equal(file_draft_open(&draft, place->folder, name), 0);
    fputs(text, draft.stream);
    assert_int_equal(file_draft_keep(&draft), 0);
}

static void a_draft_replaces_the_file_only_when_it_is_kept(void **state)
{
    struct place *place = *state;
    struct file_draft open;
    draft(place, "a.csv", "old");
    assert_int_equal(file_draft_open(&open, place->folder, "a.csv"), 0);
    fputs("new", open.stream);
    fflush(open.stream);
    expect_text(path_in(place, "a.csv"), "old");
    assert_int_equal(file_draft_keep(&open), 0);
    expect_text(path_in(place, "a.csv"), "new");
    expect_only(place, "a.csv");
}

static void a_draft_that_is_dropped_leaves_nothing(void **state)
{
    struct place *place = *state;
    struct file_draft open;
    draft(place, "a.csv", "old");
    assert_int_equal(file_draft_open(&open, place->folder, "a.csv"), 0);
    fputs("new", open.stream);
    file_draft_drop(&open);
    expect_text(path_in(place, "a.csv"), "old");
    expect_only(place, "a.csv");
}

static void a_link_with_the_name_of_the_file_is_replaced_not_followed(void **state)
{
    struct place *place = *state;
    put(place->elsewhere, "precious");
    assert_int_equal(symlink(place->elsewhere, path_in(place, "a.csv")), 0);
    draft(place, "a.csv", "new");
    expect_text(path_in(place, "a.csv"), "new");
    assert_int_equal(symlink(place->elsewhere, path_in(place, "run.json")), 0);
    assert_int_equal(file_save(place->folder, "run.json", "saved", 5), 0);
    expect_text(path_in(place, "run.json"), "saved");
    expect_text(place->elsewhere, "precious");
}

static void a_link_with_the_temporary_name_is_not_followed(void **state)
{
    struct place *place = *state;
    put(place->elsewhere, "precious");
    assert_int_equal(symlink(place->elsewhere, path_in(place, ".a.csv.new")), 0);
    draft(place, "a.csv", "new");
    assert_int_equal(symlink(place->elsewhere, path_in(place, ".run.json.new")), 0);
    assert_int_equal(file_save(place->folder, "run.json", "saved", 5), 0);
    expect_text(place->elsewhere, "precious");
    struct stat about;
    assert_int_equal(lstat(path_in(place, "a.csv"), &about), 0);
    assert_true(S_ISREG(about.st_mode));
    assert_int_equal(lstat(path_in(place, "run.json"), &about), 0);
    assert_true(S_ISREG(about.st_mode));
}

static void what_a_killed_process_left_is_no_hindrance(void **state)
{
    struct place *place = *state;
    put(path_in(place, ".a.csv.new"), "half a fi");
    draft(place, "a.csv", "new");
    expect_text(path_in(place, "a.csv"), "new");
    expect_only(place, "a.csv");
}

static void a_folder_in_the_way_fails_and_leaves_nothing(void **state)
{
    struct place *place = *state;
    struct file_draft open;
    assert_int_equal(mkdir(path_in(place, "a.csv"), 0777), 0);
    assert_int_equal(file_draft_open(&open, place->folder, "a.csv"), 0);
    assert_int_equal(file_draft_keep(&open), -EISDIR);
    assert_int_equal(file_save(place->folder, "a.csv", "new", 3), -EISDIR);
    expect_only(place, "a.csv");
}

static void a_write_that_failed_is_told_by_keep(void **state)
{
    struct place *place = *state;
    struct file_draft open;
    draft(place, "a.csv", "old");
    assert_int_equal(file_draft_open(&open, place->folder, "a.csv"), 0);
    close(fileno(open.stream)); /* as a full disk would: every write fails */
    fputs("new", open.stream);
    assert_int_equal(file_draft_keep(&open), -EBADF);
    expect_text(path_in(place, "a.csv"), "old");
    expect_only(place, "a.csv");
}

static void where_there_is_no_folder_nothing_is_opened(void **state)
{
    struct place *place = *state;
    struct file_draft open;
    char name[300];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(file_draft_open(&open, "/nowhere", "a.csv"), -ENOENT);
    assert_int_equal(file_draft_open(&open, place->folder, name), -ENAMETOOLONG);
    assert_int_equal(file_save("/nowhere", "a.csv", "", 0), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_draft_replaces_the_file_only_when_it_is_kept),
        TEST(a_draft_that_is_dropped_leaves_nothing),
        TEST(a_link_with_the_name_of_the_file_is_replaced_not_followed),
        TEST(a_link_with_the_temporary_name_is_not_followed),
        TEST(what_a_killed_process_left_is_no_hindrance),
        TEST(a_folder_in_the_way_fails_and_leaves_nothing),
        TEST(a_write_that_failed_is_told_by_keep),
        TEST(where_there_is_no_folder_nothing_is_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
