/* When a run may stop early. */
#include "harness/analysis/summary.h"
#include "tests/harness/analysis/one_cell_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static json_t *new_run(void)
{
    static const char *const subjects[][2] = {{"select", "readiness"}, {"epoll", "readiness"}};
    return run_of_one_cell("accept", "drain", subjects, 2);
}

/* A stands still, B goes up and down by `swing`, as a share, around A times `ratio`. */
static json_t *run_of_swing(int rounds, double ratio, double swing)
{
    json_t *run = new_run();
    for (int i = 0; i < rounds; i++) {
        add_trial(run, "epoll", i, "ns_per_accept", 100);
        add_trial(run, "select", i, "ns_per_accept", 100 * ratio * (1 + (i % 2 ? swing : -swing)));
    }
    return run;
}

static bool is_settled(json_t *run)
{
    bool settled = summary_is_settled(run);
    json_decref(run);
    return settled;
}

static void a_run_is_settled_when_every_pair_is_tight(void **state)
{
    (void)state;
    assert_true(is_settled(run_of_swing(10, 1, 0.01)));
    assert_false(is_settled(run_of_swing(9, 1, 0.01)));
    assert_false(is_settled(run_of_swing(10, 1, 0.03)));
    json_t *run = run_of_swing(10, 1, 0.03);
    json_object_set_new(run, "minimum_effect", json_real(0.10));
    assert_true(is_settled(run));
}

/* Who is ahead must not matter: that would be stopping at a winner. */
static void a_large_difference_settles_no_run(void **state)
{
    (void)state;
    assert_false(is_settled(run_of_swing(10, 5, 0.03)));
    assert_true(is_settled(run_of_swing(10, 5, 0.01)));
}

/* 66 pairs take 14 rounds before any of them could be named. */
static void a_run_with_many_pairs_goes_on_until_one_could_be_named(void **state)
{
    (void)state;
    for (int rounds = 10; rounds <= 14; rounds++) {
        json_t *run = new_run();
        for (int s = 0; s < 12; s++) {
            char name[20];
            snprintf(name, sizeof(name), "subject%d", s);
            json_array_append_new(json_object_get(run, "subjects"),
                                  json_pack("{s:s, s:s}", "name", name, "tier", "readiness"));
            for (int i = 0; i < rounds; i++)
                add_trial(run, name, i, "ns_per_accept", 100 + s);
        }
        assert_int_equal(is_settled(run), rounds == 14);
    }
}

static void a_single_subject_is_settled_by_its_median(void **state)
{
    (void)state;
    for (int swing = 1; swing <= 5; swing += 4) {
        json_t *run = new_run();
        for (int i = 0; i < 10; i++)
            add_trial(run, "epoll", i, "ns_per_accept", 100 + (i % 2 ? swing : -swing));
        assert_int_equal(is_settled(run), swing == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_settled_when_every_pair_is_tight),
        cmocka_unit_test(a_large_difference_settles_no_run),
        cmocka_unit_test(a_run_with_many_pairs_goes_on_until_one_could_be_named),
        cmocka_unit_test(a_single_subject_is_settled_by_its_median),
    };
    return cmocka_run_group_tests_name("summary, settled", tests, NULL, NULL);
}
