/* A manifest as JSON, and the parameters of a cell. */
#include "harness/record/manifest_json.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct named_values one, other;
static char problem[PROBLEM_BYTES];

static int set_up(void **state)
{
    (void)state;
    problem[0] = '\0';
    one = other = (struct named_values){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    named_values_free(&one);
    named_values_free(&other);
    return 0;
}

static void fill(void)
{
    int r = named_values_add_text(&one, "", "kernel", "Linux 6.1.0 \xc3\xa9");
    r |= named_values_add_integer(&one, "", "cpus", 2);
    r |= named_values_add_nothing(&one, "", "governor");
    r |= named_values_add_text(&one, "mitigations", "meltdown", "Not affected");
    r |= named_values_add_integer(&one, "limits", "nofile_soft", -9007199254740993);
    r |= named_values_add_text(&one, "limits", "nofile_hard", "unlimited");
    r |= named_values_add_text(&one, "mitigations", "mds", "Vulnerable");
    r |= named_values_add_real(&one, "", "load", 2.5);
    assert_int_equal(r, 0);
}

static json_t *parse(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    return json;
}

static void what_was_written_is_read_again(void **state)
{
    (void)state;
    fill();
    json_t *json = manifest_to_json(&one);
    assert_non_null(json);
    assert_int_equal(manifest_from_json(&other, json, problem), 0);
    assert_true(named_values_equal(&one, &other));
    json_decref(json);
}

static void a_group_is_one_object_and_nothing_is_null(void **state)
{
    (void)state;
    fill();
    json_t *json = manifest_to_json(&one);
    char *text = json_dumps(json, JSON_COMPACT);
    assert_string_equal(text, "{\"kernel\":\"Linux 6.1.0 \xc3\xa9\",\"cpus\":2,\"governor\":null,"
                              "\"mitigations\":{\"meltdown\":\"Not affected\",\"mds\":"
                              "\"Vulnerable\"},\"limits\":{\"nofile_soft\":-9007199254740993,"
                              "\"nofile_hard\":\"unlimited\"},\"load\":2.5}");
    free(text);
    json_decref(json);
}

static void refused(const char *text, const char *expected)
{
    json_t *json = parse(text);
    problem[0] = '\0';
    assert_int_equal(manifest_from_json(&other, json, problem), -EINVAL);
    assert_int_equal(other.count, 0);
    assert_non_null(strstr(problem, expected));
    assert_ptr_equal(strstr(problem, expected), problem);
    json_decref(json);
}

static void what_is_no_value_is_named_and_nothing_is_kept(void **state)
{
    (void)state;
    refused("{\"cpus\": 2, \"limits\": {\"nofile\": {\"soft\": 1}}}", "manifest.limits.nofile: ");
    refused("{\"cpus\": 2, \"allowed_cpus\": [0, 1]}", "manifest.allowed_cpus: ");
    refused("{\"sysctl\": {\"a\": 1, \"b\": [1]}}", "manifest.sysctl.b: ");
    refused("{\"virtual\": true}", "manifest.virtual: ");
    refused("{\"\": 1}", "manifest: ");
    refused("{\"\": {\"a\": 1}}", "manifest: ");
    refused("[]", "manifest: ");
    assert_int_equal(manifest_from_json(&other, NULL, problem), -EINVAL);
}

static void a_group_without_values_is_none(void **state)
{
    (void)state;
    json_t *json = parse("{\"mitigations\": {}, \"cpus\": 1}");
    assert_int_equal(manifest_from_json(&other, json, problem), 0);
    assert_int_equal(other.count, 1);
    json_decref(json);
}

static void parameters_have_no_groups(void **state)
{
    (void)state;
    struct json_take take, cell;
    json_t *good = parse("{\"params\": {\"queue\": 100, \"rate\": 8000.0, \"job\": \"spin\"}}");
    json_t *bad = parse("{\"params\": {\"queue\": 100, \"rate\": {\"a\": 1}}}");
    json_take_open(&take, good, problem);
    params_take(&take, &other);
    assert_int_equal(take.r, 0);
    assert_int_equal(named_values_find(&other, "", "rate")->kind, VALUE_REAL);
    json_t *again = params_to_json(&other);
    assert_true(json_equal(again, json_object_get(good, "params")));
    named_values_free(&other);
    json_take_open(&take, NULL, problem);
    json_take_enter(&cell, &take, "cells", 2, bad);
    params_take(&cell, &other);
    assert_int_equal(cell.r, -EINVAL);
    assert_ptr_equal(strstr(problem, "cells[2].params.rate: "), problem);
    assert_int_equal(other.count, 0);
    json_decref(again);
    json_decref(good);
    json_decref(bad);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read_again),
        TEST(a_group_is_one_object_and_nothing_is_null),
        TEST(what_is_no_value_is_named_and_nothing_is_kept),
        TEST(a_group_without_values_is_none),
        TEST(parameters_have_no_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
