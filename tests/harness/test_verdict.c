#include "harness/measure/holm.h"
#include "harness/measure/verdict.h"
#include "tests/harness/synthetic.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct effect effect_of(size_t n, double low, double ratio, double high)
{
    return (struct effect){.n = n,
                           .ratio = ratio,
                           .low = low,
                           .high = high,
                           .confidence = 0.9903,
                           .median = ratio,
                           .p = 0.0001};
}

static struct verdict_question question_of(const struct effect *effect)
{
    return (struct verdict_question){.effect = effect,
                                     .p_adjusted = 0.001,
                                     .pairs = 10,
                                     .minimum_effect = 0.03,
                                     .lower_is_better = true};
}

static struct verdict decide(const struct verdict_question *question)
{
    struct verdict verdict;
    memset(&verdict, 7, sizeof verdict);
    assert_int_equal(verdict_decide(question, &verdict), 0);
    /* What the word is decides what else is there. */
    bool named = verdict.word >= VERDICT_EQUIVALENT;
    assert_int_equal(verdict.why == NULL, named);
    assert_int_equal(verdict.rounds > 0, verdict.word == VERDICT_INCONCLUSIVE);
    assert_true(verdict.rounds <= verdict.rounds_likely);
    return verdict;
}

static enum verdict_word word_of(size_t n, double low, double ratio, double high)
{
    struct effect effect = effect_of(n, low, ratio, high);
    struct verdict_question question = question_of(&effect);
    return decide(&question).word;
}

/* ---- the words ---- */

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

/* ---- the rounds it would take ---- */

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
        cmocka_unit_test(only_proportions_decide_how_many_rounds_it_takes),
        cmocka_unit_test(the_rounds_are_those_that_drawing_the_future_at_random_yields),
        cmocka_unit_test(few_rounds_know_that_their_interval_is_wide_because_they_are_few),
        cmocka_unit_test(a_difference_that_is_almost_significant_takes_few_rounds_more),
        cmocka_unit_test(more_pairs_take_more_rounds),
        cmocka_unit_test(rounds_without_any_noise_need_as_many_as_p_does),
        cmocka_unit_test(rounds_without_end_are_the_stated_maximum),
    };
    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
