/* Many pairs and many looks with one error budget. */
#include "harness/stats/max_t.h"
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

enum { PAIRS_MOST = 64, ROUNDS_MOST = 60 };

/* Log ratios, and what the test makes of them. */
struct made {
    size_t pairs;
    double values[PAIRS_MOST][ROUNDS_MOST], scores[PAIRS_MOST][ROUNDS_MOST];
    struct max_t_pair tests[PAIRS_MOST];
};

static struct max_t *opened(size_t pairs)
{
    struct max_t *max_t;
    assert_int_equal(max_t_open(&max_t, pairs), 0);
    return max_t;
}

static void look_at(struct max_t *max_t, struct made *made, size_t rounds)
{
    for (size_t k = 0; k < made->pairs; k++) {
        made->tests[k] = (struct max_t_pair){
            .scores = made->scores[k],
            .scale = paired_scores(made->values[k], rounds, made->scores[k]),
        };
    }
    assert_int_equal(max_t_look(max_t, rounds, made->tests), 0);
}

static void look_once(struct made *made, size_t rounds)
{
    struct max_t *max_t = opened(made->pairs);
    look_at(max_t, made, rounds);
    max_t_close(max_t);
}

static void fill_normal(struct made *made, struct random *random)
{
    for (size_t k = 0; k < made->pairs; k++) {
        for (size_t i = 0; i < ROUNDS_MOST; i++)
            made->values[k][i] = synthetic_draw(random, SYNTHETIC_NORMAL);
    }
}

/* ---- p ---- */

static double turned_sum(const double *scores, size_t rounds, size_t pattern)
{
    double sum = 0;
    for (size_t i = 0; i < rounds; i++)
        sum += (pattern >> i & 1) ? -scores[i] : scores[i];
    return fabs(sum);
}

/* Shares of all 2^n patterns of signs: with a sum as large as that of pair k, and with any pair's
 * statistic as large. */
static void count_patterns(const struct made *made, size_t rounds, size_t k, double *alone,
                           double *among_all)
{
    size_t as_large = 0, any = 0, patterns = (size_t)1 << rounds;
    const double near = 1 - 1e-9;
    double seen = turned_sum(made->scores[k], rounds, 0);
    for (size_t pattern = 0; pattern < patterns; pattern++) {
        bool larger = false;
        as_large += turned_sum(made->scores[k], rounds, pattern) >= seen * near;
        for (size_t other = 0; other < made->pairs && !larger; other++)
            larger = turned_sum(made->scores[other], rounds, pattern) / made->tests[other].scale >=
                     seen / made->tests[k].scale * near;
        any += larger;
    }
    *alone = (double)as_large / (double)patterns;
    *among_all = (double)any / (double)patterns;
}

static void p_is_the_exact_share_of_all_patterns_of_signs(void **state)
{
    (void)state;
    static struct made made = {.pairs = 3};
    struct random random;
    random_seed(&random, 1);
    for (size_t rounds = 2; rounds <= 13; rounds++) {
        fill_normal(&made, &random);
        for (size_t i = 0; i < rounds; i++)
            made.values[1][i] += 1.5; /* one with a small p */
        made.values[2][0] = NAN;
        look_once(&made, rounds);
        for (size_t k = 0; k < made.pairs; k++) {
            double alone, among_all;
            count_patterns(&made, rounds, k, &alone, &among_all);
            assert_true(made.tests[k].p == alone);
            assert_true(made.tests[k].p_adjusted == among_all);
        }
    }
}

/* Whole numbers make sums that are the same in many patterns. */
static void ties_count_as_as_large(void **state)
{
    (void)state;
    static struct made made = {.pairs = 2};
    struct random random;
    random_seed(&random, 2);
    for (size_t rounds = 4; rounds <= 12; rounds++) {
        for (size_t k = 0; k < made.pairs; k++) {
            for (size_t i = 0; i < rounds; i++)
                made.values[k][i] = 0.1 * ((double)random_below(&random, 5) - 1);
            made.values[k][0] = 0.1;
        }
        look_once(&made, rounds);
        for (size_t k = 0; k < made.pairs; k++) {
            double alone, among_all;
            count_patterns(&made, rounds, k, &alone, &among_all);
            assert_true(made.tests[k].p == alone);
            assert_true(made.tests[k].p_adjusted == among_all);
        }
    }
}

static void p_of_a_pair_that_can_be_counted_by_hand_is_right(void **state)
{
    (void)state;
    static struct made made = {
        .pairs = 1, .values = {{0.3, -0.1, 0.25, 0.4, 0.15, -0.05, 0.35, 0.2, 0.1, 0.45}}};
    look_once(&made, 10);
    /* Signs turned to minus may add up to 0.15: {}, 0.05, 0.1, 0.1, 0.15, and 0.05 with either 0.1.
     */
    assert_true(made.tests[0].p == 7.0 / 512);
}

/* ---- who can be named ---- */

static void
a_pair_that_always_points_the_same_way_is_named_at_nine_rounds_and_not_before(void **state)
{
    (void)state;
    static struct made made = {.pairs = 1};
    struct max_t *max_t = opened(1);
    for (size_t i = 0; i < ROUNDS_MOST; i++)
        made.values[0][i] = 0.5 + 0.01 * (double)(i % 7);
    for (size_t rounds = 1; rounds <= 9; rounds++) {
        look_at(max_t, &made, rounds);
        assert_int_equal(made.tests[0].named, rounds == 9);
        assert_int_equal(made.tests[0].critical > made.tests[0].statistic, rounds < 9);
        assert_true(made.tests[0].p == ldexp(1, 1 - (int)rounds));
    }
    max_t_close(max_t);
}

static void nobody_is_named_before_nine_rounds_whatever_the_pairs(void **state)
{
    (void)state;
    static struct made made;
    for (made.pairs = 1; made.pairs <= PAIRS_MOST; made.pairs *= 4) {
        struct max_t *max_t = opened(made.pairs);
        for (size_t k = 0; k < made.pairs; k++) {
            for (size_t i = 0; i < ROUNDS_MOST; i++)
                made.values[k][i] = 3;
        }
        for (size_t rounds = 1; rounds < 9; rounds++) {
            look_at(max_t, &made, rounds);
            for (size_t k = 0; k < made.pairs; k++)
                assert_false(made.tests[k].named);
        }
        max_t_close(max_t);
    }
}

static void a_pair_that_takes_no_part_changes_nothing_for_the_others(void **state)
{
    (void)state;
    static struct made with = {.pairs = 5}, without = {.pairs = 4};
    struct random random;
    random_seed(&random, 3);
    fill_normal(&with, &random);
    memcpy(without.values, with.values, sizeof with.values);
    for (size_t i = 0; i < ROUNDS_MOST; i++) {
        with.values[0][i] = without.values[0][i] += 2;
        with.values[4][i] = i % 2 ? NAN : 0; /* ties only */
    }
    struct max_t *first = opened(5), *second = opened(4);
    for (size_t rounds = 8; rounds <= 30; rounds++) {
        look_at(first, &with, rounds);
        look_at(second, &without, rounds);
        assert_memory_equal(&with.tests[0].scale, &without.tests[0].scale, sizeof(double));
        for (size_t k = 0; k < 4; k++) {
            assert_true(with.tests[k].p == without.tests[k].p);
            assert_true(with.tests[k].p_adjusted == without.tests[k].p_adjusted);
            assert_true(with.tests[k].critical == without.tests[k].critical);
            assert_int_equal(with.tests[k].named, without.tests[k].named);
        }
        assert_false(with.tests[4].named);
        assert_true(isnan(with.tests[4].statistic) && with.tests[4].p == 1);
    }
    assert_true(with.tests[0].named);
    max_t_close(first);
    max_t_close(second);
}

static void two_pairs_of_the_same_rounds_have_the_same_p(void **state)
{
    (void)state;
    static struct made made = {.pairs = 4};
    struct random random;
    random_seed(&random, 4);
    fill_normal(&made, &random);
    for (size_t i = 0; i < ROUNDS_MOST; i++) {
        made.values[2][i] = made.values[0][i];
        made.values[3][i] = -made.values[0][i];
    }
    look_once(&made, 40);
    for (size_t k = 2; k <= 3; k++) {
        assert_true(made.tests[k].p == made.tests[0].p);
        assert_true(made.tests[k].p_adjusted == made.tests[0].p_adjusted);
    }
    assert_true(made.tests[1].p != made.tests[0].p);
}

static void rounds_without_a_value_change_nothing_but_the_signs_that_are_drawn(void **state)
{
    (void)state;
    static struct made made = {.pairs = 1};
    struct random random;
    random_seed(&random, 5);
    fill_normal(&made, &random);
    look_once(&made, 10);
    double p = made.tests[0].p, statistic = made.tests[0].statistic;
    for (size_t i = 10; i < 14; i++)
        made.values[0][i] = NAN;
    look_once(&made, 14);
    assert_true(made.tests[0].p == p);
    assert_true(made.tests[0].statistic == statistic);
}

/* A pair that was named and is measured on has an interval all the same: among pairs of which
 * nobody is left, nothing is by chance, and the critical value would be none. */
static void who_was_named_is_looked_at_among_all_from_then_on(void **state)
{
    (void)state;
    static struct made made = {.pairs = 2}, alone = {.pairs = 1};
    struct random random;
    random_seed(&random, 6);
    fill_normal(&made, &random);
    for (size_t i = 0; i < ROUNDS_MOST; i++) {
        made.values[0][i] = 4 + 0.1 * made.values[0][i];
        alone.values[0][i] = made.values[0][i];
    }
    struct max_t *max_t = opened(2), *single = opened(1);
    for (size_t rounds = 9; rounds <= 30; rounds++) {
        look_at(max_t, &made, rounds);
        look_at(single, &alone, rounds);
        assert_int_equal(alone.tests[0].named, true);
        assert_true(alone.tests[0].critical > 2);
        if (rounds < 12)
            continue;
        assert_true(made.tests[0].named && !made.tests[1].named);
        assert_true(made.tests[0].critical >= made.tests[1].critical);
    }
    max_t_close(max_t);
    max_t_close(single);
}

static void a_pair_is_found_sooner_once_those_named_are_out_of_the_way(void **state)
{
    (void)state;
    static struct made made = {.pairs = 9}, apart = {.pairs = 9};
    struct random random;
    random_seed(&random, 7);
    fill_normal(&made, &random);
    memcpy(&apart, &made, sizeof made);
    for (size_t k = 0; k < 8; k++) {
        for (size_t i = 0; i < ROUNDS_MOST; i++)
            made.values[k][i] = 5 + 0.1 * made.values[k][i];
    }
    struct max_t *stepped = opened(9), *plain = opened(9);
    for (size_t rounds = 20; rounds <= 25; rounds++) {
        look_at(stepped, &made, rounds);
        look_at(plain, &apart, rounds);
    }
    assert_true(made.tests[0].named);
    assert_true(made.tests[8].critical < apart.tests[8].critical);
    max_t_close(stepped);
    max_t_close(plain);
}

/* ---- looks ---- */

static void rounds_that_do_not_grow_are_refused(void **state)
{
    (void)state;
    static struct made made = {.pairs = 1, .values = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}};
    struct max_t *max_t = opened(1);
    assert_int_equal(max_t_look(max_t, 0, made.tests), -EINVAL);
    look_at(max_t, &made, 10);
    assert_int_equal(max_t_look(max_t, 10, made.tests), -EINVAL);
    assert_int_equal(max_t_look(max_t, 9, made.tests), -EINVAL);
    look_at(max_t, &made, 11);
    max_t_close(max_t);
    assert_int_equal(max_t_open(&max_t, 0), -EINVAL);
}

static void
looks_are_after_each_round_from_nine_to_twenty_four_and_then_every_twelfth_part(void **state)
{
    (void)state;
    static const size_t later[] = {26, 28, 30, 32, 34, 36, 39, 42, 45, 48, 52};
    size_t rounds = 0;
    for (size_t expected = 9; expected <= 24; expected++)
        assert_int_equal(rounds = max_t_next_look(rounds), expected);
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        assert_int_equal(rounds = max_t_next_look(rounds), later[i]);
    for (rounds = 0; rounds < 5000; rounds++)
        assert_true(max_t_next_look(rounds) > rounds);
}

static void the_budget_grows_from_nothing_to_less_than_the_level(void **state)
{
    (void)state;
    assert_true(max_t_budget(0) == 0 && max_t_budget(3) == 0);
    for (size_t rounds = 4; rounds < 1000000; rounds *= 2) {
        assert_true(max_t_budget(rounds) > max_t_budget(rounds / 2));
        assert_true(max_t_budget(rounds) < MAX_T_LEVEL);
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
        for (size_t rounds = 9; rounds <= ROUNDS_MOST; rounds = max_t_next_look(rounds)) {
            for (size_t i = 0; i < rounds; i++)
                made.values[5][i] = 1;
            look_at(max_t, &made, rounds);
            spent = made.tests[5].p_adjusted - made.tests[5].p;
            assert_true(spent <= max_t_budget(rounds));
        }
        /* And nearly all of what it may. */
        assert_true(spent > 0.75 * max_t_budget(ROUNDS_MOST));
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
    for (size_t rounds = 9; rounds <= ROUNDS_MOST; rounds = max_t_next_look(rounds)) {
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
    assert_int_equal(max_t_look(max_t, ROUNDS, pairs), 0);
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
        for (size_t rounds = 9; rounds <= ROUNDS && !named; rounds += 7) {
            look_at(max_t, &made, rounds);
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
        cmocka_unit_test(p_is_the_exact_share_of_all_patterns_of_signs),
        cmocka_unit_test(ties_count_as_as_large),
        cmocka_unit_test(p_of_a_pair_that_can_be_counted_by_hand_is_right),
        cmocka_unit_test(
            a_pair_that_always_points_the_same_way_is_named_at_nine_rounds_and_not_before),
        cmocka_unit_test(nobody_is_named_before_nine_rounds_whatever_the_pairs),
        cmocka_unit_test(a_pair_that_takes_no_part_changes_nothing_for_the_others),
        cmocka_unit_test(two_pairs_of_the_same_rounds_have_the_same_p),
        cmocka_unit_test(rounds_without_a_value_change_nothing_but_the_signs_that_are_drawn),
        cmocka_unit_test(who_was_named_is_looked_at_among_all_from_then_on),
        cmocka_unit_test(a_pair_is_found_sooner_once_those_named_are_out_of_the_way),
        cmocka_unit_test(rounds_that_do_not_grow_are_refused),
        cmocka_unit_test(
            looks_are_after_each_round_from_nine_to_twenty_four_and_then_every_twelfth_part),
        cmocka_unit_test(the_budget_grows_from_nothing_to_less_than_the_level),
        cmocka_unit_test(no_look_spends_more_than_the_budget),
        cmocka_unit_test(the_same_rounds_give_the_same_answers),
        cmocka_unit_test(two_thousand_pairs_are_tested_too_and_one_of_them_is_found),
        cmocka_unit_test(of_400_runs_of_equals_one_in_100_names_somebody_at_most),
    };
    return cmocka_run_group_tests_name("max_t", tests, NULL, NULL);
}
