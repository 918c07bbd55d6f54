/* Verdicts of made-up runs of which the truth is known: how often they are false, and found. The
 * same numbers on every run of this program; simulate_runs.c prints longer tables. */
#include "tests/harness/analysis/synthetic_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Of one run: how many pairs are named, and those of the last subject. */
static void name_pairs(struct random *random, const struct synthetic_plan *plan, unsigned *all,
                       unsigned *of_last)
{
    struct run run;
    struct analysis analysis;
    assert_true(synthetic_run(&run, random, plan));
    assert_int_equal(analysis_open(&analysis, &run, &(struct analysis_request){.resamples = 1}), 0);
    *all = synthetic_named(&analysis, SUBJECT_NONE);
    *of_last = synthetic_named(&analysis, plan->subjects - 1);
    analysis_close(&analysis);
    run_free(&run);
}

/* Four cells of six subjects: 60 pairs a run. One run in 100 may name somebody, by the level; that
 * more than 3 of 200 do has a chance of 14 %, and these seeds are not among it. */
static void of_200_runs_of_a_against_a_at_most_three_name_somebody(void **state)
{
    (void)state;
    unsigned with_a_name = 0;
    for (unsigned shape = 0; shape <= SYNTHETIC_DISTURBED; shape++) {
        struct synthetic_plan plan = {4, 6, 20, shape, 0.13, 1};
        struct random random;
        random_seed(&random, shape);
        for (unsigned i = 0; i < 50; i++) {
            unsigned all, of_last;
            name_pairs(&random, &plan, &all, &of_last);
            with_a_name += all > 0;
        }
    }
    print_message("%u of 200 runs name somebody\n", with_a_name);
    assert_true(with_a_name <= 3);
}

/* One of six subjects costs 5 % more in each of four cells. */
static void five_percent_is_found_with_fifty_rounds_and_nothing_else_is(void **state)
{
    (void)state;
    struct synthetic_plan plan = {4, 6, 50, SYNTHETIC_NORMAL, 0.05, 1.05};
    struct random random;
    unsigned found = 0, false_names = 0;
    random_seed(&random, 9);
    for (unsigned i = 0; i < 20; i++) {
        unsigned all, of_last;
        name_pairs(&random, &plan, &all, &of_last);
        found += of_last;
        false_names += all - of_last;
    }
    print_message("%u of 400 found, %u false\n", found, false_names);
    assert_true(found >= 380);
    assert_int_equal(false_names, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_200_runs_of_a_against_a_at_most_three_name_somebody),
        cmocka_unit_test(five_percent_is_found_with_fifty_rounds_and_nothing_else_is),
    };
    return cmocka_run_group_tests_name("simulated runs", tests, NULL, NULL);
}
