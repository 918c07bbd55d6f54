#include "harness/analysis/verdicts.h"

#include "harness/analysis/baseline.h"
#include "harness/stats/effect.h"
#include "harness/stats/holm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REASON_SHAPES = 64, SHAPE_BYTES = 256 };

/* ---- why a subject's trials do not count ---- */

/* Two reasons that differ in nothing but numbers are one: "took 7 % of the time". */
static void without_numbers(const char *reason, char *shape)
{
    size_t length = 0;
    for (const char *c = reason; *c != '\0' && length + 1 < SHAPE_BYTES; c++) {
        if (strchr("0123456789.", *c) == NULL)
            shape[length++] = *c;
    }
    shape[length] = '\0';
}

/* A reason without its numbers, how often it was given, and its first wording. */
struct reason_shape {
    char shape[SHAPE_BYTES];
    size_t times;
    const char *first;
};

/* The reason that most of the subject's invalid trials give; "" without any. The table's. *any:
 * whether the subject has a trial at all. Beyond REASON_SHAPES different ones no more are told
 * apart. */
static const char *commonest_reason(const struct trial_table *table, size_t subject,
                                    struct reason_shape *shapes, bool *any)
{
    size_t count = 0, best = 0;
    *any = false;
    for (size_t i = 0; i < table->count; i++) {
        const struct trial_row *row = &table->rows[i];
        char shape[SHAPE_BYTES];
        size_t k = 0;
        if (row->subject != subject)
            continue;
        *any = true;
        if (row->valid)
            continue;
        without_numbers(row->why_invalid, shape);
        while (k < count && strcmp(shapes[k].shape, shape) != 0)
            k++;
        if (k == REASON_SHAPES)
            continue;
        if (k == count) {
            memcpy(shapes[k].shape, shape, sizeof shape);
            shapes[k].times = 0;
            shapes[k].first = row->why_invalid;
            count++;
        }
        if (++shapes[k].times > shapes[best].times)
            best = k;
    }
    return count > 0 ? shapes[best].first : "";
}

/* ---- who takes part ---- */

/* A subject that takes part in pairs. */
struct contender {
    size_t subject;
    const char *name;
    const struct samples *figure;
    /* It has no valid trial with the metric: the commonest reason, or "". NULL: it has. */
    const char *why_none;
};

/* Those that had trials here, in the order of the run's list. Returns how many. */
static size_t find_contenders(const struct run *run, const struct run_cell *cell,
                              const struct cell_samples *samples, struct reason_shape *shapes,
                              struct contender *contenders)
{
    size_t count = 0;
    for (size_t i = 0; i < samples->count; i++) {
        struct contender contender = {
            .subject = i,
            .name = run->subjects[i].name,
            .figure = &samples->subjects[i].figures[FIGURE_METRIC],
        };
        bool any = true;
        if (run->subjects[i].tier == TIER_NONE)
            continue;
        if (contender.figure->count == 0)
            contender.why_none = commonest_reason(&cell->trials, i, shapes, &any);
        if (any)
            contenders[count++] = contender;
    }
    return count;
}

/* Of those with a figure; where nobody has one, of all. */
static size_t find_baseline(const struct run *run, const struct contender *contenders, size_t count,
                            const char *asked)
{
    size_t subjects[TABLE_SUBJECTS_MAX], measured = 0;
    for (size_t i = 0; i < count; i++) {
        if (contenders[i].why_none == NULL)
            subjects[measured++] = contenders[i].subject;
    }
    for (size_t i = 0; i < count && measured == 0; i++)
        subjects[i] = contenders[i].subject;
    measured = measured > 0 ? measured : count;
    return baseline_choose(run, asked, subjects, measured);
}

/* ---- one pair ---- */

bool verdicts_are_bound(const struct metric *metric, unsigned bound, size_t count)
{
    return metric->generator_dependent && bound > VERDICT_BOUND_SHARE * (double)count;
}

/* A sentence about the contender, or "": nothing is known against it. */
static void write_why_invalid(const struct metric *metric, const struct contender *contender,
                              char *why, size_t size)
{
    const struct samples *figure = contender->figure;
    why[0] = '\0';
    if (contender->why_none != NULL && *contender->why_none == '\0')
        snprintf(why, size, "no trial of %s has this figure", contender->name);
    else if (contender->why_none != NULL)
        snprintf(why, size, "no trial of %s is valid: %s", contender->name, contender->why_none);
    else if (verdicts_are_bound(metric, figure->bound, figure->count))
        snprintf(why, size, "the generator was the bound in %u of %zu trials of %s", figure->bound,
                 figure->count, contender->name);
}

/* A pair that was not measured is said so before anything else. */
static int set_why_invalid(struct verdict_pair *pair, const struct metric *metric,
                           const struct contender *subject, const struct contender *baseline)
{
    char why[2][PROBLEM_BYTES + 128];
    write_why_invalid(metric, baseline, why[0], sizeof why[0]);
    write_why_invalid(metric, subject, why[1], sizeof why[1]);
    bool second = *why[0] == '\0' || (baseline->why_none == NULL && subject->why_none != NULL);
    return text_set(&pair->why, why[second]);
}

/* A ratio is taken also of what is INVALID for other reasons: it is shown, but not judged. */
static int compare(struct verdict_pair *pair, const struct samples *mine,
                   const struct samples *others)
{
    double *values = calloc(mine->count + others->count + 2, sizeof *values);
    struct effect effect;
    int r = 0;
    if (values == NULL)
        return -ENOMEM;
    double *other_values = values + mine->count + 1;
    size_t rounds = samples_pair(mine, others, values, other_values);
    if (rounds > 0)
        r = effect_compare(values, other_values, rounds, VERDICT_CONFIDENCE, &effect);
    free(values);
    if ((r == -EINVAL || r == -ERANGE) && *pair->why == '\0')
        return text_set(&pair->why, "a value is 0 or too far out: there is no ratio");
    if (rounds == 0 || r < 0)
        return r == -ENOMEM ? r : 0;
    pair->compared = true;
    pair->bounded = true;
    pair->n = effect.n;
    pair->ratio = effect.ratio;
    pair->low = effect.low;
    pair->high = effect.high;
    pair->confidence = effect.confidence;
    pair->p = effect.p;
    return 0;
}

static struct verdict_pair *new_pair(struct cell_summary *summary)
{
    if (summary->verdict_count == summary->verdict_room) {
        size_t room = summary->verdict_room > 0 ? 2 * summary->verdict_room : 64;
        struct verdict_pair *pairs = realloc(summary->verdicts, room * sizeof *pairs);
        if (pairs == NULL)
            return NULL;
        summary->verdicts = pairs;
        summary->verdict_room = room;
    }
    summary->verdicts[summary->verdict_count] = (struct verdict_pair){0};
    return &summary->verdicts[summary->verdict_count++];
}

static int add_pair(struct cell_summary *summary, size_t metric_index, const struct metric *metric,
                    const struct contender *subject, const struct contender *baseline)
{
    struct verdict_pair *pair = new_pair(summary);
    if (pair == NULL)
        return -ENOMEM;
    pair->metric = metric_index;
    pair->subject = subject->subject;
    pair->baseline = baseline->subject;
    summary->pair_at[subject->subject * summary->subject_count + baseline->subject] =
        summary->pair_at[baseline->subject * summary->subject_count + subject->subject] =
            (uint32_t)summary->verdict_count;
    int r = set_why_invalid(pair, metric, subject, baseline);
    return r < 0 ? r : compare(pair, subject->figure, baseline->figure);
}

/* The baseline of the cell is that of its pairs; of a pair without it, the one that the run lists
 * first. */
static int add_pairs(struct cell_summary *summary, const struct run_cell *cell, size_t metric,
                     const struct contender *contenders, size_t count)
{
    const struct metric *what = &cell->cell.workload->metrics[metric];
    int r = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count && r == 0; j++) {
            bool swapped = contenders[j].subject == summary->baseline;
            r = add_pair(summary, metric, what, &contenders[swapped ? i : j],
                         &contenders[swapped ? j : i]);
        }
    }
    return r;
}

int verdicts_add_cell(struct cell_summary *summary, const struct run *run,
                      const struct run_cell *cell, const struct cell_samples *samples,
                      size_t metric, const char *baseline)
{
    struct contender *contenders = calloc(samples->count + 1, sizeof *contenders);
    struct reason_shape *shapes = calloc(REASON_SHAPES, sizeof *shapes);
    int r = -ENOMEM;
    summary->subject_count = samples->count;
    summary->pair_at = calloc(samples->count * samples->count + 1, sizeof *summary->pair_at);
    if (contenders != NULL && shapes != NULL && summary->pair_at != NULL) {
        size_t count = find_contenders(run, cell, samples, shapes, contenders);
        summary->baseline = find_baseline(run, contenders, count, baseline);
        r = add_pairs(summary, cell, metric, contenders, count);
    }
    free(contenders);
    free(shapes);
    return r;
}

/* ---- all pairs ---- */

/* A pair whose word does not depend on p is no test. Before words are given, a reason is one
 * against it. */
static bool is_test(const struct verdict_pair *pair)
{
    return pair->compared && *pair->why == '\0';
}

static size_t count_pairs(const struct cell_summary *cells, size_t count)
{
    size_t pairs = 0;
    for (size_t i = 0; i < count; i++)
        pairs += cells[i].verdict_count;
    return pairs;
}

/* *tests: how many there are. */
static int adjust(struct cell_summary *cells, size_t count, size_t *tests)
{
    double *p = calloc(count_pairs(cells, count) + 1, sizeof *p);
    *tests = 0;
    if (p == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < cells[i].verdict_count; k++) {
            struct verdict_pair *pair = &cells[i].verdicts[k];
            pair->tested = is_test(pair);
            if (pair->tested)
                p[(*tests)++] = pair->p;
        }
    }
    int r = holm_adjust(p, *tests, p);
    for (size_t i = 0, test = 0; i < count && r == 0; i++) {
        for (size_t k = 0; k < cells[i].verdict_count; k++) {
            if (cells[i].verdicts[k].tested)
                cells[i].verdicts[k].p_adjusted = p[test++];
        }
    }
    free(p);
    return r;
}

/* The intervals of a run are all of this confidence, where there are rounds enough for it; the
 * approximation for many rounds may fall short by a hair. */
static double confidence_of(double confidence)
{
    return confidence >= VERDICT_CONFIDENCE - 1e-6 ? VERDICT_CONFIDENCE : confidence;
}

static int decide(struct verdict_pair *pair, const struct metric *metric, double minimum_effect,
                  size_t tests)
{
    const struct effect effect = {
        .n = pair->n,
        .ratio = pair->ratio,
        .low = pair->low,
        .high = pair->high,
        .confidence = pair->confidence,
        .p = pair->p,
    };
    const struct verdict_question question = {
        .effect = pair->compared ? &effect : NULL,
        .p_adjusted = pair->p_adjusted,
        .pairs = tests,
        .minimum_effect = minimum_effect,
        .lower_is_better = metric->lower_is_better,
        .why_invalid = *pair->why != '\0' ? pair->why : NULL,
    };
    struct verdict verdict;
    int r = verdict_decide(&question, &verdict);
    if (r < 0)
        return r;
    pair->word = verdict.word;
    pair->rounds = verdict.rounds;
    pair->rounds_likely = verdict.rounds_likely;
    pair->confidence = confidence_of(pair->confidence);
    return text_set(&pair->why, verdict.why != NULL ? verdict.why : "");
}

int verdicts_decide(struct cell_summary *cells, const struct run *run, double minimum_effect,
                    size_t *tests)
{
    int r = adjust(cells, run->cell_count, tests);
    for (size_t i = 0; i < run->cell_count; i++) {
        const struct metric *metrics = run->cells[i].cell.workload->metrics;
        cells[i].minimum_effect = minimum_effect;
        for (size_t k = 0; k < cells[i].verdict_count && r == 0; k++) {
            struct verdict_pair *pair = &cells[i].verdicts[k];
            r = decide(pair, &metrics[pair->metric], minimum_effect, *tests);
        }
    }
    return r;
}

bool verdicts_are_tight(const struct cell_summary *cells, size_t count, double minimum_effect)
{
    size_t tests = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < cells[i].verdict_count; k++)
            tests += is_test(&cells[i].verdicts[k]);
    }
    uint64_t needed = tests > 0 ? verdict_rounds_needed(tests) : 0;
    bool tight = true;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < cells[i].verdict_count && tight; k++) {
            const struct verdict_pair *pair = &cells[i].verdicts[k];
            const struct effect effect = {
                .n = pair->n, .ratio = pair->ratio, .low = pair->low, .high = pair->high};
            tight =
                !is_test(pair) || (pair->n >= needed && verdict_is_tight(&effect, minimum_effect));
        }
    }
    return tight;
}
