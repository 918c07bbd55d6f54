/* The rounds that it would take until there is a verdict. */
#include "tests/harness/stats/synthetic.h"
#include "tests/harness/stats/verdict_question.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static uint64_t rounds_of(size_t n, double log_ratio, double half_width, size_t pairs)
{
    struct effect effect =
        effect_of(n, exp(log_ratio - half_width), exp(log_ratio), exp(log_ratio + half_width));
    struct verdict_question question = question_of(&effect);
    effect.p = 0.005;
    question.p_adjusted = 0.9;
    question.pairs = pairs;
    struct verdict verdict = decide(&question);
    assert_int_equal(verdict.word, VERDICT_INCONCLUSIVE);
    return verdict.rounds;
}

/* Twice the effect, noise and minimum effect are the same question. */
static void only_proportions_decide_how_many_rounds_it_takes(void **state)
{
    (void)state;
    for (unsigned scale = 1; scale <= 4; scale *= 2) {
        struct effect effect =
            effect_of(60, exp(-0.015 * scale), exp(0.01 * scale), exp(0.035 * scale));
        struct verdict_question question = question_of(&effect);
        question.minimum_effect = expm1(0.03 * scale);
        struct verdict verdict = decide(&question);
        static struct verdict first;
        if (scale == 1)
            first = verdict;
        assert_int_equal(verdict.rounds, first.rounds);
        assert_int_equal(verdict.rounds_likely, first.rounds_likely);
        assert_in_range(verdict.rounds, 61, 500);
    }
    assert_int_equal(rounds_of(500, 0.01, 0.1, 1), rounds_of(500, -0.01, 0.1, 1));
}

/* A truth is drawn from what 600 rounds say of it, further rounds from that truth; then the rules
 * of the header, for one pair, on estimates taken as normal. At the rounds foretold, every second
 * case or 4 of 5 have a word. */
static void the_rounds_are_those_that_drawing_the_future_at_random_yields(void **state)
{
    (void)state;
    static const double estimates[] = {0, 0.015, 0.028, 0.04, 0.048};
    const double error = 0.02, margin = log(1.03), quantile = 2.5865; /* of 99.03 % */
    for (size_t k = 0; k < COUNT(estimates); k++) {
        double half = error * quantile;
        struct effect effect =
            effect_of(600, exp(estimates[k] - half), exp(estimates[k]), exp(estimates[k] + half));
        struct verdict_question question = question_of(&effect);
        question.pairs = 1;
        struct verdict verdict = decide(&question);
        for (unsigned likely = 0; likely < 2; likely++) {
            double rounds = (double)(likely ? verdict.rounds_likely : verdict.rounds);
            unsigned words = 0, samples = 10000;
            struct random random;
            random_seed(&random, 7);
            for (unsigned i = 0; i < samples; i++) {
                double truth = estimates[k] + error * synthetic_draw(&random, SYNTHETIC_NORMAL);
                double later_error = error * sqrt(600 / (rounds - 600));
                double later = truth + later_error * synthetic_draw(&random, SYNTHETIC_NORMAL);
                double pooled = (600 * estimates[k] + (rounds - 600) * later) / rounds;
                double pooled_error = error * sqrt(600 / rounds);
                bool apart = fabs(pooled) >= fmax(margin, 2.576 * pooled_error);
                bool inside = fabs(pooled) + quantile * pooled_error < margin;
                words += apart || inside;
            }
            double share = (double)words / samples, wanted = likely ? 0.8 : 0.5;
            print_message("estimate %.3f, %.0f rounds: %.3f\n", estimates[k], rounds, share);
            assert_true(share > wanted - 0.015 && share < wanted + 0.03);
        }
    }
}

/* Of two intervals of the same width, the one of few rounds is so wide in part because they are
 * few, which more of them mend. */
static void few_rounds_know_that_their_interval_is_wide_because_they_are_few(void **state)
{
    (void)state;
    double margin = log(1.03);
    uint64_t few = rounds_of(10, 0, 1.2 * margin, 1), many = rounds_of(1000, 0, 1.2 * margin, 1);
    print_message("%zu for 10, %zu for 1000\n", (size_t)few, (size_t)many);
    assert_true((double)few / 10 < 0.8 * (double)many / 1000);
}

/* Without a minimum effect only significance is wanted, and it is near. */
static void a_difference_that_is_almost_significant_takes_few_rounds_more(void **state)
{
    (void)state;
    struct effect effect = effect_of(200, exp(-0.001), exp(0.020), exp(0.041));
    struct verdict_question question = question_of(&effect);
    question.minimum_effect = 0;
    question.pairs = 1;
    assert_in_range(decide(&question).rounds, 201, 260);
}

static void more_pairs_take_more_rounds(void **state)
{
    (void)state;
    uint64_t before = 0;
    for (size_t pairs = 1; pairs <= 100000; pairs *= 10) {
        uint64_t rounds = rounds_of(12, 0.4, 0.45, pairs);
        assert_true(rounds >= before && rounds < 200);
        before = rounds;
    }
    assert_true(before > 2 * rounds_of(12, 0.4, 0.45, 1));
}

/* All rounds alike: any number of them has the same interval, and still p depends on how many. */
static void rounds_without_any_noise_need_as_many_as_p_does(void **state)
{
    (void)state;
    assert_in_range(rounds_of(10, 0.5, 0, 6600), 20, 40);
    struct effect effect = effect_of(10, 1.03, 1.03, 1.03);
    struct verdict_question question = question_of(&effect);
    question.p_adjusted = 1;
    assert_int_equal(decide(&question).word, VERDICT_INCONCLUSIVE);
    /* Always the same, no difference at all, and asked whether there is the least one. */
    effect = effect_of(12, 1, 1, 1);
    question.minimum_effect = 0;
    assert_int_equal(decide(&question).rounds, VERDICT_ROUNDS_MAXIMUM);
}

static void rounds_without_end_are_the_stated_maximum(void **state)
{
    (void)state;
    assert_int_equal(rounds_of(400000, 0, 0.06, 1), VERDICT_ROUNDS_MAXIMUM);
    assert_int_equal(rounds_of(5000000, 0, 1, 1), VERDICT_ROUNDS_MAXIMUM);
    struct effect effect = effect_of(50, 0.99, 1, 1.01);
    struct verdict_question question = question_of(&effect);
    question.minimum_effect = 0; /* nothing is equivalent then */
    struct verdict verdict = decide(&question);
    assert_int_equal(verdict.word, VERDICT_INCONCLUSIVE);
    assert_in_range(verdict.rounds, 100, VERDICT_ROUNDS_MAXIMUM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_proportions_decide_how_many_rounds_it_takes),
        cmocka_unit_test(the_rounds_are_those_that_drawing_the_future_at_random_yields),
        cmocka_unit_test(few_rounds_know_that_their_interval_is_wide_because_they_are_few),
        cmocka_unit_test(a_difference_that_is_almost_significant_takes_few_rounds_more),
        cmocka_unit_test(more_pairs_take_more_rounds),
        cmocka_unit_test(rounds_without_any_noise_need_as_many_as_p_does),
        cmocka_unit_test(rounds_without_end_are_the_stated_maximum),
    };
    return cmocka_run_group_tests_name("verdict, rounds", tests, NULL, NULL);
}
