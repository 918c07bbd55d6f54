/* What a run carries of a calibration: as JSON, and recalled from the file of the last one. */
#include "harness/record/calibration_file.h"

#include "harness/base/file_save.h"
#include "harness/base/problem.h"
#include "harness/record/manifest_json.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define RESULT                                                                                     \
    "{\"workload\": \"accept\", \"mode\": \"drain\", \"params\": {\"queue\": 100, \"load\": 1.5}," \
    " \"subject\": \"epoll\", \"metric\": \"ns_per_accept\", \"minimum_effect\": 0.03,"            \
    " \"seconds_per_comparison\": 6.25, \"rounds_per_comparison\": 140, \"planted\": 0.05,"        \
    " \"comparisons\": 100, \"named\": 99, \"wrong\": 1, \"share\": 0.98, \"ci_low\": 0.91,"       \
    " \"ci_high\": 0.998}"
#define RECORD                                                                                     \
    "{\"date\": \"2026-11-22T10:57:01Z\", \"commit\": null, \"kernel\": \"Linux 6.1.0\","          \
    " \"cells\": [" RESULT "]}"
#define MANIFEST                                                                                   \
    "{\"date\": \"2026-11-22T10:57:01Z\", \"kernel\": \"Linux 6.1.0\", \"cpus\": 2,"               \
    " \"memory_kib\": 1000, \"commit\": \"abc\", \"mitigations\": {\"mds\": \"Vulnerable\"}}"

static struct calibration_record record;
static struct named_values manifest;
static char problem[PROBLEM_BYTES];
static char folder[] = "/tmp/test_calibration_file.XXXXXX";

static json_t *parse(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    return json;
}

static int set_up(void **state)
{
    (void)state;
    json_t *json = parse(MANIFEST);
    record = (struct calibration_record){0};
    manifest = (struct named_values){0};
    int r = manifest_from_json(&manifest, json, problem);
    json_decref(json);
    unlink(CALIBRATION_FOLDER "/" CALIBRATION_FILE);
    return r;
}

static int tear_down(void **state)
{
    (void)state;
    calibration_record_free(&record);
    named_values_free(&manifest);
    return 0;
}

/* ---- as JSON ---- */

static void what_was_written_is_read_again(void **state)
{
    (void)state;
    json_t *json = parse(RECORD);
    assert_int_equal(calibration_record_from_json(&record, json, problem), 0);
    assert_int_equal(record.count, 1);
    assert_null(record.commit);
    assert_string_equal(record.kernel, "Linux 6.1.0");
    assert_string_equal(record.results[0].metric, "ns_per_accept");
    assert_int_equal(record.results[0].named, 99);
    assert_true(record.results[0].high == 0.998);
    assert_int_equal(record.results[0].params.count, 2);
    json_t *again = calibration_record_to_json(&record);
    assert_true(json_equal(json, again));
    json_decref(json);
    json_decref(again);
}

static void none_is_null(void **state)
{
    (void)state;
    json_t *json = calibration_record_to_json(&record);
    assert_true(json_is_null(json));
    assert_int_equal(calibration_record_from_json(&record, json, problem), 0);
    assert_int_equal(record.count, 0);
    json_decref(json);
}

static void refused(const json_t *json, const char *field)
{
    char place[128];
    snprintf(place, sizeof place, "calibration.%s: ", field);
    assert_int_equal(calibration_record_from_json(&record, json, problem), -EINVAL);
    assert_ptr_equal(strstr(problem, place), problem);
    assert_int_equal(record.count, 0);
    assert_null(record.date);
}

/* Each in its turn is left out, and is a list. */
static void every_field_that_is_wrong_is_named(void **state)
{
    (void)state;
    json_t *whole = parse(RECORD), *result = parse(RESULT);
    const char *name;
    json_t *value;
    char place[128];
    json_object_foreach(whole, name, value)
    {
        json_t *json = json_deep_copy(whole);
        json_object_del(json, name);
        refused(json, name);
        json_object_set_new(json, name, json_true());
        refused(json, name);
        json_decref(json);
    }
    json_object_foreach(result, name, value)
    {
        json_t *json = json_deep_copy(whole), *cells = json_object_get(json, "cells");
        json_array_append(cells, result);
        json_array_set_new(cells, 1, json_deep_copy(result));
        snprintf(place, sizeof place, "cells[1].%s", name);
        json_object_del(json_array_get(cells, 1), name);
        refused(json, place);
        json_object_set_new(json_array_get(cells, 1), name, json_array());
        refused(json, place);
        json_decref(json);
    }
    json_decref(whole);
    json_decref(result);
}

static void refused_with(const char *name, json_t *value)
{
    char place[128];
    json_t *json = parse(RECORD);
    json_object_set_new(json_array_get(json_object_get(json, "cells"), 0), name, value);
    snprintf(place, sizeof place, "cells[0].%s", name);
    refused(json, place);
    json_decref(json);
}

static void what_is_out_of_its_range_is_refused(void **state)
{
    (void)state;
    refused_with("share", json_real(1.001));
    refused_with("ci_low", json_real(-0.1));
    refused_with("ci_high", json_integer(2));
    refused_with("comparisons", json_integer(0));
    refused_with("rounds_per_comparison", json_integer(0));
    refused_with("named", json_integer(-1));
    refused_with("wrong", json_real(0.5));
    refused_with("planted", json_real(-0.05));
    json_t *json = parse(RECORD);
    json_array_clear(json_object_get(json, "cells"));
    refused(json, "cells");
    json_decref(json);
}

/* ---- recalled ---- */

static void leave(const char *text)
{
    assert_int_equal(file_make_folder(CALIBRATION_FOLDER), 0);
    assert_int_equal(file_save(CALIBRATION_FOLDER, CALIBRATION_FILE, text, strlen(text)), 0);
}

static void recall(size_t expected)
{
    assert_int_equal(calibration_recall(&record, &manifest), 0);
    assert_int_equal(record.count, expected);
    if (expected == 0)
        assert_null(record.date);
}

#define FILE_OF(schema, of, results)                                                               \
    "{\"schema\": " schema ", \"manifest\": " of ", \"results\": " results "}"

static void the_last_calibration_of_this_machine_is_recalled(void **state)
{
    (void)state;
    leave(FILE_OF("2", MANIFEST, "[" RESULT ", " RESULT "]"));
    recall(2);
    assert_string_equal(record.date, "2026-11-22T10:57:01Z");
    assert_string_equal(record.commit, "abc");
    assert_string_equal(record.kernel, "Linux 6.1.0");
    assert_string_equal(record.results[1].subject, "epoll");
}

static void another_date_and_another_commit_are_the_same_machine(void **state)
{
    (void)state;
    const struct value text = {.kind = VALUE_TEXT, .text = "other"};
    assert_int_equal(named_values_set(&manifest, "", "date", &text), 0);
    assert_int_equal(named_values_set(&manifest, "", "commit", &text), 0);
    leave(FILE_OF("2", MANIFEST, "[" RESULT "]"));
    recall(1);
    assert_string_equal(record.commit, "abc");
}

static void what_another_machine_or_kernel_found_is_not(void **state)
{
    (void)state;
    static const char *const differ[][2] = {
        {"", "kernel"},        {"", "kernel_build"}, {"", "machine"},        {"", "cpu"},
        {"", "cpus"},          {"", "memory_kib"},   {"", "virtualization"}, {"mitigations", "mds"},
        {"mitigations", "new"}};
    const struct value number = {.kind = VALUE_INTEGER, .integer = 77};
    leave(FILE_OF("2", MANIFEST, "[" RESULT "]"));
    for (size_t i = 0; i < sizeof differ / sizeof differ[0]; i++) {
        struct named_values mine = {0};
        assert_int_equal(named_values_copy(&mine, &manifest), 0);
        assert_int_equal(named_values_set(&mine, differ[i][0], differ[i][1], &number), 0);
        assert_int_equal(calibration_recall(&record, &mine), 0);
        assert_int_equal(record.count, 0);
        named_values_free(&mine);
    }
    leave(FILE_OF("2", "{\"kernel\": \"Linux 6.1.0\", \"cpus\": 2, \"memory_kib\": 1000}",
                  "[" RESULT "]"));
    recall(0);
}

static void without_a_file_or_with_one_that_is_not_understood_there_is_none(void **state)
{
    (void)state;
    recall(0);
    static const char *const broken[] = {
        "",
        "{",
        "[]",
        "{}",
        FILE_OF("1", MANIFEST, "[" RESULT "]"),
        FILE_OF("2", "{\"limits\": {\"nofile\": {}}}", "[" RESULT "]"),
        FILE_OF("2", MANIFEST, "[]"),
        FILE_OF("2", MANIFEST, "[{}]"),
        FILE_OF("2", MANIFEST, "[" RESULT ", {}]"),
        FILE_OF("2", MANIFEST, "{}"),
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        leave(broken[i]);
        recall(0);
    }
}

/* ---- all ---- */

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(CALIBRATION_FOLDER "/" CALIBRATION_FILE);
    rmdir(CALIBRATION_FOLDER);
    rmdir("results");
    return chdir("/") != 0 || rmdir(folder) != 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read_again),
        TEST(none_is_null),
        TEST(every_field_that_is_wrong_is_named),
        TEST(what_is_out_of_its_range_is_refused),
        TEST(the_last_calibration_of_this_machine_is_recalled),
        TEST(another_date_and_another_commit_are_the_same_machine),
        TEST(what_another_machine_or_kernel_found_is_not),
        TEST(without_a_file_or_with_one_that_is_not_understood_there_is_none),
    };
    return cmocka_run_group_tests(tests, enter_folder, remove_folder);
}
