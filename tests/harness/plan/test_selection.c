/* What is left out of a run is named, recorded, and never replaced. */
#include "harness/base/problem.h"
#include "harness/plan/selection.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int not_here(const struct subject *subject, char *reason, uint32_t *granted)
{
    (void)subject;
    *granted = 0;
    snprintf(reason, 256, "it takes another system");
    return -ENOTSUP;
}

static const struct subject absent = {
    .name = "absent", .tier = TIER_READINESS, .summary = "", .available = not_here};

static const struct limits no_limits = {.files = UINT64_MAX, .backlog = UINT64_MAX};

static json_t *cells_of(const char *setting)
{
    char problem[PROBLEM_BYTES];
    char *argv[] = {"run",   "accept",        "--set", "mode=drain",
                    "--set", (char *)setting, "--set", "budget=1"};
    struct run_options options;
    assert_int_equal(run_options_parse(&options, 8, argv, problem), OPTIONS_DONE);
    json_t *cells = cells_build(&options, problem);
    run_options_free(&options);
    assert_non_null(cells);
    return cells;
}

static void a_named_backend_that_is_not_here_is_recorded_and_nothing_runs_in_its_place(void **state)
{
    struct run_options options = {.subjects = {&absent, subject_find("poll")}, .subject_count = 2};
    struct selection selection;
    (void)state;
    json_t *list = selection_of_subjects(&options, &selection);
    assert_int_equal(selection.count, 1);
    assert_string_equal(selection.subjects[0]->name, "poll");
    assert_int_equal(json_array_size(list), 2);
    const json_t *first = json_array_get(list, 0);
    assert_string_equal(json_string_value(json_object_get(first, "name")), "absent");
    assert_true(json_is_false(json_object_get(first, "available")));
    assert_string_equal(json_string_value(json_object_get(first, "reason")),
                        "it takes another system");
    json_decref(list);
}

static void with_none_left_nothing_is_selected(void **state)
{
    struct run_options options = {.subjects = {&absent}, .subject_count = 1};
    struct selection selection;
    struct cell cells[8];
    (void)state;
    json_t *list = selection_of_subjects(&options, &selection), *json = cells_of("queue=10");
    assert_int_equal(selection_of_cells(&selection, &no_limits, json, cells), 0);
    json_decref(json);
    json_decref(list);
}

static void unless_named_every_subject_but_the_opt_in_ones_is_asked(void **state)
{
    struct run_options options = {0};
    struct selection selection;
    size_t count, expected = 0;
    const struct subject *all = subjects(&count);
    (void)state;
    for (size_t i = 0; i < count; i++)
        expected += !all[i].opt_in;
    json_t *list = selection_of_subjects(&options, &selection);
    assert_int_equal(json_array_size(list), expected);
    json_decref(list);
}

static const char *skip_reason(const json_t *cells, size_t index)
{
    return json_string_value(json_object_get(json_array_get(cells, index), "skipped"));
}

static void only_the_cell_that_does_not_fit_is_skipped_and_says_what_it_needs(void **state)
{
    struct selection selection = {.subjects = {subject_find("poll")}, .count = 1};
    const struct limits few_files = {.files = 500, .backlog = UINT64_MAX};
    struct cell cells[8];
    (void)state;
    json_t *json = cells_of("idle=0,100000");
    json_t *small = json_deep_copy(json_array_get(json, 0));
    json_object_set_new(json_object_get(small, "params"), "queue", json_integer(10));
    json_array_set_new(json, 0, small);
    assert_int_equal(selection_of_cells(&selection, &few_files, json, cells), 1);
    assert_null(skip_reason(json, 0));
    assert_non_null(skip_reason(json, 1));
    assert_non_null(strstr(skip_reason(json, 1), "RLIMIT_NOFILE"));
    assert_non_null(strstr(skip_reason(json, 1), "500"));
    assert_non_null(strstr(skip_reason(json, 1), "ulimit"));
    json_decref(json);
}

static void a_backlog_beyond_the_kernels_is_skipped_with_the_remedy(void **state)
{
    struct selection selection = {.subjects = {subject_find("poll")}, .count = 1};
    const struct limits limits = {
        .files = UINT64_MAX, .backlog = 128, .backlog_name = "net.core.somaxconn"};
    struct cell cells[8];
    (void)state;
    json_t *json = cells_of("queue=128,129");
    size_t fitting = selection_of_cells(&selection, &limits, json, cells);
    assert_int_equal(fitting, json_array_size(json) / 2);
    const char *reason = skip_reason(json, json_array_size(json) - 1);
    assert_non_null(strstr(reason, "sysctl -w net.core.somaxconn=129"));
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_named_backend_that_is_not_here_is_recorded_and_nothing_runs_in_its_place),
        cmocka_unit_test(with_none_left_nothing_is_selected),
        cmocka_unit_test(unless_named_every_subject_but_the_opt_in_ones_is_asked),
        cmocka_unit_test(only_the_cell_that_does_not_fit_is_skipped_and_says_what_it_needs),
        cmocka_unit_test(a_backlog_beyond_the_kernels_is_skipped_with_the_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
