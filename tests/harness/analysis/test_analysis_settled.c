/* When a run may stop early. */
#include "harness/workloads/workloads.h"
#include "tests/harness/analysis/one_cell_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void start(struct run *run)
{
    static const struct named_tier subjects[] = {{"select", TIER_READINESS},
                                                 {"epoll", TIER_READINESS}};
    run_of_one_cell(run, &accept_workload, "drain", subjects, 2);
}

static bool end(struct run *run)
{
    bool settled = analysis_is_settled(run);
    run_free(run);
    return settled;
}

/* epoll stands still, select goes up and down by `swing`, as a share, around epoll times `ratio`.
 */
static bool is_settled(unsigned rounds, double ratio, double swing, double minimum_effect)
{
    struct run run;
    start(&run);
    run.minimum_effect = minimum_effect;
    for (unsigned i = 0; i < rounds; i++) {
        add_trial(&run, "epoll", i, "ns_per_accept", 100);
        add_trial(&run, "select", i, "ns_per_accept", 100 * ratio * (1 + (i % 2 ? swing : -swing)));
    }
    return end(&run);
}

static void a_run_is_settled_when_every_pair_is_tight(void **state)
{
    (void)state;
    assert_true(is_settled(10, 1, 0.01, 0.03));
    assert_false(is_settled(9, 1, 0.01, 0.03));
    assert_false(is_settled(10, 1, 0.03, 0.03));
    assert_true(is_settled(10, 1, 0.03, 0.10));
}

/* Who is ahead must not matter: that would be stopping at a winner. */
static void a_large_difference_settles_no_run(void **state)
{
    (void)state;
    assert_false(is_settled(10, 5, 0.03, 0.03));
    assert_true(is_settled(10, 5, 0.01, 0.03));
}

/* 66 pairs take 14 rounds before any of them could be named. */
static void a_run_with_many_pairs_goes_on_until_one_could_be_named(void **state)
{
    (void)state;
    for (unsigned rounds = 10; rounds <= 14; rounds++) {
        struct run run;
        start(&run);
        for (int s = 0; s < 12; s++) {
            char name[20];
            snprintf(name, sizeof name, "subject%d", s);
            add_subject(&run, name, TIER_READINESS);
            for (unsigned i = 0; i < rounds; i++)
                add_trial(&run, name, i, "ns_per_accept", 100 + s);
        }
        assert_int_equal(end(&run), rounds == 14);
    }
}

static void a_single_subject_is_settled_by_its_median(void **state)
{
    (void)state;
    for (int swing = 1; swing <= 5; swing += 4) {
        struct run run;
        start(&run);
        for (unsigned i = 0; i < 10; i++)
            add_trial(&run, "epoll", i, "ns_per_accept", 100 + (i % 2 ? swing : -swing));
        assert_int_equal(end(&run), swing == 1);
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
    return cmocka_run_group_tests_name("analysis, settled", tests, NULL, NULL);
}
