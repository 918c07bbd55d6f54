#include "harness/stats/holm.h"
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

static void a_p_that_is_not_under_the_level_once_adjusted_names_no_winner(void **state)
{
    (void)state;
    struct effect effect = effect_of(50, 0.75, 0.80, 0.85);
    struct verdict_question question = question_of(&effect);
    question.p_adjusted = 0.0099;
    assert_int_equal(decide(&question).word, VERDICT_FASTER);
    question.p_adjusted = 0.01;
    assert_int_equal(decide(&question).word, VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(decide(&question).why, "among so many pairs"));
}

static void under_ten_rounds_there_is_no_verdict_whatever_they_say(void **state)
{
    (void)state;
    for (size_t n = 1; n < 10; n++) {
        assert_int_equal(word_of(n, 0.1, 0.1, 0.1), VERDICT_INCONCLUSIVE);
        assert_int_equal(word_of(n, 1, 1, 1), VERDICT_INCONCLUSIVE);
        struct effect effect = effect_of(n, 0.1, 0.1, 0.1);
        effect.confidence = 1 - ldexp(1, 1 - (int)n); /* as few rounds have it */
        struct verdict_question question = question_of(&effect);
        struct verdict verdict = decide(&question);
        assert_int_equal(verdict.word, VERDICT_INCONCLUSIVE);
        assert_int_equal(verdict.rounds, verdict_rounds_needed(question.pairs));
        assert_true(verdict.rounds >= 10);
    }
    assert_int_equal(word_of(10, 0.1, 0.1, 0.1), VERDICT_FASTER);
}

/* 2^(1-n) times the pairs has to be under 0.01. */
static void the_rounds_needed_are_those_whose_smallest_p_survives_so_many_pairs(void **state)
{
    (void)state;
    static const struct {
        size_t pairs;
        uint64_t rounds;
    } cases[] = {{0, 10}, {1, 10}, {5, 10}, {6, 11}, {66, 14}, {348, 17}, {800, 18}, {6600, 21}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_int_equal(verdict_rounds_needed(cases[i].pairs), cases[i].rounds);
}

static void an_interval_is_tight_within_two_thirds_of_the_minimum_effect(void **state)
{
    (void)state;
    double half = log1p(0.03) * 2 / 3;
    struct effect tight = effect_of(100, 5 * exp(-0.999 * half), 5, 5 * exp(0.999 * half));
    struct effect wide = effect_of(100, exp(-1.001 * half), 1, exp(1.001 * half));
    assert_true(verdict_is_tight(&tight, 0.03));
    assert_false(verdict_is_tight(&wide, 0.03));
    assert_true(verdict_is_tight(&wide, 0.04));
}

/* 2^-9 is the smallest p of 10 rounds, two-sided: Holm's first level is 0.01 over the pairs. */
static void ten_rounds_can_name_a_winner_among_five_pairs_but_not_among_six(void **state)
{
    (void)state;
    for (size_t pairs = 5; pairs <= 6; pairs++) {
        double subject[10], baseline[10];
        for (size_t i = 0; i < 10; i++) {
            baseline[i] = 100;
            subject[i] = 50 + (double)i;
        }
        struct effect effect;
        assert_int_equal(effect_compare(subject, baseline, 10, VERDICT_CONFIDENCE, &effect), 0);
        double p[6] = {effect.p, 0.5, 0.5, 0.5, 0.5, 0.5}, adjusted[6];
        assert_int_equal(holm_adjust(p, pairs, adjusted), 0);
        struct verdict_question question = question_of(&effect);
        question.p_adjusted = adjusted[0];
        question.pairs = pairs;
        struct verdict verdict = decide(&question);
        assert_int_equal(verdict.word, pairs == 5 ? VERDICT_FASTER : VERDICT_INCONCLUSIVE);
        assert_in_range(verdict.rounds, pairs == 5 ? 0 : 11, 20);
    }
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
        for (size_t field = 0; field < 5; field++) {
            struct effect effect = good;
            *(double *[]){&effect.ratio, &effect.low, &effect.high, &effect.p,
                          &effect.confidence}[field] = bad[i];
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
    struct effect lax = good;
    lax.confidence = 0.95;
    expect_nonsense(&lax, &fine);
    lax.confidence = 1;
    expect_nonsense(&lax, &fine);
    struct verdict_question question = fine;
    question.pairs = 0;
    expect_nonsense(&good, &question);
    question = fine;
    question.p_adjusted = good.p / 2;
    expect_nonsense(&good, &question);
}

/* Whatever is asked: the rules, written down once more in another way. */
static void no_winner_is_named_on_less_than_all_three_conditions(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 1);
    unsigned words[VERDICT_SLOWER + 1] = {0};
    for (unsigned i = 0; i < 20000; i++) {
        double middle = (double)random_below(&random, 2000) / 1e4 - 0.1;
        double width = (double)random_below(&random, 1000) / 1e4;
        struct effect effect = effect_of(random_below(&random, 40), exp(middle - width),
                                         exp(middle), exp(middle + width));
        effect.p = (double)random_below(&random, 100) / 1e4;
        struct verdict_question question = question_of(&effect);
        question.p_adjusted = effect.p + (double)random_below(&random, 100) / 1e4;
        question.minimum_effect = (double)random_below(&random, 100) / 1e3;
        question.lower_is_better = i % 2;
        enum verdict_word word = decide(&question).word;
        words[word]++;
        double margin = 1 + question.minimum_effect;
        bool large = effect.ratio >= margin || 1 / effect.ratio >= margin;
        bool clear = effect.low > 1 || effect.high < 1;
        bool sure = question.p_adjusted < 0.01, enough = effect.n >= 10;
        bool named = word == VERDICT_FASTER || word == VERDICT_SLOWER;
        assert_int_equal(named, large && clear && sure && enough);
        if (named)
            assert_int_equal(word == VERDICT_FASTER, (effect.ratio < 1) == (i % 2 == 1));
        if (word == VERDICT_EQUIVALENT)
            assert_true(enough && effect.high < margin && 1 / effect.low < margin);
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
        cmocka_unit_test(a_p_that_is_not_under_the_level_once_adjusted_names_no_winner),
        cmocka_unit_test(under_ten_rounds_there_is_no_verdict_whatever_they_say),
        cmocka_unit_test(the_rounds_needed_are_those_whose_smallest_p_survives_so_many_pairs),
        cmocka_unit_test(an_interval_is_tight_within_two_thirds_of_the_minimum_effect),
        cmocka_unit_test(ten_rounds_can_name_a_winner_among_five_pairs_but_not_among_six),
        cmocka_unit_test(trials_that_do_not_count_are_invalid_with_their_reason),
        cmocka_unit_test(a_question_that_makes_no_sense_is_refused_and_invalid),
        cmocka_unit_test(no_winner_is_named_on_less_than_all_three_conditions),
        cmocka_unit_test(every_word_has_its_name),
    };
    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
