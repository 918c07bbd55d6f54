/* From the rounds of a calibration to how often a verdict was right. */
#include "harness/calibrate/calibration.h"

#include "harness/stats/pair_sequence.h"
#include "harness/stats/statistics.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BOOTSTRAP_RESAMPLES 1000u

/* ---- one comparison ---- */

struct pairs {
    double *subject, *baseline;
    size_t count;
};

/* The rounds in which both trials were valid. Unpaired: each beside the round half the comparison
 * away, so that nothing is left of what the two trials of one round have in common. */
static void collect(const struct calibration *calibration, unsigned comparison,
                    enum calibration_variant variant, size_t length, unsigned rounds,
                    enum calibration_method method, struct pairs *pairs)
{
    unsigned shift = method == CALIBRATION_UNPAIRED ? rounds / 2 : 0;
    for (unsigned round = 0; round < rounds; round++) {
        double subject = *calibration_value(calibration, comparison, round, variant, length);
        double baseline = *calibration_value(calibration, comparison, (round + shift) % rounds,
                                             CALIBRATION_A, length);
        if (isnan(subject) || isnan(baseline))
            continue;
        pairs->subject[pairs->count] = subject;
        pairs->baseline[pairs->count++] = baseline;
    }
}

/* The rule that is usual elsewhere: no test, and the interval of a median. Leaves logarithms in
 * place of the subject's values. */
static enum verdict_word judge_by_bootstrap(const struct calibration *calibration,
                                            struct pairs *pairs)
{
    struct interval interval;
    double minimum = log1p(calibration->design->minimum_effect);
    for (size_t i = 0; i < pairs->count; i++)
        pairs->subject[i] = log(pairs->subject[i] / pairs->baseline[i]);
    if (statistics_bootstrap_median(pairs->subject, pairs->count, VERDICT_CONFIDENCE, 1,
                                    BOOTSTRAP_RESAMPLES, &interval) < 0)
        return VERDICT_INVALID;
    bool is_more = interval.low > 0 && interval.median >= minimum;
    bool is_less = interval.high < 0 && interval.median <= -minimum;
    if (!is_more && !is_less)
        return VERDICT_INCONCLUSIVE;
    return is_more == calibration->metric->lower_is_better ? VERDICT_SLOWER : VERDICT_FASTER;
}

/* A run of one pair, which ends when it is decided. Leaves logarithms in place of the subject's
 * values. *rounds: when it would have ended. */
static enum verdict_word judge_as_run(const struct calibration *calibration,
                                      const struct pairs *pairs, unsigned *rounds)
{
    struct pair_sequence sequence;
    for (size_t i = 0; i < pairs->count; i++)
        pairs->subject[i] = paired_log_ratio(pairs->subject[i], pairs->baseline[i]);
    if (pair_sequence_play(pairs->subject, pairs->count, calibration->design->minimum_effect,
                           calibration->metric->lower_is_better, &sequence) < 0)
        return VERDICT_INVALID;
    *rounds = (unsigned)sequence.rounds;
    return sequence.word;
}

enum verdict_word calibration_judge(const struct calibration *calibration, unsigned comparison,
                                    enum calibration_variant variant, size_t length,
                                    unsigned rounds, enum calibration_method method,
                                    unsigned *decided_after)
{
    struct pairs pairs = {
        .subject = calloc(rounds, sizeof(double)),
        .baseline = calloc(rounds, sizeof(double)),
    };
    enum verdict_word word = VERDICT_INVALID;
    if (pairs.subject != NULL && pairs.baseline != NULL) {
        collect(calibration, comparison, variant, length, rounds, method, &pairs);
        word = method == CALIBRATION_BOOTSTRAP ? judge_by_bootstrap(calibration, &pairs)
                                               : judge_as_run(calibration, &pairs, &rounds);
    }
    free(pairs.subject);
    free(pairs.baseline);
    *decided_after = rounds;
    return word;
}

/* ---- all comparisons ---- */

static bool is_counted(enum calibration_variant variant, enum verdict_word word)
{
    return word == VERDICT_SLOWER || (variant != CALIBRATION_PLANTED && word == VERDICT_FASTER);
}

/* Adds one comparison to the counts. */
static void count_comparison(const struct calibration *calibration, unsigned comparison,
                             enum calibration_variant variant, size_t length,
                             enum calibration_method method, const unsigned *rounds, size_t count,
                             unsigned *counts)
{
    unsigned after = 0;
    enum verdict_word word = VERDICT_INVALID;
    if (method != CALIBRATION_BOOTSTRAP)
        word = calibration_judge(calibration, comparison, variant, length, calibration->rounds,
                                 method, &after);
    for (size_t i = 0; i < count; i++) {
        unsigned unused;
        if (method == CALIBRATION_BOOTSTRAP)
            word = calibration_judge(calibration, comparison, variant, length, rounds[i], method,
                                     &unused);
        counts[i] += is_counted(variant, word) && after <= rounds[i];
    }
}

int calibration_shares(const struct calibration *calibration, enum calibration_variant variant,
                       size_t length, enum calibration_method method, const unsigned *rounds,
                       size_t count, struct proportion *shares)
{
    unsigned *counts = calloc(count, sizeof *counts);
    if (counts == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < calibration->finished; i++)
        count_comparison(calibration, i, variant, length, method, rounds, count, counts);
    for (size_t i = 0; i < count; i++) {
        shares[i] = (struct proportion){NAN, NAN, NAN};
        if (calibration->finished > 0)
            proportion_of(counts[i], calibration->finished, CALIBRATION_CONFIDENCE, &shares[i]);
    }
    free(counts);
    return 0;
}

struct proportion calibration_named(const struct calibration *calibration,
                                    enum calibration_variant variant, size_t length,
                                    unsigned rounds, enum calibration_method method,
                                    unsigned *wrong)
{
    unsigned counted = 0, after;
    struct proportion proportion = {NAN, NAN, NAN};
    *wrong = 0;
    for (unsigned i = 0; i < calibration->finished; i++) {
        enum verdict_word word =
            calibration_judge(calibration, i, variant, length, rounds, method, &after);
        bool is_named = word == VERDICT_FASTER || word == VERDICT_SLOWER;
        bool is_right = variant == CALIBRATION_PLANTED && word == VERDICT_SLOWER;
        counted += is_counted(variant, word);
        *wrong += is_named && !is_right;
    }
    if (calibration->finished > 0)
        proportion_of(counted, calibration->finished, CALIBRATION_CONFIDENCE, &proportion);
    return proportion;
}

static int by_size(const void *a, const void *b)
{
    unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;
    return (left > right) - (left < right);
}

unsigned calibration_rounds_to_find(const struct calibration *calibration, double share)
{
    unsigned *found = calloc(calibration->finished + 1, sizeof *found), rounds = 0;
    size_t count = 0, wanted = (size_t)ceil(share * calibration->finished);
    for (unsigned i = 0; found != NULL && i < calibration->finished; i++) {
        if (calibration_judge(calibration, i, CALIBRATION_PLANTED, calibration->lengths - 1,
                              calibration->rounds, CALIBRATION_AS_RUN,
                              &found[count]) == VERDICT_SLOWER)
            count++;
    }
    if (found != NULL && wanted > 0 && count >= wanted) {
        qsort(found, count, sizeof *found, by_size);
        rounds = found[wanted - 1];
    }
    free(found);
    return rounds;
}

int calibration_planted_ratio(const struct calibration *calibration, struct effect *effect)
{
    size_t room = (size_t)calibration->finished * calibration->rounds;
    struct pairs pairs = {
        .subject = calloc(room, sizeof(double)),
        .baseline = calloc(room, sizeof(double)),
    };
    int r = -ENOMEM;
    if (pairs.subject != NULL && pairs.baseline != NULL) {
        for (unsigned i = 0; i < calibration->finished; i++)
            collect(calibration, i, CALIBRATION_PLANTED, calibration->lengths - 1,
                    calibration->rounds, CALIBRATION_AS_RUN, &pairs);
        r = effect_compare(pairs.subject, pairs.baseline, pairs.count, VERDICT_CONFIDENCE, effect);
    }
    free(pairs.subject);
    free(pairs.baseline);
    return r;
}

/* ---- in short ---- */

int calibration_result(const struct calibration *calibration, enum calibration_variant variant,
                       struct calibration_result *result)
{
    unsigned wrong;
    const struct cell *cell = &calibration->cell;
    bool is_planted = variant == CALIBRATION_PLANTED;
    struct proportion share = calibration_named(calibration, variant, calibration->lengths - 1,
                                                calibration->rounds, CALIBRATION_AS_RUN, &wrong);
    uint64_t counted = (uint64_t)llround(share.share * calibration->finished);
    *result = (struct calibration_result){
        .workload = strdup(cell->workload->name),
        .mode = strdup(cell->mode),
        .subject = strdup(calibration->subject->name),
        .metric = strdup(calibration->metric->name),
        .minimum_effect = calibration->design->minimum_effect,
        .planted = is_planted ? calibration->design->planted : 0,
        .seconds_per_comparison = calibration->comparison_s,
        .rounds_per_comparison = calibration->rounds,
        .comparisons = calibration->finished,
        .named = is_planted ? counted + wrong : counted,
        .wrong = wrong,
        .share = share.share,
        .low = share.low,
        .high = share.high,
    };
    if (result->workload == NULL || result->mode == NULL || result->subject == NULL ||
        result->metric == NULL)
        return -ENOMEM;
    return named_values_copy(&result->params, &cell->params);
}
