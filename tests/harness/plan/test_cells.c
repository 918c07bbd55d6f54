/* From settings and profile to cells. */
#include "harness/base/problem.h"
#include "harness/contract/parameters.h"
#include "harness/plan/cells.h"
#include "harness/subjects/subjects.h"
#include "harness/workloads/workloads.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct cell_list cells;

static int forget_cells(void **state)
{
    (void)state;
    cells_free(&cells);
    return 0;
}

/* The cells for --set arguments; NULL-terminated. */
static int build(char *problem, char *const settings[])
{
    char *argv[64] = {"run", "accept"};
    int argc = 2;
    struct run_options options;
    cells_free(&cells);
    problem[0] = '\0';
    for (; *settings != NULL; settings++) {
        argv[argc++] = "--set";
        argv[argc++] = *settings;
    }
    int r = run_options_parse(&options, argc, argv, problem);
    if (r == OPTIONS_DONE)
        r = cells_build(&cells, &options, problem);
    run_options_free(&options);
    return r;
}

#define BUILD(...) build(problem, (char *const[]){__VA_ARGS__, NULL})

static const struct value *param(size_t index, const char *name)
{
    return named_values_find(&cells.list[index].cell.params, "", name);
}

static int64_t integer(size_t index, const char *name)
{
    const struct value *value = param(index, name);
    assert_non_null(value);
    assert_int_equal(value->kind, VALUE_INTEGER);
    return value->integer;
}

static void settings_are_multiplied_and_the_last_parameter_varies_fastest(void **state)
{
    char problem[PROBLEM_BYTES];
    (void)state;
    assert_int_equal(BUILD("mode=drain", "idle=0,5,9", "queue=10,20"), 0);
    assert_int_equal(cells.count, 6);
    assert_int_equal(integer(0, "queue"), 10);
    assert_int_equal(integer(0, "idle"), 0);
    assert_int_equal(integer(1, "idle"), 5);
    assert_int_equal(integer(2, "idle"), 9);
    assert_int_equal(integer(3, "queue"), 20);
}

static void each_mode_gets_its_own_parameters_only(void **state)
{
    char problem[PROBLEM_BYTES];
    (void)state;
    assert_int_equal(BUILD("mode=drain,steady", "idle=0", "queue=10", "conns=3"), 0);
    assert_int_equal(cells.count, 2);
    for (size_t i = 0; i < cells.count; i++) {
        const struct cell *cell = &cells.list[i].cell;
        bool drain = strcmp(cell->mode, "drain") == 0;
        assert_ptr_equal(cell->mode, workload_mode(cell->workload, cell->mode));
        assert_int_equal(param(i, "queue") != NULL, drain);
        assert_int_equal(param(i, "conns") != NULL, !drain);
    }
}

static void numbers_are_numbers_and_defaults_are_filled_in(void **state)
{
    char problem[PROBLEM_BYTES];
    (void)state;
    assert_int_equal(BUILD("mode=steady", "seconds=0.5"), 0);
    assert_int_equal(param(0, "seconds")->kind, VALUE_REAL);
    assert_true(param(0, "seconds")->real == 0.5);
    assert_int_equal(param(0, "conns")->kind, VALUE_INTEGER);
    assert_int_equal(param(0, "budget")->kind, VALUE_INTEGER);
}

static void nothing_runs_on_a_cell_yet_and_none_is_skipped(void **state)
{
    char problem[PROBLEM_BYTES];
    (void)state;
    assert_int_equal(BUILD("mode=drain", "idle=0,5"), 0);
    for (size_t i = 0; i < cells.count; i++) {
        assert_null(cells.list[i].skipped);
        assert_int_equal(cells.list[i].subject_count, 0);
        assert_int_equal(cells.list[i].refused_count, 0);
    }
}

static void a_setting_that_cannot_be_is_refused_with_what_can(void **state)
{
    static char *const cases[][3] = {
        /* settings, and what the sentence has to say */
        {"quue=1", NULL, "\"queue\""},
        {"mode=drian", NULL, "\"drain\""},
        {"mode=steady", "queue=5", "mode drain"},
        {"queue=0", NULL, "from 1 to"},
        {"queue=70000", NULL, "from 1 to"},
        {"queue=many", NULL, "whole number"},
        {"queue=1.5", NULL, "whole number"},
        {"queue=010,10", NULL, "twice"},
        {"queue=1,000", NULL, "1000 or 1k"},
        {"seconds=-1", NULL, "number from"},
        {"seconds=1e9", NULL, "number from"},
    };
    char problem[PROBLEM_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int r = cases[i][1] != NULL ? BUILD(cases[i][0], cases[i][1]) : BUILD(cases[i][0]);
        assert_int_equal(r, -EINVAL);
        if (strstr(problem, cases[i][2]) == NULL)
            fail_msg("%s: \"%s\" does not say %s", cases[i][0], problem, cases[i][2]);
    }
}

static void too_many_cells_are_refused_before_they_are_made(void **state)
{
    char problem[PROBLEM_BYTES], many[16384] = "queue=1", idle[16384] = "idle=0";
    (void)state;
    for (int i = 2; i < 2000; i++) {
        snprintf(many + strlen(many), sizeof many - strlen(many), ",%d", i);
        snprintf(idle + strlen(idle), sizeof idle - strlen(idle), ",%d", i);
    }
    assert_int_equal(BUILD("mode=drain", many, idle), -EINVAL);
    assert_non_null(strstr(problem, "cells"));
}

/* A name may have a row for each mode. */
static bool mode_has_parameter(const struct workload *workload, const char *mode, const char *name)
{
    bool has = false;
    for (const struct parameter *p = workload->parameters; p->name != NULL; p++)
        has |= strcmp(p->name, name) == 0 && name_in_list(p->modes, mode);
    return has;
}

static void assert_every_subject_is_known(const char *list)
{
    char name[64];
    for (const char *at = list; *at != '\0'; at += strcspn(at, ",") + (strchr(at, ',') != NULL)) {
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at, ","), at);
        /* Of other systems, or of a library that this build does without. */
        bool elsewhere = strcmp(name, "kqueue") == 0 || name_in_list("peer:libuv,io_uring", name);
        if (subject_find(name) == NULL && !elsewhere)
            fail_msg("the profile names %s, which does not exist", name);
    }
}

static void a_rate_may_be_a_share_of_what_the_generator_can_make(void **state)
{
    char problem[PROBLEM_BYTES];
    (void)state;
    assert_int_equal(BUILD("mode=rate", "rate=500,50%,12.5%", "seconds=0.05"), 0);
    assert_int_equal(cells.count, 3);
    assert_true(cells.list[0].rate_share == 0 && param(0, "rate")->real == 500);
    assert_true(cells.list[1].rate_share == 0.5 && cells.list[2].rate_share == 0.125);
    /* A number, whatever comes of the probe. */
    assert_int_equal(param(1, "rate")->kind, VALUE_REAL);
    assert_true(param(1, "rate")->real > 0);
    /* A share of each subject's own maximum takes its place. */
    assert_int_equal(BUILD("mode=rate", "rate=50%", "share=0.5"), 0);
    assert_true(cells.list[0].rate_share == 0);
    assert_int_equal(param(0, "rate")->kind, VALUE_REAL);
}

static void a_share_that_cannot_be_is_refused_with_its_range(void **state)
{
    static char *const bad[] = {"rate=0%", "rate=101%", "rate=%",
                                "rate=x%", "rate=-5%",  "rate=5%%"};
    char problem[PROBLEM_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(BUILD("mode=rate", bad[i]), -EINVAL);
        if (strstr(problem, "from 1% to 100%") == NULL)
            fail_msg("%s: \"%s\" does not say the range", bad[i], problem);
    }
    assert_int_equal(BUILD("mode=rate", "rate=50%,50.0%"), -EINVAL);
    assert_non_null(strstr(problem, "twice"));
    /* Nothing else has shares. */
    assert_int_equal(BUILD("mode=drain", "queue=50%"), -EINVAL);
    assert_non_null(strstr(problem, "whole number"));
}

static size_t count_of_mode(const char *mode)
{
    size_t count = 0;
    for (size_t i = 0; i < cells.count; i++)
        count += strcmp(cells.list[i].cell.mode, mode) == 0;
    return count;
}

static void build_words(int argc, char **argv)
{
    char problem[PROBLEM_BYTES];
    struct run_options options;
    cells_free(&cells);
    assert_int_equal(run_options_parse(&options, argc, argv, problem), OPTIONS_DONE);
    assert_int_equal(cells_build(&cells, &options, problem), 0);
    run_options_free(&options);
}

static void the_quick_profile_asks_eight_to_twelve_questions_and_more_of_what_is_named(void **state)
{
    (void)state;
    build_words(1, (char *[]){"run"});
    assert_in_range(cells.count, 8, 12);
    assert_int_equal(count_of_mode("mixed"), 0);
    build_words(2, (char *[]){"run", "pool"});
    assert_true(count_of_mode("mixed") > 0 && count_of_mode("saturate") > 0);
    build_words(3, (char *[]){"run", "--set", "mode=mixed,drain,accuracy,closed"});
    assert_true(count_of_mode("mixed") > 0 && count_of_mode("drain") > 0);
    build_words(3, (char *[]){"run", "--profile", "standard"});
    assert_true(count_of_mode("mixed") > 0);
}

static double whole(size_t cell, const char *name)
{
    return (double)param(cell, name)->integer;
}

static void a_profile_may_have_cells_that_are_no_combinations(void **state)
{
    (void)state;
    build_words(2, (char *[]){"run", "echo"});
    assert_int_equal(cells.count, 2);
    assert_true(whole(0, "connections") == 64 && whole(0, "active") == 0);
    assert_true(whole(1, "connections") == 500 && whole(1, "active") == 5);
    assert_true(param(0, "seconds")->real == param(1, "seconds")->real);
    /* What is set of other parameters holds for all of them. */
    build_words(4, (char *[]){"run", "echo", "--set", "bytes=64,1000"});
    assert_int_equal(cells.count, 4);
    assert_true(whole(0, "bytes") == 64 && whole(1, "bytes") == 1000);
    assert_true(whole(2, "connections") == 500 && whole(3, "bytes") == 1000);
    /* And of one that tells them apart, there are the values that were set, and defaults. */
    build_words(4, (char *[]){"run", "echo", "--set", "connections=8"});
    assert_int_equal(cells.count, 1);
    assert_true(whole(0, "connections") == 8 && whole(0, "active") == 0);
    build_words(4, (char *[]){"run", "echo", "--set", "active=1,2"});
    assert_int_equal(cells.count, 2);
    assert_true(whole(1, "connections") == 64 && whole(1, "active") == 2);
}

static void every_profile_makes_cells_and_every_value_in_it_is_used(void **state)
{
    char problem[PROBLEM_BYTES];
    (void)state;
    for (size_t p = 0; profile_at(p) != NULL; p++) {
        char *argv[] = {"run", "--profile", (char *)profile_at(p)->name};
        struct run_options options;
        assert_int_equal(run_options_parse(&options, 3, argv, problem), OPTIONS_DONE);
        cells_free(&cells);
        if (cells_build(&cells, &options, problem) < 0)
            fail_msg("profile %s: %s", profile_at(p)->name, problem);
        assert_true(cells.count > 0);
        run_options_free(&options);
        for (const struct profile_set_value *s = profile_at(p)->sets; s->set > 0; s++)
            assert_true(mode_has_parameter(workload_find(s->value.workload), s->value.mode,
                                           s->value.parameter));
        for (const struct profile_value *v = profile_at(p)->values; v->workload != NULL; v++) {
            const struct workload *workload = workload_find(v->workload);
            assert_non_null(workload);
            if (strcmp(v->parameter, PROFILE_BACKENDS) == 0)
                assert_every_subject_is_known(v->values);
            else
                assert_true(mode_has_parameter(workload, v->mode, v->parameter));
        }
    }
}

static void a_name_in_a_list_is_a_whole_one(void **state)
{
    (void)state;
    assert_true(name_in_list("drain,steady", "steady"));
    assert_true(name_in_list("drain", "drain"));
    assert_false(name_in_list("drain,steady", "stead"));
    assert_false(name_in_list("drain,steady", "drain,steady"));
    assert_false(name_in_list("", "drain"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_multiplied_and_the_last_parameter_varies_fastest),
        cmocka_unit_test(each_mode_gets_its_own_parameters_only),
        cmocka_unit_test(numbers_are_numbers_and_defaults_are_filled_in),
        cmocka_unit_test(nothing_runs_on_a_cell_yet_and_none_is_skipped),
        cmocka_unit_test(a_setting_that_cannot_be_is_refused_with_what_can),
        cmocka_unit_test(too_many_cells_are_refused_before_they_are_made),
        cmocka_unit_test(a_rate_may_be_a_share_of_what_the_generator_can_make),
        cmocka_unit_test(a_share_that_cannot_be_is_refused_with_its_range),
        cmocka_unit_test(
            the_quick_profile_asks_eight_to_twelve_questions_and_more_of_what_is_named),
        cmocka_unit_test(a_profile_may_have_cells_that_are_no_combinations),
        cmocka_unit_test(every_profile_makes_cells_and_every_value_in_it_is_used),
        cmocka_unit_test(a_name_in_a_list_is_a_whole_one),
    };
    return cmocka_run_group_tests(tests, NULL, forget_cells);
}
