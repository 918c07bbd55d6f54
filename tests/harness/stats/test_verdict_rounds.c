/* The rounds that it would take until there is a verdict. */
#include "harness/stats/normal.h"
#include "tests/harness/stats/verdict_question.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct verdict foretell(size_t n, double log_ratio, double deviation, size_t pairs)
{
    /* As wide as so many pairs make it, and wide enough to decide nothing. */
    double z = -normal_quantile(0.005 / (double)pairs);
    double half = fmax(fabs(log_ratio) + 0.001, 1.5 * z * deviation / sqrt((double)n));
    struct effect effect =
        effect_of(n, exp(log_ratio - half), exp(log_ratio), exp(log_ratio + half));
    struct verdict_question question = question_of(&effect);
    sequence_of(&question)->deviation = deviation;
    question.pairs = pairs;
    struct verdict verdict = decide(&question);
    assert_int_equal(verdict.word, VERDICT_INCONCLUSIVE);
    assert_true(verdict.rounds > n || verdict.rounds == VERDICT_ROUNDS_MAXIMUM);
    return verdict;
}

static uint64_t rounds_of(size_t n, double log_ratio, double deviation, size_t pairs)
{
    return foretell(n, log_ratio, deviation, pairs).rounds;
}

/* Twice the effect, noise and minimum effect are the same question. */
static void only_proportions_decide_how_many_rounds_it_takes(void **state)
{
    (void)state;
    struct verdict first = {0};
    for (unsigned scale = 1; scale <= 4; scale *= 2) {
        struct effect effect =
            effect_of(60, exp(-0.015 * scale), exp(0.01 * scale), exp(0.035 * scale));
        struct verdict_question question = question_of(&effect);
        question.minimum_effect = expm1(0.03 * scale);
        struct verdict verdict = decide(&question);
        if (scale == 1)
            first = verdict;
        assert_int_equal(verdict.rounds, first.rounds);
        assert_int_equal(verdict.rounds_likely, first.rounds_likely);
        assert_in_range(verdict.rounds, 61, 500);
    }
    assert_int_equal(rounds_of(500, 0.01, 0.5, 1), rounds_of(500, -0.01, 0.5, 1));
}

static void the_likely_rounds_are_more_than_those_of_even_odds(void **state)
{
    (void)state;
    struct verdict verdict = foretell(30, 0.02, 0.1, 10);
    assert_true(verdict.rounds_likely > verdict.rounds);
}

static void more_pairs_and_more_noise_take_more_rounds(void **state)
{
    (void)state;
    uint64_t before = 0;
    for (size_t pairs = 1; pairs <= 100000; pairs *= 10) {
        uint64_t rounds = rounds_of(12, 0.1, 0.2, pairs);
        assert_true(rounds > before);
        before = rounds;
    }
    before = 0;
    for (double deviation = 0.05; deviation < 1; deviation *= 2) {
        uint64_t rounds = rounds_of(12, 0.1, deviation, 10);
        assert_true(rounds > before);
        before = rounds;
    }
}

static void rounds_without_end_are_the_stated_maximum(void **state)
{
    (void)state;
    assert_int_equal(rounds_of(400000, 0, 30, 1), VERDICT_ROUNDS_MAXIMUM);
    assert_int_equal(rounds_of(5000000, 0, 100, 1), VERDICT_ROUNDS_MAXIMUM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_proportions_decide_how_many_rounds_it_takes),
        cmocka_unit_test(the_likely_rounds_are_more_than_those_of_even_odds),
        cmocka_unit_test(more_pairs_and_more_noise_take_more_rounds),
        cmocka_unit_test(rounds_without_end_are_the_stated_maximum),
    };
    return cmocka_run_group_tests_name("verdict, rounds", tests, NULL, NULL);
}
