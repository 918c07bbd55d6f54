/* What is left out of a run is named, recorded, and never replaced. */
#include "harness/base/problem.h"
#include "harness/contract/parameters.h"
#include "harness/plan/selection.h"
#include "harness/subjects/subjects.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int not_here(const struct subject *subject, char *reason, uint32_t *granted)
{
    (void)subject;
    *granted = 2;
    snprintf(reason, REASON_BYTES, "it takes another system");
    return -ENOTSUP;
}

static int is_here(const struct subject *subject, char *reason, uint32_t *granted)
{
    (void)subject;
    snprintf(reason, REASON_BYTES, "a remark that is none");
    *granted = 1;
    return 0;
}

static const struct subject absent = {
    .name = "absent", .tier = TIER_READINESS, .summary = "", .asked = 3, .available = not_here};
static const struct subject present = {
    .name = "present", .tier = TIER_READINESS, .summary = "", .asked = 3, .available = is_here};

static const struct limits no_limits = {.files = UINT64_MAX, .backlog = UINT64_MAX};

static struct cell_list cells;
static struct selection selection;

static int forget(void **state)
{
    (void)state;
    cells_free(&cells);
    memset(&selection, 0, sizeof selection);
    return 0;
}

static void build_cells(const char *setting, const char *other)
{
    char problem[PROBLEM_BYTES];
    char *argv[] = {"run",   "accept",        "--set", "mode=drain",
                    "--set", (char *)setting, "--set", (char *)other};
    struct run_options options;
    assert_int_equal(run_options_parse(&options, 8, argv, problem), OPTIONS_DONE);
    assert_int_equal(cells_build(&cells, &options, problem), 0);
    run_options_free(&options);
}

static size_t place_in_cells(const struct limits *limits)
{
    size_t running;
    assert_int_equal(selection_of_cells(&selection, limits, &cells, &running), 0);
    return running;
}

static void a_description_says_what_was_asked_and_granted_or_why_there_is_none(void **state)
{
    struct subject_description description;
    (void)state;
    subject_describe(&absent, &description);
    assert_false(description.available);
    assert_string_equal(description.reason, "it takes another system");
    assert_int_equal(description.asked, 3);
    assert_int_equal(description.granted, 2);
    subject_describe(&present, &description);
    assert_true(description.available);
    assert_string_equal(description.reason, "");
    assert_int_equal(description.granted, 1);
}

static void names_of_features_are_joined_by_commas_and_cut_to_fit(void **state)
{
    char names[FEATURE_NAMES_BYTES], few[4];
    (void)state;
    assert_string_equal(subject_feature_names(0, names, sizeof names), "");
    subject_feature_names(UINT32_MAX, names, sizeof names);
    assert_non_null(strchr(names, ','));
    assert_true(strlen(names) < sizeof names - 1);
    assert_int_equal(strlen(subject_feature_names(UINT32_MAX, few, sizeof few)), 3);
}

static void a_named_backend_that_is_not_here_is_recorded_and_nothing_runs_in_its_place(void **state)
{
    struct run_options options = {.subjects = {&absent, subject_find("poll")}, .subject_count = 2};
    (void)state;
    selection_of_subjects(&selection, &options);
    assert_int_equal(selection.count, 2);
    assert_ptr_equal(selection.subjects[0].subject, &absent);
    assert_false(selection.subjects[0].available);
    assert_string_equal(selection.subjects[0].reason, "it takes another system");
    assert_int_equal(selection_find(&selection, subject_find("poll")), 1);
    assert_true(selection_find(&selection, &present) == SIZE_MAX);

    build_cells("queue=10", "budget=1");
    assert_int_equal(place_in_cells(&no_limits), cells.count);
    for (size_t i = 0; i < cells.count; i++) {
        assert_int_equal(cells.list[i].subject_count, 1);
        assert_int_equal(cells.list[i].subjects[0], 1);
    }
}

static void with_none_left_nothing_runs(void **state)
{
    struct run_options options = {.subjects = {&absent}, .subject_count = 1};
    (void)state;
    selection_of_subjects(&selection, &options);
    build_cells("queue=10", "budget=1");
    assert_int_equal(place_in_cells(&no_limits), 0);
}

static void unless_named_every_subject_but_the_opt_in_ones_is_asked(void **state)
{
    struct run_options options;
    char problem[PROBLEM_BYTES], *argv[] = {"run", "--profile", "standard"};
    size_t count, expected = 0;
    const struct subject *all = subjects(&count);
    (void)state;
    for (size_t i = 0; i < count; i++)
        expected += !all[i].opt_in;
    /* Or else some would be left out without a word. */
    assert_true(expected < RUN_SUBJECTS_MAX);
    assert_int_equal(run_options_parse(&options, 3, argv, problem), OPTIONS_DONE);
    selection_of_subjects(&selection, &options);
    assert_int_equal(selection.count, expected);
    run_options_free(&options);
}

/* The subjects of a cell, joined by commas. */
static char *names_of(const struct planned_cell *planned, char *names, size_t size)
{
    size_t used = 0;
    names[0] = '\0';
    for (size_t i = 0; i < planned->subject_count; i++)
        used += (size_t)snprintf(names + used, size - used, "%s%s", used > 0 ? "," : "",
                                 selection.subjects[planned->subjects[i]].subject->name);
    return names;
}

static void a_profile_says_who_runs_in_which_mode_and_nobody_else_is_asked(void **state)
{
    struct run_options options;
    char problem[PROBLEM_BYTES], names[512], *argv[] = {"run", "accept", "timer"};
    (void)state;
    assert_int_equal(run_options_parse(&options, 3, argv, problem), OPTIONS_DONE);
    selection_of_subjects(&selection, &options);
    assert_true(selection_find(&selection, subject_find("epoll")) != SIZE_MAX);
    assert_true(selection_find(&selection, subject_find("epoll-et")) == SIZE_MAX);
    assert_true(selection_find(&selection, subject_find("floor:epoll")) == SIZE_MAX);
    assert_int_equal(cells_build(&cells, &options, problem), 0);
    run_options_free(&options);
    place_in_cells(&no_limits);
    for (size_t i = 0; i < cells.count; i++) {
        const struct planned_cell *planned = &cells.list[i];
        names_of(planned, names, sizeof names);
        assert_true(name_in_list(names, "epoll"));
        assert_int_equal(name_in_list(names, "select"), strcmp(planned->cell.mode, "scale") != 0);
    }
}

static void only_the_cell_that_does_not_fit_is_skipped_and_says_what_it_needs(void **state)
{
    struct run_options options = {.subjects = {subject_find("poll")}, .subject_count = 1};
    const struct limits few_files = {.files = 500, .backlog = UINT64_MAX};
    (void)state;
    selection_of_subjects(&selection, &options);
    build_cells("idle=0,100000", "queue=10");
    assert_int_equal(place_in_cells(&few_files), 1);
    assert_int_equal(cells.count, 2);
    assert_null(cells.list[0].skipped);
    assert_int_equal(cells.list[0].subject_count, 1);
    assert_non_null(cells.list[1].skipped);
    assert_int_equal(cells.list[1].subject_count, 0);
    assert_non_null(strstr(cells.list[1].skipped, "RLIMIT_NOFILE"));
    assert_non_null(strstr(cells.list[1].skipped, "500"));
    assert_non_null(strstr(cells.list[1].skipped, "ulimit"));
}

static void a_backlog_beyond_the_kernels_is_skipped_with_the_remedy(void **state)
{
    struct run_options options = {.subjects = {subject_find("poll")}, .subject_count = 1};
    const struct limits limits = {
        .files = UINT64_MAX, .backlog = 128, .backlog_name = "net.core.somaxconn"};
    (void)state;
    selection_of_subjects(&selection, &options);
    build_cells("queue=128,129", "budget=1");
    assert_int_equal(place_in_cells(&limits), cells.count / 2);
    const char *reason = cells.list[cells.count - 1].skipped;
    assert_non_null(strstr(reason, "sysctl -w net.core.somaxconn=129, or set a smaller queue"));
}

static void the_remedy_names_a_parameter_that_the_cell_has(void **state)
{
    struct run_options options = {.subjects = {subject_find("poll")}, .subject_count = 1};
    const struct limits limits = {
        .files = UINT64_MAX, .backlog = 100, .backlog_name = "net.core.somaxconn"};
    struct run_options asked;
    char problem[PROBLEM_BYTES];
    char *argv[] = {"run", "accept", "--set", "mode=steady", "--set", "conns=1,200"};
    (void)state;
    selection_of_subjects(&selection, &options);
    assert_int_equal(run_options_parse(&asked, 6, argv, problem), OPTIONS_DONE);
    assert_int_equal(cells_build(&cells, &asked, problem), 0);
    run_options_free(&asked);
    assert_int_equal(place_in_cells(&limits), 0);
    /* One connection needs the smallest queue that there is, so fewer would not help. */
    assert_null(strstr(cells.list[0].skipped, "set a smaller"));
    assert_non_null(strstr(cells.list[cells.count - 1].skipped, "=200, or set a smaller conns"));
}

static void a_subject_that_cannot_run_a_cell_is_recorded_with_the_reason(void **state)
{
    struct run_options options = {.subjects = {subject_find("poll"), subject_find("null")},
                                  .subject_count = 2};
    char problem[PROBLEM_BYTES];
    char *argv[] = {"run", "accept", "--set", "mode=rate", "--set", "rate=500"};
    struct run_options rate;
    (void)state;
    selection_of_subjects(&selection, &options);
    assert_int_equal(run_options_parse(&rate, 6, argv, problem), OPTIONS_DONE);
    assert_int_equal(cells_build(&cells, &rate, problem), 0);
    run_options_free(&rate);
    assert_int_equal(place_in_cells(&no_limits), 1);
    assert_int_equal(cells.list[0].subject_count, 1);
    assert_int_equal(cells.list[0].subjects[0], 0);
    assert_int_equal(cells.list[0].refused_count, 1);
    assert_int_equal(cells.list[0].refused[0].subject, 1);
    assert_non_null(strstr(cells.list[0].refused[0].reason, "nothing can connect"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_description_says_what_was_asked_and_granted_or_why_there_is_none),
        cmocka_unit_test(names_of_features_are_joined_by_commas_and_cut_to_fit),
        cmocka_unit_test_teardown(
            a_named_backend_that_is_not_here_is_recorded_and_nothing_runs_in_its_place, forget),
        cmocka_unit_test_teardown(with_none_left_nothing_runs, forget),
        cmocka_unit_test_teardown(unless_named_every_subject_but_the_opt_in_ones_is_asked, forget),
        cmocka_unit_test_teardown(a_profile_says_who_runs_in_which_mode_and_nobody_else_is_asked,
                                  forget),
        cmocka_unit_test_teardown(only_the_cell_that_does_not_fit_is_skipped_and_says_what_it_needs,
                                  forget),
        cmocka_unit_test_teardown(a_backlog_beyond_the_kernels_is_skipped_with_the_remedy, forget),
        cmocka_unit_test_teardown(the_remedy_names_a_parameter_that_the_cell_has, forget),
        cmocka_unit_test_teardown(a_subject_that_cannot_run_a_cell_is_recorded_with_the_reason,
                                  forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
