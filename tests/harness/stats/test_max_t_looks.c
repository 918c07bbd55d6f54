/* Many looks with one error budget. */
#include "tests/harness/stats/made_pairs.h"
#include "harness/stats/paired.h"
#include "harness/stats/proportion.h"
#include "tests/harness/stats/synthetic.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void rounds_that_do_not_grow_and_looks_after_the_last_are_refused(void **state)
{
    (void)state;
    static struct made made = {.pairs = 1, .values = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}};
    struct max_t *max_t = opened(1);
    assert_int_equal(max_t_look(max_t, 0, false, made.tests), -EINVAL);
    look_at(max_t, &made, 10);
    assert_int_equal(max_t_look(max_t, 10, false, made.tests), -EINVAL);
    assert_int_equal(max_t_look(max_t, 9, false, made.tests), -EINVAL);
    look_last(max_t, &made, 11);
    assert_int_equal(max_t_look(max_t, 12, false, made.tests), -EINVAL);
    max_t_close(max_t);
    assert_int_equal(max_t_open(&max_t, 0), -EINVAL);
}

static void
looks_are_after_each_third_round_from_twelve_on_and_from_twenty_four_every_sixth_part(void **state)
{
    (void)state;
    static const size_t later[] = {28, 32, 37, 43, 50, 58, 67, 78, 91, 106, 123};
    size_t rounds = 0;
    for (size_t expected = 12; expected <= 24; expected += 3)
        assert_int_equal(rounds = max_t_next_look(rounds), expected);
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        assert_int_equal(rounds = max_t_next_look(rounds), later[i]);
    for (rounds = 0; rounds < 5000; rounds++)
        assert_true(max_t_next_look(rounds) > rounds);
}

static void
the_budget_grows_from_nothing_to_half_of_the_level_and_the_last_look_has_all(void **state)
{
    (void)state;
    assert_true(max_t_budget(0, false) == 0 && max_t_budget(10, false) == 0);
    for (size_t rounds = 11; rounds < 1000000; rounds *= 2) {
        assert_true(max_t_budget(rounds, false) > max_t_budget(rounds / 2, false));
        assert_true(max_t_budget(rounds, false) < MAX_T_LEVEL / 2);
        assert_true(max_t_budget(rounds, true) == MAX_T_LEVEL);
    }
}

/* What the looks spend is seen in the smallest adjusted p that there can be: that of a pair whose
 * statistic no draw reaches is what was spent before, and the draws that are like what was seen. */
static void no_look_spends_more_than_the_budget(void **state)
{
    (void)state;
    static struct made made = {.pairs = 6};
    struct random random;
    random_seed(&random, 8);
    for (unsigned repeat = 0; repeat < 5; repeat++) {
        struct max_t *max_t = opened(made.pairs);
        fill_normal(&made, &random);
        double spent = 0;
        for (size_t rounds = max_t_next_look(0); rounds <= ROUNDS_MOST;
             rounds = max_t_next_look(rounds)) {
            for (size_t i = 0; i < rounds; i++)
                made.values[5][i] = 1;
            look_at(max_t, &made, rounds);
            spent = made.tests[5].p_adjusted - made.tests[5].p;
            assert_true(spent <= max_t_budget(rounds, false));
        }
        /* And nearly all of what it may. */
        assert_true(spent > 0.75 * max_t_budget(50, false));
        look_last(max_t, &made, ROUNDS_MOST);
        spent = made.tests[5].p_adjusted - made.tests[5].p;
        assert_true(spent > 0.75 * max_t_budget(50, false) && spent <= MAX_T_LEVEL);
        max_t_close(max_t);
    }
}

static void the_same_rounds_give_the_same_answers(void **state)
{
    (void)state;
    static struct made first = {.pairs = 20}, second = {.pairs = 20};
    struct random random;
    random_seed(&random, 9);
    fill_normal(&first, &random);
    memcpy(second.values, first.values, sizeof first.values);
    struct max_t *one = opened(20), *other = opened(20);
    for (size_t rounds = max_t_next_look(0); rounds <= ROUNDS_MOST;
         rounds = max_t_next_look(rounds)) {
        look_at(one, &first, rounds);
        look_at(other, &second, rounds);
        for (size_t k = 0; k < 20; k++) {
            second.tests[k].scores = first.tests[k].scores;
            assert_true(first.tests[k].p == second.tests[k].p &&
                        first.tests[k].p_adjusted == second.tests[k].p_adjusted &&
                        first.tests[k].critical == second.tests[k].critical);
        }
    }
    max_t_close(one);
    max_t_close(other);
}

static void two_thousand_pairs_are_tested_too_and_one_of_them_is_found(void **state)
{
    (void)state;
    enum { MANY = 2000, ROUNDS = 20 };
    double *scores = calloc((size_t)MANY * ROUNDS, sizeof *scores), values[ROUNDS];
    struct max_t_pair *pairs = calloc(MANY, sizeof *pairs);
    struct max_t *max_t = opened(MANY);
    struct random random;
    assert_true(scores != NULL && pairs != NULL);
    random_seed(&random, 10);
    for (size_t k = 0; k < MANY; k++) {
        for (size_t i = 0; i < ROUNDS; i++)
            values[i] = (k == 7 ? 6 : 0) + synthetic_draw(&random, SYNTHETIC_NORMAL);
        pairs[k].scores = &scores[k * ROUNDS];
        pairs[k].scale = paired_scores(values, ROUNDS, &scores[k * ROUNDS]);
    }
    assert_int_equal(max_t_look(max_t, ROUNDS, true, pairs), 0);
    for (size_t k = 0; k < MANY; k++) {
        assert_int_equal(pairs[k].named, k == 7);
        /* Fewer draws than the 2^14 of fewer pairs, which p shows. */
        assert_true(pairs[k].p * 8192 == floor(pairs[k].p * 8192));
        assert_true(pairs[k].p <= pairs[k].p_adjusted && pairs[k].p_adjusted <= 1);
    }
    max_t_close(max_t);
    free(pairs);
    free(scores);
}

/* 30 pairs of a cell of equals, looked at while rounds come: in at most 1 of 100 runs somebody is
 * ever named. */
static void of_400_runs_of_equals_one_in_100_names_somebody_at_most(void **state)
{
    (void)state;
    enum { RUNS = 400, SUBJECTS = 6, CELLS = 2, ROUNDS = 30 };
    static struct made made = {.pairs = CELLS * SUBJECTS * (SUBJECTS - 1) / 2};
    struct random random;
    struct proportion share;
    unsigned with_a_name = 0;
    random_seed(&random, 11);
    for (unsigned run = 0; run < RUNS; run++) {
        struct max_t *max_t = opened(made.pairs);
        bool named = false;
        for (size_t i = 0; i < ROUNDS; i++) {
            double subjects[CELLS * SUBJECTS];
            size_t k = 0;
            for (size_t s = 0; s < CELLS * SUBJECTS; s++)
                subjects[s] = synthetic_draw(&random, SYNTHETIC_NORMAL);
            for (size_t s = 0; s < CELLS * SUBJECTS; s++) {
                for (size_t b = s / SUBJECTS * SUBJECTS; b < s; b++)
                    made.values[k++][i] = subjects[s] - subjects[b];
            }
        }
        for (size_t rounds = 12; rounds <= ROUNDS && !named; rounds += 6) {
            (rounds < ROUNDS ? look_at : look_last)(max_t, &made, rounds);
            for (size_t k = 0; k < made.pairs; k++)
                named |= made.tests[k].named;
        }
        with_a_name += named;
        max_t_close(max_t);
    }
    assert_int_equal(proportion_of(with_a_name, RUNS, 0.99, &share), 0);
    print_message("%u of %u runs name somebody\n", with_a_name, RUNS);
    assert_true(share.low <= 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_that_do_not_grow_and_looks_after_the_last_are_refused),
        cmocka_unit_test(
            looks_are_after_each_third_round_from_twelve_on_and_from_twenty_four_every_sixth_part),
        cmocka_unit_test(
            the_budget_grows_from_nothing_to_half_of_the_level_and_the_last_look_has_all),
        cmocka_unit_test(no_look_spends_more_than_the_budget),
        cmocka_unit_test(the_same_rounds_give_the_same_answers),
        cmocka_unit_test(two_thousand_pairs_are_tested_too_and_one_of_them_is_found),
        cmocka_unit_test(of_400_runs_of_equals_one_in_100_names_somebody_at_most),
    };
    return cmocka_run_group_tests_name("max_t, looks", tests, NULL, NULL);
}
