/* Many pairs at once: p, and who can be named. */
#include "tests/harness/stats/made_pairs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

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

/* At every round somebody looks. */
static void
a_pair_that_always_points_the_same_way_is_named_at_twelve_rounds_and_not_before(void **state)
{
    (void)state;
    static struct made made = {.pairs = 1};
    struct max_t *max_t = opened(1);
    for (size_t i = 0; i < ROUNDS_MOST; i++)
        made.values[0][i] = 0.5 + 0.01 * (double)(i % 7);
    for (size_t rounds = 1; rounds <= 12; rounds++) {
        look_at(max_t, &made, rounds);
        assert_int_equal(made.tests[0].named, rounds == 12);
        assert_int_equal(made.tests[0].critical > made.tests[0].statistic, rounds < 12);
        assert_true(made.tests[0].p == ldexp(1, 1 - (int)rounds));
    }
    max_t_close(max_t);
}

static void at_a_last_look_it_is_named_at_eight_rounds_and_not_before(void **state)
{
    (void)state;
    static struct made made = {.pairs = 1};
    for (size_t i = 0; i < ROUNDS_MOST; i++)
        made.values[0][i] = 0.5 + 0.01 * (double)(i % 7);
    for (size_t rounds = 1; rounds <= 12; rounds++) {
        look_once(&made, rounds);
        assert_int_equal(made.tests[0].named, rounds >= 8);
    }
}

static void nobody_is_named_before_twelve_rounds_whatever_the_pairs(void **state)
{
    (void)state;
    static struct made made;
    for (made.pairs = 1; made.pairs <= PAIRS_MOST; made.pairs *= 4) {
        struct max_t *max_t = opened(made.pairs);
        for (size_t k = 0; k < made.pairs; k++) {
            for (size_t i = 0; i < ROUNDS_MOST; i++)
                made.values[k][i] = 3;
        }
        for (size_t rounds = 1; rounds < 12; rounds++) {
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
    for (size_t rounds = 12; rounds <= 30; rounds += 3) {
        look_at(max_t, &made, rounds);
        look_at(single, &alone, rounds);
        assert_int_equal(alone.tests[0].named, true);
        assert_true(alone.tests[0].critical > 2);
        if (rounds < 15)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p_is_the_exact_share_of_all_patterns_of_signs),
        cmocka_unit_test(ties_count_as_as_large),
        cmocka_unit_test(p_of_a_pair_that_can_be_counted_by_hand_is_right),
        cmocka_unit_test(
            a_pair_that_always_points_the_same_way_is_named_at_twelve_rounds_and_not_before),
        cmocka_unit_test(at_a_last_look_it_is_named_at_eight_rounds_and_not_before),
        cmocka_unit_test(nobody_is_named_before_twelve_rounds_whatever_the_pairs),
        cmocka_unit_test(a_pair_that_takes_no_part_changes_nothing_for_the_others),
        cmocka_unit_test(two_pairs_of_the_same_rounds_have_the_same_p),
        cmocka_unit_test(rounds_without_a_value_change_nothing_but_the_signs_that_are_drawn),
        cmocka_unit_test(who_was_named_is_looked_at_among_all_from_then_on),
        cmocka_unit_test(a_pair_is_found_sooner_once_those_named_are_out_of_the_way),
    };
    return cmocka_run_group_tests_name("max_t", tests, NULL, NULL);
}
