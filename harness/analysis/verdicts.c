#include "harness/analysis/verdicts.h"

#include "harness/analysis/baseline.h"
#include "harness/contract/parameters.h"
#include "harness/stats/effect.h"

#include <errno.h>
#include <math.h>
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
            .name = run_subject_shown(run, i),
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
                           const struct contender *subject, const struct contender *baseline,
                           const char *why_unranked)
{
    char why[2][PROBLEM_BYTES + 128];
    write_why_invalid(metric, baseline, why[0], sizeof why[0]);
    write_why_invalid(metric, subject, why[1], sizeof why[1]);
    if (*why[0] == '\0' && *why[1] == '\0')
        return text_set(&pair->why, why_unranked);
    bool second = *why[0] == '\0' || (baseline->why_none == NULL && subject->why_none != NULL);
    return text_set(&pair->why, why[second]);
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
                    const struct contender *subject, const struct contender *baseline,
                    const char *why_unranked)
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
    return set_why_invalid(pair, metric, subject, baseline, why_unranked);
}

/* The baseline of the cell is that of its pairs; of a pair without it, the one that the run lists
 * first. */
static int add_pairs(struct cell_summary *summary, const struct run *run,
                     const struct run_cell *cell, size_t metric, const struct contender *contenders,
                     size_t count)
{
    const struct metric *what = &cell->cell.workload->metrics[metric];
    const char *why_unranked = run_cell_is_unranked(run, cell) ? RUN_WHY_UNRANKED : "";
    int r = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count && r == 0; j++) {
            bool swapped = contenders[j].subject == summary->baseline;
            r = add_pair(summary, metric, what, &contenders[swapped ? i : j],
                         &contenders[swapped ? j : i], why_unranked);
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
        r = add_pairs(summary, run, cell, metric, contenders, count);
    }
    free(contenders);
    free(shapes);
    return r;
}

/* ---- what the looks found ---- */

static bool is_ratio(double value)
{
    return isfinite(value) && value > 0;
}

/* A ratio is taken also of what is INVALID for other reasons: it is shown, but not judged. */
static int take_figures(struct verdict_pair *pair, const struct look_result *result)
{
    double ratio = exp(result->estimate), low = exp(result->low), high = exp(result->high);
    bool out_of_range =
        !is_ratio(ratio) || (result->bounded && (!is_ratio(low) || !is_ratio(high)));
    if ((result->n == 0 || out_of_range) && *pair->why == '\0')
        return text_set(&pair->why, out_of_range ? "a value is 0 or too far out: there is no ratio"
                                                 : "no round has a value above 0 of both subjects");
    if (result->n == 0 || out_of_range)
        return 0;
    pair->compared = true;
    pair->bounded = result->bounded;
    pair->n = result->n;
    pair->ratio = ratio;
    pair->low = result->bounded ? low : 0;
    pair->high = result->bounded ? high : INFINITY;
    pair->confidence = VERDICT_CONFIDENCE;
    pair->tested = result->tested && *pair->why == '\0';
    pair->p = result->tested ? result->p : 1;
    pair->p_adjusted = result->tested ? result->p_adjusted : 1;
    return 0;
}

/* A subject that is missing in some rounds takes so many more of them. */
static uint64_t of_the_run(uint64_t rounds, const struct look_result *result)
{
    if (result->n == 0 || rounds >= VERDICT_ROUNDS_MAXIMUM)
        return rounds;
    double share = (double)result->n / (double)result->rounds;
    return (uint64_t)fmin(ceil((double)rounds / share), (double)VERDICT_ROUNDS_MAXIMUM);
}

static int give_word(struct verdict_pair *pair, const struct look_result *result,
                     const struct metric *metric, double minimum_effect, size_t tests)
{
    const struct effect effect = {
        .n = pair->n,
        .ratio = pair->ratio,
        .low = pair->low,
        .high = pair->high,
        .confidence = pair->confidence,
        .p = pair->p,
    };
    /* Who was not tested at the last look has an interval to show, and none to judge by. */
    const struct verdict_sequence sequence = {
        .named = result->named,
        .bounded = result->bounded && result->tested,
        .deviation = result->deviation,
    };
    const struct verdict_question question = {
        .effect = pair->compared ? &effect : NULL,
        .sequence = &sequence,
        .p_adjusted = pair->p_adjusted,
        .pairs = tests > 0 ? tests : 1,
        .minimum_effect = minimum_effect,
        .lower_is_better = metric->lower_is_better,
        .why_invalid = *pair->why != '\0' ? pair->why : NULL,
    };
    struct verdict verdict;
    int r = verdict_decide(&question, &verdict);
    if (r < 0)
        return r;
    pair->word = verdict.word;
    pair->rounds = of_the_run(verdict.rounds, result);
    pair->rounds_likely = of_the_run(verdict.rounds_likely, result);
    return text_set(&pair->why, verdict.why != NULL ? verdict.why : "");
}

static int decide(struct verdict_pair *pair, const struct look_result *result,
                  const struct metric *metric, double minimum_effect, size_t tests)
{
    int r = take_figures(pair, result);
    return r == 0 ? give_word(pair, result, metric, minimum_effect, tests) : r;
}

static int decide_twin(struct cell_summary *summary, const struct run_cell *cell, size_t place,
                       const struct looks *looks, double minimum_effect)
{
    const struct metric *metric = workload_main_metric(cell->cell.workload, cell->cell.mode);
    struct look_result result;
    size_t of = looks_twin_of(looks, place);
    if (of == SUBJECT_NONE || metric == NULL)
        return 0;
    summary->has_twin = true;
    summary->twin = (struct verdict_pair){
        .metric = workload_metric_index(cell->cell.workload, metric),
        .subject = of,
        .baseline = of,
    };
    int r = text_set(&summary->twin.why, "");
    if (r == 0)
        r = looks_twin(looks, place, &result);
    return r == 0 ? decide(&summary->twin, &result, metric, minimum_effect, looks_tests(looks)) : r;
}

/* Where the pair has no interval yet, the ratio keeps its own, of less confidence. */
static void align_ratios(struct cell_summary *summary)
{
    for (size_t i = 0; i < summary->ratios.count; i++) {
        struct paired *ratio = &summary->ratios.list[i];
        size_t at = summary->pair_at[ratio->subject * summary->subject_count + ratio->baseline];
        const struct verdict_pair *pair = at > 0 ? &summary->verdicts[at - 1] : NULL;
        if (pair == NULL || pair->metric != ratio->metric || !pair->compared || !pair->bounded)
            continue;
        bool same = pair->subject == ratio->subject;
        ratio->value = same ? pair->ratio : 1 / pair->ratio;
        ratio->low = same ? pair->low : 1 / pair->high;
        ratio->high = same ? pair->high : 1 / pair->low;
        ratio->confidence = pair->confidence;
        ratio->n = pair->n;
    }
}

int verdicts_decide(struct cell_summary *cells, const struct run *run, const struct looks *looks,
                    double minimum_effect)
{
    int r = 0;
    for (size_t i = 0; i < run->cell_count && r == 0; i++) {
        const struct metric *metrics = run->cells[i].cell.workload->metrics;
        cells[i].minimum_effect = minimum_effect;
        for (size_t k = 0; k < cells[i].verdict_count && r == 0; k++) {
            struct verdict_pair *pair = &cells[i].verdicts[k];
            struct look_result result;
            r = looks_result(looks, i, pair->subject, pair->baseline, &result);
            if (r == 0)
                r = decide(pair, &result, &metrics[pair->metric], minimum_effect,
                           looks_tests(looks));
        }
        if (r == 0 && cells[i].pair_at != NULL)
            align_ratios(&cells[i]);
        if (r == 0)
            r = decide_twin(&cells[i], &run->cells[i], i, looks, minimum_effect);
    }
    return r;
}
