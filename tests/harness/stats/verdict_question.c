#include "tests/harness/stats/verdict_question.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct verdict_sequence sequence;

struct effect effect_of(size_t n, double low, double ratio, double high)
{
    return (struct effect){.n = n,
                           .ratio = ratio,
                           .low = low,
                           .high = high,
                           .confidence = 0.99,
                           .median = ratio,
                           .p = 0.0001};
}

struct verdict_question question_of(const struct effect *effect)
{
    double half = (log(effect->high) - log(effect->low)) / 2;
    sequence = (struct verdict_sequence){
        .named = effect->low > 1 || effect->high < 1,
        .bounded = true,
        .deviation = half / 3 * sqrt((double)effect->n),
    };
    return (struct verdict_question){.effect = effect,
                                     .sequence = &sequence,
                                     .p_adjusted = 0.001,
                                     .pairs = 10,
                                     .minimum_effect = 0.03,
                                     .lower_is_better = true};
}

struct verdict_sequence *sequence_of(const struct verdict_question *question)
{
    assert_ptr_equal(question->sequence, &sequence);
    return &sequence;
}

struct verdict decide(const struct verdict_question *question)
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
