#include "harness/compare/judge.h"

#include "harness/stats/holm.h"
#include "harness/stats/rank_sum.h"
#include "harness/stats/two_samples.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

size_t compare_runs_needed(size_t tests)
{
    size_t runs = 1;
    while (rank_sum_smallest_p(runs, runs) * (double)tests >= VERDICT_LEVEL)
        runs++;
    return runs;
}

/* By what was measured, never by what came out: runs where nothing can be assumed of them and there
 * are enough for a verdict among so many pairs. */
static void choose_design(struct compared_pair *pair, double asked_offset, size_t tests)
{
    const struct side_values *base = &pair->sides[BASE], *new = &pair->sides[NEW];
    if (asked_offset >= 0)
        pair->run_offset = asked_offset;
    else if (pair->control != NULL)
        pair->run_offset = TWO_SAMPLES_CONTROL_ALLOWANCE;
    else if (base->runs > 0 && new->runs > 0 &&
             base->fewest >= VERDICT_ROUNDS &&new->fewest >= VERDICT_ROUNDS &&
             rank_sum_smallest_p(base->runs, new->runs) * (double)tests < VERDICT_LEVEL)
        pair->of_runs = true;
    else
        pair->run_offset = TWO_SAMPLES_ALLOWANCE;
}

size_t pair_value_count(const struct compared_pair *pair, int side)
{
    return pair->of_runs ? pair->sides[side].runs : pair->sides[side].count;
}

static const double *values_of(const struct compared_pair *pair, int side)
{
    return pair->of_runs ? pair->sides[side].run_medians : pair->sides[side].values;
}

static int estimate(struct compared_pair *pair)
{
    int r = two_samples_compare(values_of(pair, NEW), pair_value_count(pair, NEW),
                                values_of(pair, BASE), pair_value_count(pair, BASE),
                                pair->run_offset, VERDICT_CONFIDENCE, &pair->effect);
    pair->compared = r == 0;
    if (r == -EINVAL || r == -ERANGE)
        r = text_set(&pair->why_invalid,
                     "a value is not above 0, or too far out: there is no ratio");
    return r;
}

static int estimate_all(struct run_comparison *self)
{
    size_t valid = 0;
    int r = 0;
    for (size_t i = 0; i < self->pair_count; i++)
        valid += self->pairs[i].why_invalid == NULL;
    for (size_t i = 0; i < self->pair_count && r == 0; i++) {
        choose_design(&self->pairs[i], self->options->run_offset, valid);
        if (self->pairs[i].why_invalid == NULL)
            r = estimate(&self->pairs[i]);
    }
    return r;
}

static int adjust(struct run_comparison *self)
{
    double *p = calloc(self->pair_count + 1, sizeof *p);
    if (p == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < self->pair_count; i++) {
        if (self->pairs[i].compared)
            p[self->tests++] = self->pairs[i].effect.p;
    }
    int r = holm_adjust(p, self->tests, p);
    for (size_t i = 0, test = 0; i < self->pair_count && r == 0; i++) {
        if (self->pairs[i].compared)
            self->pairs[i].p_adjusted = p[test++];
    }
    free(p);
    return r;
}

static int decide(struct run_comparison *self, struct compared_pair *pair)
{
    struct verdict_samples samples = {
        .subject_n = pair_value_count(pair, NEW),
        .baseline_n = pair_value_count(pair, BASE),
        .allowance = pair->run_offset,
        .of_runs = pair->of_runs,
    };
    struct verdict_question question = {
        .effect = pair->compared ? &pair->effect : NULL,
        .samples = &samples,
        .p_adjusted = pair->p_adjusted,
        .pairs = self->tests,
        .minimum_effect = self->options->minimum_effect,
        .lower_is_better = pair->metric->lower_is_better,
        .why_invalid = pair->why_invalid,
    };
    int r = verdict_decide(&question, &pair->verdict);
    self->counts[pair->verdict.word]++;
    return r;
}

static size_t place_of(enum verdict_word word)
{
    size_t place = 0;
    while (compare_words[place] != word)
        place++;
    return place;
}

static int by_word_and_effect(const void *left, const void *right)
{
    const struct compared_pair *a = left, *b = right;
    double effect = a->compared ? fabs(log(a->effect.ratio)) : 0;
    double other = b->compared ? fabs(log(b->effect.ratio)) : 0;
    if (a->verdict.word != b->verdict.word)
        return place_of(a->verdict.word) < place_of(b->verdict.word) ? -1 : 1;
    if (effect != other)
        return effect > other ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

int comparison_judge(struct run_comparison *self)
{
    int r = estimate_all(self);
    if (r == 0)
        r = adjust(self);
    for (size_t i = 0; i < self->pair_count && r == 0; i++)
        r = decide(self, &self->pairs[i]);
    if (r == 0 && self->pair_count > 0)
        qsort(self->pairs, self->pair_count, sizeof *self->pairs, by_word_and_effect);
    return r;
}
