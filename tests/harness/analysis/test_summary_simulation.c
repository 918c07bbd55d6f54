/* Verdicts of made-up runs of which the truth is known: how often they are false, and found. The
 * same numbers on every run of this program; simulate_runs.c prints longer tables. */
#include "harness/analysis/summary.h"
#include "tests/harness/analysis/synthetic_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static unsigned named_in(const json_t *run, const char *subject)
{
    return synthetic_words(run, "FASTER", subject) + synthetic_words(run, "SLOWER", subject);
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
            json_t *run = synthetic_run(&random, &plan);
            assert_int_equal(summary_compute(run, 1), 0);
            with_a_name += named_in(run, NULL) > 0;
            json_decref(run);
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
        json_t *run = synthetic_run(&random, &plan);
        assert_int_equal(summary_compute(run, 1), 0);
        found += named_in(run, "s5");
        false_names += named_in(run, NULL) - named_in(run, "s5");
        json_decref(run);
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
