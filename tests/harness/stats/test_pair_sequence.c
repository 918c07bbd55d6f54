/* One pair, looked at while its rounds come. */
#include "harness/stats/max_t.h"
#include "harness/stats/pair_sequence.h"
#include "harness/stats/proportion.h"
#include "tests/harness/stats/synthetic.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { ROUNDS = 30 };

static struct pair_sequence play(const double *values, size_t rounds, double minimum_effect)
{
    struct pair_sequence sequence;
    assert_int_equal(pair_sequence_play(values, rounds, minimum_effect, true, &sequence), 0);
    return sequence;
}

static void draw(struct random *random, enum synthetic_shape shape, double center, double deviation,
                 double *values)
{
    for (size_t i = 0; i < ROUNDS; i++)
        values[i] = center + deviation * synthetic_draw(random, shape);
}

static void what_is_planted_is_found_the_right_way_round(void **state)
{
    (void)state;
    struct random random;
    unsigned found = 0;
    random_seed(&random, 1);
    for (unsigned i = 0; i < 100; i++) {
        double values[ROUNDS], truth = i % 2 ? 0.1 : -0.1;
        draw(&random, i % 4, truth, 0.1, values);
        struct pair_sequence sequence = play(values, ROUNDS, 0.03);
        found += sequence.word == (i % 2 ? VERDICT_SLOWER : VERDICT_FASTER);
        assert_int_not_equal(sequence.word, i % 2 ? VERDICT_FASTER : VERDICT_SLOWER);
        assert_true(sequence.rounds >= MAX_T_ROUNDS && sequence.rounds <= ROUNDS);
    }
    print_message("%u of 100 found\n", found);
    assert_true(found >= 80);
}

static void of_400_pairs_of_equals_one_in_100_is_named_at_most(void **state)
{
    (void)state;
    enum { PAIRS = 400 };
    struct random random;
    struct proportion share;
    unsigned named = 0;
    random_seed(&random, 2);
    for (unsigned i = 0; i < PAIRS; i++) {
        double values[ROUNDS];
        draw(&random, i % 2 ? SYNTHETIC_NORMAL : SYNTHETIC_DISTURBED, 0, 0.13, values);
        enum verdict_word word = play(values, ROUNDS, 0).word;
        named += word == VERDICT_FASTER || word == VERDICT_SLOWER;
    }
    assert_int_equal(proportion_of(named, PAIRS, 0.99, &share), 0);
    print_message("%u of %u named\n", named, PAIRS);
    assert_true(share.low <= 0.01);
}

/* A difference of 4 %, of which less than 5 % is nothing worth a name: the test names the pair long
 * before anything says that it is within 5 %. */
static void a_pair_that_is_named_is_not_equivalent_for_want_of_others(void **state)
{
    (void)state;
    struct random random;
    unsigned equivalent = 0;
    random_seed(&random, 3);
    for (unsigned i = 0; i < 100; i++) {
        double values[ROUNDS];
        draw(&random, SYNTHETIC_NORMAL, log(1.0501), 0.03, values);
        struct pair_sequence sequence = play(values, ROUNDS, 0.05);
        equivalent += sequence.word == VERDICT_EQUIVALENT;
        assert_true(!sequence.interval.bounded ||
                    sequence.interval.high - sequence.interval.low > 0.005);
    }
    print_message("%u of 100 falsely equivalent\n", equivalent);
    assert_in_range(equivalent, 0, 5);
}

static void equals_with_little_noise_are_equivalent_at_the_first_look_that_can_say_so(void **state)
{
    (void)state;
    double values[ROUNDS];
    struct random random;
    random_seed(&random, 4);
    draw(&random, SYNTHETIC_NORMAL, 0, 0.001, values);
    struct pair_sequence sequence = play(values, ROUNDS, 0.03);
    assert_int_equal(sequence.word, VERDICT_EQUIVALENT);
    assert_int_equal(sequence.rounds, MAX_T_FIRST_LOOK);
    assert_true(sequence.interval.low > -0.03 && sequence.interval.high < 0.03);
}

static void fewer_than_eight_rounds_decide_nothing(void **state)
{
    (void)state;
    const double values[] = {1, 1.1, 1.2, 1.1, 1.3, 1.1, 1.2};
    struct pair_sequence sequence = play(values, 7, 0.03);
    assert_int_equal(sequence.word, VERDICT_INCONCLUSIVE);
    assert_int_equal(sequence.rounds, 7);
    assert_false(sequence.interval.bounded);
    sequence = play(values, 1, 0.03);
    assert_int_equal(sequence.word, VERDICT_INCONCLUSIVE);
    assert_true(sequence.interval.estimate == 1);
}

static void without_a_value_there_is_no_answer(void **state)
{
    (void)state;
    const double none[] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    struct pair_sequence sequence;
    assert_int_equal(pair_sequence_play(none, 10, 0.03, true, &sequence), -EINVAL);
    assert_int_equal(pair_sequence_play(none, 0, 0.03, true, &sequence), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_planted_is_found_the_right_way_round),
        cmocka_unit_test(of_400_pairs_of_equals_one_in_100_is_named_at_most),
        cmocka_unit_test(a_pair_that_is_named_is_not_equivalent_for_want_of_others),
        cmocka_unit_test(equals_with_little_noise_are_equivalent_at_the_first_look_that_can_say_so),
        cmocka_unit_test(fewer_than_eight_rounds_decide_nothing),
        cmocka_unit_test(without_a_value_there_is_no_answer),
    };
    return cmocka_run_group_tests_name("pair sequence", tests, NULL, NULL);
}
