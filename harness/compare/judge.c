#include "harness/compare/judge.h"

#include "harness/stats/holm.h"
#include "harness/stats/rank_sum.h"
#include "harness/stats/statistics.h"
#include "harness/stats/two_samples.h"
#include "harness/analysis/parts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How a pair is compared. */
struct design {
    bool of_runs;
    double allowance;
};

size_t compare_runs_needed(size_t judged)
{
    size_t runs = 1;
    while (rank_sum_smallest_p(runs, runs) * (double)judged >= VERDICT_LEVEL)
        runs++;
    return runs;
}

static size_t valid_count(const struct compare_pairs *pairs)
{
    size_t count = 0;
    for (size_t i = 0; i < pairs->count; i++)
        count += pairs->pairs[i].why_invalid == NULL;
    return count;
}

/* By what was measured, never by what came out: runs where nothing can be assumed of them and there
 * are enough for a verdict among so many pairs. */
static struct design design_of(const struct compare_pairs *pairs, const struct compare_pair *pair,
                               size_t tests)
{
    const struct side_values *base = &pair->sides[BASE], *new = &pair->sides[NEW];
    if (pairs->options->run_offset >= 0)
        return (struct design){.allowance = pairs->options->run_offset};
    if (pair->control != NULL)
        return (struct design){.allowance = TWO_SAMPLES_CONTROL_ALLOWANCE};
    if (base->runs > 0 && new->runs > 0 &&
        base->fewest >= VERDICT_ROUNDS &&new->fewest >= VERDICT_ROUNDS &&
        rank_sum_smallest_p(base->runs, new->runs) * (double)tests < VERDICT_LEVEL)
        return (struct design){.of_runs = true};
    return (struct design){.allowance = TWO_SAMPLES_ALLOWANCE};
}

static size_t count_of(const struct side_values *side, const struct design *design)
{
    return design->of_runs ? side->runs : side->count;
}

static const double *values_of(const struct side_values *side, const struct design *design)
{
    return design->of_runs ? side->run_medians : side->values;
}

static int estimate(struct compare_pair *pair, const struct design *design)
{
    const struct side_values *base = &pair->sides[BASE], *new = &pair->sides[NEW];
    int result = two_samples_compare(values_of(new, design), count_of(new, design),
                                     values_of(base, design), count_of(base, design),
                                     design->allowance, VERDICT_CONFIDENCE, &pair->effect);
    pair->compared = result == 0;
    if (result == -EINVAL || result == -ERANGE) {
        pair->why_invalid =
            json_string("a value is not above 0, or too far out: there is no ratio");
        return pair->why_invalid != NULL ? 0 : -ENOMEM;
    }
    return result;
}

/* Returns how many tests there are; 0 also when out of memory, which *result says. */
static size_t adjust(struct compare_pairs *pairs, int *result)
{
    double *p = calloc(pairs->count + 1, sizeof *p);
    size_t tests = 0;
    if (p == NULL) {
        *result = -ENOMEM;
        return 0;
    }
    for (size_t i = 0; i < pairs->count; i++) {
        if (pairs->pairs[i].compared)
            p[tests++] = pairs->pairs[i].effect.p;
    }
    *result = holm_adjust(p, tests, p);
    for (size_t i = 0, test = 0; i < pairs->count && *result == 0; i++) {
        if (pairs->pairs[i].compared)
            pairs->pairs[i].p_adjusted = p[test++];
    }
    free(p);
    return tests;
}

static json_t *number_or_null(bool known, double value)
{
    return known ? json_real(value) : json_null();
}

static json_t *side_entry(const struct side_values *side, const struct design *design)
{
    bool known = side->raw_count > 0;
    double median = known ? statistics_median(side->raw, side->raw_count) : 0;
    return json_pack("{s:I, s:I, s:o}", "n", (json_int_t)count_of(side, design), "runs",
                     (json_int_t)side->runs, "median", number_or_null(known, median));
}

static json_t *entry_of(const struct compare_pairs *pairs, const struct compare_pair *pair,
                        const struct design *design, const struct verdict *verdict)
{
    const struct effect *effect = &pair->effect;
    const struct metric *metric = pair->metric;
    bool known = pair->compared;
    json_t *entry = json_pack(
        "{s:s, s:s, s:O, s:s, s:s, s:s, s:s, s:s?, s:s, s:o, s:o}", "workload",
        report_text(pair->cell, "workload"), "mode", report_text(pair->cell, "mode"), "params",
        json_object_get(pair->cell, "params"), "subject", pair->subject, "metric", metric->name,
        "unit", metric->unit, "better", metric->lower_is_better ? "lower" : "higher", "control",
        pair->control, "compared", design->of_runs ? "runs" : "rounds", "base",
        side_entry(&pair->sides[BASE], design), "new", side_entry(&pair->sides[NEW], design));
    json_t *rest = json_pack(
        "{s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:f, s:f, s:s, s:s?, s:I, s:I}", "ratio",
        number_or_null(known, effect->ratio), "ci_low", number_or_null(known, effect->low),
        "ci_high", number_or_null(known, effect->high), "confidence",
        number_or_null(known, effect->confidence), "n", (json_int_t)effect->n, "p",
        number_or_null(known, effect->p), "p_adjusted", number_or_null(known, pair->p_adjusted),
        "minimum_effect", pairs->options->minimum_effect, "run_offset", design->allowance,
        "verdict", verdict_name(verdict->word), "why", verdict->why, "rounds",
        (json_int_t)verdict->rounds, "rounds_likely", (json_int_t)verdict->rounds_likely);
    if (entry == NULL || rest == NULL || json_object_update(entry, rest) < 0) {
        json_decref(entry);
        entry = NULL;
    }
    json_decref(rest);
    return entry;
}

/* A verdict with what it is sorted by. */
struct judged {
    int group;
    double effect; /* magnitude of the logarithm */
    size_t position;
    json_t *entry;
};

static int by_word_and_effect(const void *left, const void *right)
{
    const struct judged *a = left, *b = right;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->effect != b->effect)
        return a->effect > b->effect ? -1 : 1;
    return (a->position > b->position) - (a->position < b->position);
}

static int group_of(enum verdict_word word)
{
    static const int groups[COMPARE_WORDS] = {
        [VERDICT_SLOWER] = 0,     [VERDICT_FASTER] = 1,  [VERDICT_INCONCLUSIVE] = 2,
        [VERDICT_EQUIVALENT] = 3, [VERDICT_INVALID] = 4,
    };
    return groups[word];
}

static int judge(const struct compare_pairs *pairs, const struct compare_pair *pair,
                 const struct design *design, size_t tests, struct judged *judged)
{
    struct verdict verdict;
    struct verdict_samples samples = {
        .subject_n = count_of(&pair->sides[NEW], design),
        .baseline_n = count_of(&pair->sides[BASE], design),
        .allowance = design->allowance,
        .of_runs = design->of_runs,
    };
    struct verdict_question question = {
        .effect = pair->compared ? &pair->effect : NULL,
        .samples = &samples,
        .p_adjusted = pair->p_adjusted,
        .pairs = tests,
        .minimum_effect = pairs->options->minimum_effect,
        .lower_is_better = pair->metric->lower_is_better,
        .why_invalid = json_string_value(pair->why_invalid),
    };
    int result = verdict_decide(&question, &verdict);
    if (result < 0)
        return result;
    judged->group = group_of(verdict.word);
    judged->effect = pair->compared ? fabs(log(pair->effect.ratio)) : 0;
    judged->entry = entry_of(pairs, pair, design, &verdict);
    return judged->entry != NULL ? 0 : -ENOMEM;
}

/* Takes the entries. */
static json_t *sorted_list(struct judged *judged, size_t count)
{
    json_t *list = json_array();
    qsort(judged, count, sizeof *judged, by_word_and_effect);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, judged[i].entry);
    if (list == NULL || json_array_size(list) != count) {
        json_decref(list);
        return NULL;
    }
    return list;
}

json_t *compare_judge(struct compare_pairs *pairs, size_t *judged_count)
{
    size_t valid = valid_count(pairs), tests = 0, done = 0;
    struct design *designs = calloc(pairs->count + 1, sizeof *designs);
    struct judged *judged = calloc(pairs->count + 1, sizeof *judged);
    int result = designs != NULL && judged != NULL ? 0 : -ENOMEM;
    for (size_t i = 0; i < pairs->count && result == 0; i++) {
        designs[i] = design_of(pairs, &pairs->pairs[i], valid);
        if (pairs->pairs[i].why_invalid == NULL)
            result = estimate(&pairs->pairs[i], &designs[i]);
    }
    if (result == 0)
        tests = adjust(pairs, &result);
    for (; done < pairs->count && result == 0; done++) {
        judged[done].position = done;
        result = judge(pairs, &pairs->pairs[done], &designs[done], tests, &judged[done]);
    }
    json_t *list = sorted_list(judged, done);
    if (result < 0) {
        json_decref(list);
        list = NULL;
    }
    *judged_count = tests;
    free(designs);
    free(judged);
    return list;
}
