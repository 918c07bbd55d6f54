#include "harness/stats/random.h"
#include "harness/stats/verdict.h"
#include "tests/harness/stats/verdict_question.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static enum verdict_word word_of(size_t n, double low, double ratio, double high)
{
    struct effect effect = effect_of(n, low, ratio, high);
    struct verdict_question question = question_of(&effect);
    return decide(&question).word;
}

static void the_word_follows_from_interval_estimate_and_minimum_effect(void **state)
{
    (void)state;
    assert_int_equal(word_of(50, 0.75, 0.80, 0.85), VERDICT_FASTER);
    assert_int_equal(word_of(50, 1.10, 1.20, 1.30), VERDICT_SLOWER);
    assert_int_equal(word_of(50, 0.99, 1.00, 1.01), VERDICT_EQUIVALENT);
    assert_int_equal(word_of(50, 0.90, 1.00, 1.10), VERDICT_INCONCLUSIVE);
    /* Clear of 1, but the estimate is less than the minimum: equivalent only if all of it is. */
    assert_int_equal(word_of(50, 1.010, 1.020, 1.029), VERDICT_EQUIVALENT);
    assert_int_equal(word_of(50, 1.010, 1.025, 1.040), VERDICT_INCONCLUSIVE);
    assert_int_equal(word_of(50, 1.010, 1.035, 1.060), VERDICT_SLOWER);
    /* At least the minimum, but not clear of 1. */
    assert_int_equal(word_of(50, 0.90, 0.95, 1.001), VERDICT_INCONCLUSIVE);
}

static void the_minimum_effect_is_a_ratio_and_its_reciprocal(void **state)
{
    (void)state;
    assert_int_equal(word_of(50, 1.01, 1.0300001, 1.05), VERDICT_SLOWER);
    assert_int_equal(word_of(50, 1.01, 1.0299999, 1.05), VERDICT_INCONCLUSIVE);
    assert_int_equal(word_of(50, 0.95, 1 / 1.0300001, 0.99), VERDICT_FASTER);
    assert_int_equal(word_of(50, 0.95, 1 / 1.0299999, 0.99), VERDICT_INCONCLUSIVE);
    assert_int_equal(word_of(50, 1 / 1.0299999, 1, 1.0299999), VERDICT_EQUIVALENT);
    assert_int_equal(word_of(50, 1 / 1.0299999, 1, 1.0300001), VERDICT_INCONCLUSIVE);
    assert_int_equal(word_of(50, 1 / 1.0300001, 1, 1.0299999), VERDICT_INCONCLUSIVE);
}

static void where_higher_is_better_the_higher_one_is_faster(void **state)
{
    (void)state;
    struct effect effect = effect_of(50, 1.1, 1.2, 1.3);
    struct verdict_question question = question_of(&effect);
    assert_int_equal(decide(&question).word, VERDICT_SLOWER);
    question.lower_is_better = false;
    assert_int_equal(decide(&question).word, VERDICT_FASTER);
    effect = effect_of(50, 0.7, 0.8, 0.9);
    assert_int_equal(decide(&question).word, VERDICT_SLOWER);
}

static void only_the_test_names_however_small_p_is(void **state)
{
    (void)state;
    struct effect effect = effect_of(50, 0.75, 0.80, 1);
    struct verdict_question question = question_of(&effect);
    question.p_adjusted = 0.0001;
    assert_int_equal(decide(&question).word, VERDICT_INCONCLUSIVE);
    sequence_of(&question)->named = true;
    assert_int_equal(decide(&question).word, VERDICT_FASTER);
}

static void without_an_interval_there_is_neither_a_name_nor_equality(void **state)
{
    (void)state;
    struct effect effect = effect_of(20, 0.99, 1, 1.01);
    struct verdict_question question = question_of(&effect);
    effect.low = 0;
    effect.high = INFINITY;
    sequence_of(&question)->bounded = false;
    assert_int_equal(decide(&question).word, VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(decide(&question).why, "too few for an interval"));
    sequence_of(&question)->deviation = 0;
    assert_non_null(strstr(decide(&question).why, "the same ratio"));
}

static void under_eight_rounds_eight_are_asked_for(void **state)
{
    (void)state;
    for (size_t n = 1; n < 8; n++) {
        struct effect effect = effect_of(n, 0.5, 0.8, 1.2);
        struct verdict_question question = question_of(&effect);
        effect.low = 0;
        effect.high = INFINITY;
        sequence_of(&question)->bounded = false;
        struct verdict verdict = decide(&question);
        assert_int_equal(verdict.word, VERDICT_INCONCLUSIVE);
        assert_non_null(strstr(verdict.why, "fewer than 8 rounds"));
        assert_int_equal(verdict.rounds, 8);
        assert_int_equal(verdict.rounds_likely, 8);
    }
}

static void a_test_and_an_interval_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    for (int named = 0; named <= 1; named++) {
        struct effect effect =
            named ? effect_of(50, 0.9, 0.95, 1.1) : effect_of(50, 0.8, 0.9, 0.95);
        struct verdict_question question = question_of(&effect);
        struct verdict verdict;
        sequence_of(&question)->named = named;
        assert_int_equal(verdict_decide(&question, &verdict), -EINVAL);
        assert_int_equal(verdict.word, VERDICT_INVALID);
        assert_non_null(strstr(verdict.why, "contradict"));
    }
}

static void a_deviation_that_is_none_and_two_kinds_of_question_at_once_are_refused(void **state)
{
    (void)state;
    static const struct verdict_samples samples = {20, 20, 0, false};
    const double bad[] = {NAN, -1, INFINITY};
    struct effect effect = effect_of(50, 0.75, 0.80, 0.85);
    struct verdict verdict;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct verdict_question question = question_of(&effect);
        sequence_of(&question)->deviation = bad[i];
        assert_int_equal(verdict_decide(&question, &verdict), -EINVAL);
    }
    struct verdict_question question = question_of(&effect);
    question.samples = &samples;
    assert_int_equal(verdict_decide(&question, &verdict), -EINVAL);
    question.sequence = NULL;
    assert_int_equal(verdict_decide(&question, &verdict), 0);
    question.samples = NULL;
    assert_int_equal(verdict_decide(&question, &verdict), -EINVAL);
}

static void trials_that_do_not_count_are_invalid_with_their_reason(void **state)
{
    (void)state;
    struct effect effect = effect_of(50, 0.75, 0.80, 0.85);
    struct verdict_question question = question_of(&effect);
    question.why_invalid = "the generator was the bound";
    assert_int_equal(decide(&question).word, VERDICT_INVALID);
    assert_string_equal(decide(&question).why, "the generator was the bound");
    effect.ratio = NAN; /* such trials may have measured anything */
    assert_string_equal(decide(&question).why, "the generator was the bound");
    question.effect = NULL;
    assert_string_equal(decide(&question).why, "the generator was the bound");
    question.why_invalid = NULL;
    assert_int_equal(decide(&question).word, VERDICT_INVALID);
    assert_non_null(strstr(decide(&question).why, "no round"));
    effect = (struct effect){0};
    question.effect = &effect;
    assert_int_equal(decide(&question).word, VERDICT_INVALID);
}

static void expect_nonsense(const struct effect *effect, const struct verdict_question *question)
{
    struct verdict_question asked = *question;
    struct verdict verdict;
    asked.effect = effect;
    assert_int_equal(verdict_decide(&asked, &verdict), -EINVAL);
    assert_int_equal(verdict.word, VERDICT_INVALID);
    assert_non_null(verdict.why);
    assert_int_equal(verdict.rounds, 0);
}

static void a_question_that_makes_no_sense_is_refused_and_invalid(void **state)
{
    (void)state;
    const struct effect good = effect_of(50, 0.75, 0.80, 0.85);
    const struct verdict_question fine = question_of(&good);
    const double bad[] = {NAN, -1, INFINITY, -INFINITY};
    for (size_t i = 0; i < COUNT(bad); i++) {
        for (size_t field = 0; field < 4; field++) {
            struct effect effect = good;
            *(double *[]){&effect.ratio, &effect.low, &effect.high, &effect.p}[field] = bad[i];
            expect_nonsense(&effect, &fine);
        }
        struct verdict_question question = fine;
        question.minimum_effect = bad[i];
        expect_nonsense(&good, &question);
        expect_nonsense(NULL, &question);
        question = fine;
        question.p_adjusted = bad[i];
        expect_nonsense(&good, &question);
    }
    const struct effect out_of_order[] = {effect_of(50, 0.81, 0.80, 0.85),
                                          effect_of(50, 0.75, 0.80, 0.79),
                                          effect_of(50, 0, 0.80, 0.85)};
    for (size_t i = 0; i < COUNT(out_of_order); i++)
        expect_nonsense(&out_of_order[i], &fine);
    struct verdict_question question = fine;
    question.pairs = 0;
    expect_nonsense(&good, &question);
    question = fine;
    question.p_adjusted = good.p / 2;
    expect_nonsense(&good, &question);
}

/* Whatever is asked: the rules, written down once more in another way. */
static void no_winner_is_named_on_less_than_both_conditions(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 1);
    unsigned words[VERDICT_SLOWER + 1] = {0};
    for (unsigned i = 0; i < 20000; i++) {
        double middle = (double)random_below(&random, 2000) / 1e4 - 0.1;
        double width = (double)(1 + random_below(&random, 1000)) / 1e4;
        struct effect effect = effect_of(random_below(&random, 40), exp(middle - width),
                                         exp(middle), exp(middle + width));
        struct verdict_question question = question_of(&effect);
        question.minimum_effect = (double)random_below(&random, 100) / 1e3;
        question.lower_is_better = i % 2;
        enum verdict_word word = decide(&question).word;
        words[word]++;
        double margin = 1 + question.minimum_effect;
        bool large = effect.ratio >= margin || 1 / effect.ratio >= margin;
        bool clear = effect.low > 1 || effect.high < 1;
        bool inside = effect.high < margin && 1 / effect.low < margin;
        bool named = word == VERDICT_FASTER || word == VERDICT_SLOWER;
        assert_int_equal(word == VERDICT_INVALID, effect.n == 0);
        assert_int_equal(named, effect.n > 0 && large && clear);
        assert_int_equal(word == VERDICT_EQUIVALENT, effect.n > 0 && !named && inside);
        if (named)
            assert_int_equal(word == VERDICT_FASTER, (effect.ratio < 1) == (i % 2 == 1));
    }
    for (unsigned i = 0; i < COUNT(words); i++)
        assert_true(words[i] > 100);
}

static void every_word_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(verdict_name(VERDICT_FASTER), "FASTER");
    assert_string_equal(verdict_name(VERDICT_SLOWER), "SLOWER");
    assert_string_equal(verdict_name(VERDICT_EQUIVALENT), "EQUIVALENT");
    assert_string_equal(verdict_name(VERDICT_INCONCLUSIVE), "INCONCLUSIVE");
    assert_string_equal(verdict_name(VERDICT_INVALID), "INVALID");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_word_follows_from_interval_estimate_and_minimum_effect),
        cmocka_unit_test(the_minimum_effect_is_a_ratio_and_its_reciprocal),
        cmocka_unit_test(where_higher_is_better_the_higher_one_is_faster),
        cmocka_unit_test(only_the_test_names_however_small_p_is),
        cmocka_unit_test(without_an_interval_there_is_neither_a_name_nor_equality),
        cmocka_unit_test(under_eight_rounds_eight_are_asked_for),
        cmocka_unit_test(a_test_and_an_interval_that_contradict_each_other_are_refused),
        cmocka_unit_test(a_deviation_that_is_none_and_two_kinds_of_question_at_once_are_refused),
        cmocka_unit_test(trials_that_do_not_count_are_invalid_with_their_reason),
        cmocka_unit_test(a_question_that_makes_no_sense_is_refused_and_invalid),
        cmocka_unit_test(no_winner_is_named_on_less_than_both_conditions),
        cmocka_unit_test(every_word_has_its_name),
    };
    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
