#include "harness/analysis/verdicts.h"

#include "harness/stats/holm.h"
#include "harness/stats/verdict.h"
#include "harness/analysis/pairs.h"
#include "harness/record/trials.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct verdict_pair {
    json_t *cell;
    const struct metric *metric;
    const char *subject, *baseline;
    bool compared; /* `effect` is there */
    struct effect effect;
    double p_adjusted;
    json_t *why_invalid; /* a string; NULL: it is valid */
};

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

void verdicts_open(struct verdicts *verdicts, const json_t *run)
{
    const json_t *asked = json_object_get(run, "minimum_effect");
    *verdicts = (struct verdicts){
        .run = run,
        .minimum_effect = asked != NULL ? json_number_value(asked) : VERDICT_MINIMUM_EFFECT,
    };
}

void verdicts_close(struct verdicts *verdicts)
{
    for (size_t i = 0; i < verdicts->count; i++)
        json_decref(verdicts->pairs[i].why_invalid);
    free(verdicts->pairs);
}

/* ---- why a subject's trials do not count ---- */

/* Two reasons that differ in nothing but numbers are one: "took 7 % of the time". */
static void without_numbers(const char *reason, char *shape, size_t size)
{
    size_t length = 0;
    for (const char *c = reason; *c != '\0' && length + 1 < size; c++) {
        if (strchr("0123456789.", *c) == NULL)
            shape[length++] = *c;
    }
    shape[length] = '\0';
}

/* The reason that most of the subject's invalid trials give, in its first wording; "" without any.
 * Borrowed from the cell. *any: whether the subject has a trial at all. */
static const char *commonest_reason(const json_t *cell, const char *subject, bool *any)
{
    const char *best = "";
    json_int_t most = 0;
    json_t *counts = json_object(), *firsts = json_object();
    const struct trials *trials = trials_of(cell);
    const struct trial *list = trials_list(trials);
    size_t place = trials_find_subject(trials, subject);
    *any = false;
    for (size_t i = 0; i < trials_count(trials); i++) {
        const char *why = trials_why_invalid(trials, &list[i]);
        char shape[256];
        if (list[i].subject != place)
            continue;
        *any = true;
        if (list[i].valid || *why == '\0')
            continue;
        without_numbers(why, shape, sizeof shape);
        json_int_t seen = json_integer_value(json_object_get(counts, shape)) + 1;
        json_object_set_new(counts, shape, json_integer(seen));
        if (seen == 1)
            json_object_set_new(firsts, shape, json_integer((json_int_t)i));
        if (seen > most) {
            most = seen;
            best = trials_why_invalid(trials,
                                      &list[json_integer_value(json_object_get(firsts, shape))]);
        }
    }
    json_decref(counts);
    json_decref(firsts);
    return best;
}

/* A subject that takes part in pairs. */
struct contender {
    const struct subject_samples *samples;
    const char *why_none; /* it has no valid trial with the metric: the commonest reason, or "" */
};

static const char *tier_of(const json_t *run, const char *subject)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(run, "subjects"), i, entry)
    {
        if (strcmp(text_of(entry, "name"), subject) == 0)
            return text_of(entry, "tier");
    }
    return "none";
}

/* Those that had trials here, in the order of the run's list. */
static size_t find_contenders(const struct verdicts *verdicts, const json_t *cell,
                              const struct cell_samples *samples, struct contender *contenders)
{
    size_t count = 0;
    for (size_t i = 0; i < samples->count; i++) {
        const struct subject_samples *subject = &samples->subjects[i];
        struct contender contender = {.samples = subject};
        bool any = true;
        if (strcmp(tier_of(verdicts->run, subject->name), "none") == 0)
            continue;
        if (subject->figures[FIGURE_METRIC].count == 0)
            contender.why_none = commonest_reason(cell, subject->name, &any);
        if (any)
            contenders[count++] = contender;
    }
    return count;
}

static const struct contender *find_baseline(const struct contender *contenders, size_t count)
{
    const struct contender *best = NULL;
    for (size_t i = 0; i < count; i++) {
        unsigned rank = baseline_rank(contenders[i].samples->name);
        unsigned bar = best != NULL ? baseline_rank(best->samples->name) : BASELINE_NEVER;
        if (contenders[i].why_none == NULL && rank < bar)
            best = &contenders[i];
    }
    return best;
}

/* ---- one pair ---- */

static json_t *why_unmeasured(const struct contender *contender)
{
    if (contender->why_none == NULL)
        return NULL;
    if (*contender->why_none == '\0')
        return json_sprintf("no trial of %s has this figure", contender->samples->name);
    return json_sprintf("no trial of %s is valid: %s", contender->samples->name,
                        contender->why_none);
}

static json_t *why_bound(const struct metric *metric, const struct contender *contender)
{
    const struct samples *figure = &contender->samples->figures[FIGURE_METRIC];
    if (!metric->generator_dependent ||
        figure->bound <= VERDICT_BOUND_SHARE * (double)figure->count)
        return NULL;
    return json_sprintf("the generator was the bound in %u of %zu trials of %s", figure->bound,
                        figure->count, contender->samples->name);
}

/* NULL: nothing is known against the pair so far. */
static json_t *why_invalid(const struct metric *metric, const struct contender *subject,
                           const struct contender *baseline)
{
    json_t *why = why_unmeasured(baseline);
    if (why == NULL)
        why = why_unmeasured(subject);
    if (why == NULL)
        why = why_bound(metric, baseline);
    return why != NULL ? why : why_bound(metric, subject);
}

/* A ratio is taken also of what is INVALID for other reasons: it is shown, but not judged. */
static int compare(struct verdict_pair *pair, const struct contender *subject,
                   const struct contender *baseline)
{
    const struct samples *mine = &subject->samples->figures[FIGURE_METRIC];
    const struct samples *others = &baseline->samples->figures[FIGURE_METRIC];
    double *values = calloc(mine->count + others->count + 2, sizeof *values);
    if (values == NULL)
        return -ENOMEM;
    double *other_values = values + mine->count + 1;
    size_t rounds = pair_rounds(mine, others, values, other_values);
    int result = 0;
    if (rounds > 0)
        result = effect_compare(values, other_values, rounds, VERDICT_CONFIDENCE, &pair->effect);
    pair->compared = rounds > 0 && result == 0;
    free(values);
    if ((result == -EINVAL || result == -ERANGE) && pair->why_invalid == NULL)
        pair->why_invalid = json_string("a value is 0 or too far out: there is no ratio");
    return result == -ENOMEM ? result : 0;
}

static struct verdict_pair *new_pair(struct verdicts *verdicts)
{
    if (verdicts->count == verdicts->room) {
        size_t room = verdicts->room > 0 ? 2 * verdicts->room : 64;
        struct verdict_pair *pairs = realloc(verdicts->pairs, room * sizeof *pairs);
        if (pairs == NULL)
            return NULL;
        verdicts->pairs = pairs;
        verdicts->room = room;
    }
    return &verdicts->pairs[verdicts->count++];
}

static int add_pair(struct verdicts *verdicts, json_t *cell, const struct metric *metric,
                    const struct contender *subject, const struct contender *baseline)
{
    struct verdict_pair *pair = new_pair(verdicts);
    if (pair == NULL)
        return -ENOMEM;
    *pair = (struct verdict_pair){
        .cell = cell,
        .metric = metric,
        .subject = subject->samples->name,
        .baseline = baseline->samples->name,
        .why_invalid = why_invalid(metric, subject, baseline),
    };
    return compare(pair, subject, baseline);
}

int verdicts_add_cell(struct verdicts *verdicts, json_t *cell, const struct cell_samples *samples,
                      const struct metric *metric)
{
    struct contender *contenders = calloc(samples->count + 1, sizeof *contenders);
    if (contenders == NULL)
        return -ENOMEM;
    size_t count = find_contenders(verdicts, cell, samples, contenders);
    const struct contender *usual = find_baseline(contenders, count);
    int result = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count && result == 0; j++) {
            const struct contender *one = &contenders[i], *other = &contenders[j];
            bool swapped = other == usual;
            result = add_pair(verdicts, cell, metric, swapped ? one : other, swapped ? other : one);
        }
    }
    free(contenders);
    return result;
}

/* ---- all pairs ---- */

/* A pair whose word does not depend on p is no test. */
static bool is_test(const struct verdict_pair *pair)
{
    return pair->compared && pair->why_invalid == NULL;
}

/* Returns how many tests there are, 0 also when
 * out of memory, which *result says. */
static size_t adjust(struct verdicts *verdicts, int *result)
{
    double *p = calloc(verdicts->count + 1, sizeof *p);
    size_t tests = 0;
    if (p == NULL) {
        *result = -ENOMEM;
        return 0;
    }
    for (size_t i = 0; i < verdicts->count; i++) {
        if (is_test(&verdicts->pairs[i]))
            p[tests++] = verdicts->pairs[i].effect.p;
    }
    *result = holm_adjust(p, tests, p);
    for (size_t i = 0, test = 0; i < verdicts->count && *result == 0; i++) {
        if (is_test(&verdicts->pairs[i]))
            verdicts->pairs[i].p_adjusted = p[test++];
    }
    free(p);
    return tests;
}

static json_t *number_or_null(bool known, double value)
{
    return known ? json_real(value) : json_null();
}

static json_t *entry_of(const struct verdict_pair *pair, const struct verdict *verdict,
                        double minimum_effect)
{
    const struct effect *effect = &pair->effect;
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:f, s:s, s:s?, s:I, s:I}",
                     "metric", pair->metric->name, "baseline", pair->baseline, "subject",
                     pair->subject, "ratio", number_or_null(pair->compared, effect->ratio),
                     "ci_low", number_or_null(pair->compared, effect->low), "ci_high",
                     number_or_null(pair->compared, effect->high), "confidence",
                     number_or_null(pair->compared, pair_confidence(effect)), "n",
                     (json_int_t)effect->n, "p", number_or_null(pair->compared, effect->p),
                     "p_adjusted", number_or_null(is_test(pair), pair->p_adjusted),
                     "minimum_effect", minimum_effect, "verdict", verdict_name(verdict->word),
                     "why", verdict->why, "rounds", (json_int_t)verdict->rounds, "rounds_likely",
                     (json_int_t)verdict->rounds_likely);
}

static int write_pair(const struct verdicts *verdicts, const struct verdict_pair *pair,
                      size_t tests)
{
    struct verdict verdict;
    struct verdict_question question = {
        .effect = pair->compared ? &pair->effect : NULL,
        .p_adjusted = pair->p_adjusted,
        .pairs = tests,
        .minimum_effect = verdicts->minimum_effect,
        .lower_is_better = pair->metric->lower_is_better,
        .why_invalid = json_string_value(pair->why_invalid),
    };
    int result = verdict_decide(&question, &verdict);
    if (result < 0)
        return result;
    json_t *entry = entry_of(pair, &verdict, verdicts->minimum_effect);
    json_t *list = json_object_get(pair->cell, "verdicts");
    return entry != NULL && json_array_append_new(list, entry) == 0 ? 0 : -ENOMEM;
}

int verdicts_write(struct verdicts *verdicts)
{
    int result = 0;
    size_t tests = adjust(verdicts, &result), i;
    json_t *cell;
    json_array_foreach(json_object_get(verdicts->run, "cells"), i, cell)
    {
        if (result == 0 && json_object_set_new(cell, "verdicts", json_array()) < 0)
            result = -ENOMEM;
    }
    for (i = 0; i < verdicts->count && result == 0; i++)
        result = write_pair(verdicts, &verdicts->pairs[i], tests);
    return result;
}

bool verdicts_are_tight(const struct verdicts *verdicts)
{
    size_t tests = 0;
    bool tight = true;
    for (size_t i = 0; i < verdicts->count; i++)
        tests += is_test(&verdicts->pairs[i]);
    for (size_t i = 0; i < verdicts->count && tight; i++) {
        const struct verdict_pair *pair = &verdicts->pairs[i];
        tight = !is_test(pair) || (pair->effect.n >= verdict_rounds_needed(tests) &&
                                   verdict_is_tight(&pair->effect, verdicts->minimum_effect));
    }
    return tight;
}
