/* Where the figures in harness/stats/effect.h and verdict.h come from: how often intervals hold
 * the truth, how often verdicts are false, found, and reached with the rounds foretold.
 *
 *     simulate_verdicts coverage|verdicts|stopping|rounds [SAMPLES]
 *
 * The bootstrap of the Hodges-Lehmann estimate is here and nowhere else: it was not chosen. */
#include "harness/stats/effect.h"
#include "harness/stats/normal.h"
#include "harness/stats/random.h"
#include "harness/stats/statistics.h"
#include "harness/stats/verdict.h"
#include "harness/stats/walsh.h"
#include "tests/harness/stats/synthetic.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAXIMUM 20000
#define RESAMPLES 1000
#define STOPPING_ROUNDS 400
#define STOPPING_DEVIATION 0.05

static double subject[ROUNDS_MAXIMUM], baseline[ROUNDS_MAXIMUM], logarithms[ROUNDS_MAXIMUM];

/* ---- intervals ---- */

enum method { SIGNED_RANK, PERCENTILE, BIAS_CORRECTED, MEDIAN, METHODS };
static const char *const method_names[] = {"signed-rank", "bootstrap", "BCa", "median"};

struct tally {
    unsigned held;
    double width;
};

static void add(struct tally *tally, double low, double high)
{
    tally->held += low <= 0 && 0 <= high;
    tally->width += high - low;
}

static double hodges_lehmann(const double *values, size_t n)
{
    struct walsh walsh;
    if (walsh_open(&walsh, values, n) < 0)
        abort();
    double estimate = walsh_median(&walsh);
    walsh_close(&walsh);
    return estimate;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Type 7 of Hyndman and Fan. */
static double quantile(const double *sorted, double probability)
{
    double position = probability * (RESAMPLES - 1);
    size_t below = (size_t)fmin(position, RESAMPLES - 2);
    return sorted[below] + (position - (double)below) * (sorted[below + 1] - sorted[below]);
}

/* Efron, "Better Bootstrap Confidence Intervals", JASA 82, 1987: bias and acceleration, the latter
 * by the jackknife. */
static void bias_corrected(const double *values, size_t n, const double *sorted, struct tally *out)
{
    double without[ROUNDS_MAXIMUM], kept[ROUNDS_MAXIMUM], mean = 0, squares = 0, cubes = 0;
    for (size_t i = 0; i < n; i++) {
        memcpy(kept, values, n * sizeof *kept);
        kept[i] = kept[n - 1];
        without[i] = hodges_lehmann(kept, n - 1);
        mean += without[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        squares += pow(mean - without[i], 2);
        cubes += pow(mean - without[i], 3);
    }
    double acceleration = cubes / 6 / pow(squares, 1.5), estimate = hodges_lehmann(values, n);
    unsigned below = 0;
    for (unsigned i = 0; i < RESAMPLES; i++)
        below += sorted[i] < estimate;
    double bias = normal_quantile(fmin(fmax(below, 1), RESAMPLES - 1) / RESAMPLES), ends[2];
    for (unsigned i = 0; i < 2; i++) {
        double z = bias + normal_quantile(i == 0 ? 0.005 : 0.995);
        ends[i] = quantile(sorted, normal_below(bias + z / (1 - acceleration * z)));
    }
    add(out, ends[0], ends[1]);
}

static void bootstrap(const double *values, size_t n, struct random *random, struct tally *tallies)
{
    double estimates[RESAMPLES], resample[ROUNDS_MAXIMUM];
    for (unsigned i = 0; i < RESAMPLES; i++) {
        for (size_t k = 0; k < n; k++)
            resample[k] = values[random_below(random, (uint32_t)n)];
        estimates[i] = hodges_lehmann(resample, n);
    }
    qsort(estimates, RESAMPLES, sizeof *estimates, ascending);
    add(&tallies[PERCENTILE], quantile(estimates, 0.005), quantile(estimates, 0.995));
    bias_corrected(values, n, estimates, &tallies[BIAS_CORRECTED]);
}

static void coverage(unsigned samples)
{
    static const size_t counts[] = {10, 20, 50, 200};
    printf("share of 99 %% intervals that hold the truth, and their mean width\n%-10s %4s", "shape",
           "n");
    for (unsigned m = 0; m < METHODS; m++)
        printf("   %-14s", method_names[m]);
    for (unsigned shape = 0; shape <= SYNTHETIC_DISTURBED; shape++) {
        for (unsigned c = 0; c < sizeof counts / sizeof *counts; c++) {
            size_t n = counts[c];
            struct tally tallies[METHODS] = {0};
            struct random random;
            random_seed(&random, 1);
            for (unsigned i = 0; i < samples; i++) {
                for (size_t k = 0; k < n; k++) {
                    logarithms[k] = synthetic_draw(&random, shape);
                    subject[k] = exp(logarithms[k]);
                    baseline[k] = 1;
                }
                struct effect effect;
                struct interval median;
                if (effect_compare(subject, baseline, n, VERDICT_CONFIDENCE, &effect) < 0 ||
                    statistics_bootstrap_median(logarithms, n, 0.99, i, RESAMPLES, &median) < 0)
                    abort();
                add(&tallies[SIGNED_RANK], log(effect.low), log(effect.high));
                /* Of a skewed shape, the median is another than the pseudomedian. */
                double shift = shape == SYNTHETIC_SKEWED ? 1.6783469900166605 / 2 - log(2) : 0;
                add(&tallies[MEDIAN], median.low + shift, median.high + shift);
                bootstrap(logarithms, n, &random, tallies);
            }
            printf("\n%-10s %4zu", synthetic_name(shape), n);
            for (unsigned m = 0; m < METHODS; m++)
                printf("   %.4f (%5.3f)", (double)tallies[m].held / samples,
                       tallies[m].width / samples);
            fflush(stdout);
        }
    }
    printf("\n");
}

/* ---- verdicts ---- */

static struct verdict judge(size_t n, double minimum_effect, struct effect *effect)
{
    struct verdict verdict;
    if (effect_compare(subject, baseline, n, VERDICT_CONFIDENCE, effect) < 0)
        abort();
    struct verdict_question question = {.effect = effect,
                                        .p_adjusted = effect->p,
                                        .pairs = 1,
                                        .minimum_effect = minimum_effect,
                                        .lower_is_better = true};
    if (verdict_decide(&question, &verdict) < 0)
        abort();
    return verdict;
}

static void verdicts(unsigned samples)
{
    static const struct {
        double ratio, minimum_effect;
        size_t n;
    } cases[] = {{1, 0.03, 10},     {1, 0.03, 50},    {1, 0.03, 200},    {1, 0.03, 400},
                 {1, 0.03, 1500},   {1, 0.01, 200},   {1, 0.01, 400},    {1, 0.01, 1500},
                 {1.03, 0, 200},    {1.02, 0, 400},   {1.02, 0.01, 400}, {1.02, 0.01, 800},
                 {1.05, 0.03, 100}, {1.05, 0.03, 200}};
    printf("one pair, deviation of the log ratio 13 %%: shares of each word, of p < 0.01\n"
           "%-10s %5s %7s %5s  FASTER SLOWER EQUIVALENT INCONCLUSIVE p<0.01 error\n",
           "shape", "ratio", "minimum", "n");
    for (unsigned shape = 0; shape <= SYNTHETIC_DISTURBED; shape++) {
        for (unsigned c = 0; c < sizeof cases / sizeof *cases; c++) {
            unsigned words[VERDICT_SLOWER + 1] = {0}, significant = 0;
            double squares = 0;
            struct random random;
            random_seed(&random, 2);
            for (unsigned i = 0; i < samples; i++) {
                struct effect effect;
                synthetic_rounds(&random, shape, cases[c].ratio, 0.13, subject, baseline,
                                 cases[c].n);
                words[judge(cases[c].n, cases[c].minimum_effect, &effect).word]++;
                significant += effect.p < VERDICT_LEVEL;
                squares += pow(log(effect.ratio / cases[c].ratio), 2);
            }
            printf("%-10s %5.2f %7.2f %5zu  %.4f %.4f     %.4f       %.4f %.4f %.4f\n",
                   synthetic_name(shape), cases[c].ratio, cases[c].minimum_effect, cases[c].n,
                   (double)words[VERDICT_FASTER] / samples, (double)words[VERDICT_SLOWER] / samples,
                   (double)words[VERDICT_EQUIVALENT] / samples,
                   (double)words[VERDICT_INCONCLUSIVE] / samples, (double)significant / samples,
                   sqrt(squares / samples));
        }
    }
}

/* What is true, and which words are then false. */
struct stopping_case {
    double ratio;
    bool naming_is_false, equivalent_is_false;
};

struct stopping {
    unsigned ever, when_tight, never_tight;
    double rounds;
};

static bool is_false(const struct stopping_case *truth, enum verdict_word word)
{
    return (truth->naming_is_false && word >= VERDICT_FASTER) ||
           (truth->equivalent_is_false && word == VERDICT_EQUIVALENT);
}

static void stop_once(const struct stopping_case *truth, struct stopping *out)
{
    bool ever = false;
    for (size_t n = VERDICT_ROUNDS; n <= STOPPING_ROUNDS; n++) {
        struct effect effect;
        bool now = is_false(truth, judge(n, VERDICT_MINIMUM_EFFECT, &effect).word);
        ever |= now;
        if (verdict_is_tight(&effect, VERDICT_MINIMUM_EFFECT)) {
            out->ever += ever;
            out->when_tight += now;
            out->rounds += (double)n;
            return;
        }
    }
    out->ever += ever;
    out->never_tight++;
}

/* Looking after each round from 10 on: how often a false word is there at any of these times, and
 * how often when the interval is tight for the first time, which is when a run stops. */
static void stopping(unsigned samples)
{
    static const struct stopping_case cases[] = {{1, true, false}, {1.03, false, true}};
    printf("looks after each round, deviation %g: share with a false word\n"
           "%-10s %5s  at any time  when tight  mean rounds (never tight)\n",
           STOPPING_DEVIATION, "shape", "ratio");
    for (unsigned shape = 0; shape <= SYNTHETIC_DISTURBED; shape++) {
        for (unsigned c = 0; c < sizeof cases / sizeof *cases; c++) {
            struct stopping out = {0};
            struct random random;
            random_seed(&random, 1);
            for (unsigned i = 0; i < samples; i++) {
                synthetic_rounds(&random, shape, cases[c].ratio, STOPPING_DEVIATION, subject,
                                 baseline, STOPPING_ROUNDS);
                stop_once(&cases[c], &out);
            }
            printf("%-10s %5.2f  %11.4f  %10.4f  %11.1f (%u)\n", synthetic_name(shape),
                   cases[c].ratio, (double)out.ever / samples, (double)out.when_tight / samples,
                   out.rounds / fmax(1, samples - out.never_tight), out.never_tight);
            fflush(stdout);
        }
    }
}

/* ---- rounds foretold ---- */

/* Whether a word is reached with so many rounds, of which n are there. */
static bool is_reached(enum synthetic_shape shape, double ratio, size_t n, size_t rounds_in_all,
                       struct random random)
{
    struct effect effect;
    synthetic_rounds(&random, shape, ratio, 0.13, subject + n, baseline + n, rounds_in_all - n);
    return judge(rounds_in_all, 0.03, &effect).word != VERDICT_INCONCLUSIVE;
}

/* True log ratios spread evenly from -12 % to 12 %: what the method assumes. */
static void rounds(unsigned samples)
{
    static const size_t counts[] = {10, 20, 50, 200};
    printf("after n rounds without a word: share that has one at the rounds foretold\n"
           "%-10s %4s inconclusive rounds likely (beyond %u)\n",
           "shape", "n", ROUNDS_MAXIMUM);
    for (unsigned shape = 0; shape <= SYNTHETIC_DISTURBED; shape++) {
        for (unsigned c = 0; c < sizeof counts / sizeof *counts; c++) {
            size_t n = counts[c];
            unsigned inconclusive = 0, beyond = 0, reached = 0, reached_likely = 0;
            struct random random;
            random_seed(&random, 3);
            for (unsigned i = 0; i < samples; i++) {
                double ratio = exp(0.24 * (((double)i + 0.5) / samples - 0.5));
                struct effect effect;
                synthetic_rounds(&random, shape, ratio, 0.13, subject, baseline, n);
                struct verdict verdict = judge(n, 0.03, &effect);
                if (verdict.word != VERDICT_INCONCLUSIVE)
                    continue;
                inconclusive++;
                if (verdict.rounds_likely > ROUNDS_MAXIMUM) {
                    beyond++;
                    continue;
                }
                reached += is_reached(shape, ratio, n, (size_t)verdict.rounds, random);
                reached_likely +=
                    is_reached(shape, ratio, n, (size_t)verdict.rounds_likely, random);
                random_next(&random);
            }
            printf("%-10s %4zu %12u %.4f %.4f (%u)\n", synthetic_name(shape), n, inconclusive,
                   (double)reached / (inconclusive - beyond),
                   (double)reached_likely / (inconclusive - beyond), beyond);
            fflush(stdout);
        }
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    unsigned samples = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 2000;
    if (strcmp(what, "coverage") == 0 && samples > 0)
        coverage(samples);
    else if (strcmp(what, "verdicts") == 0 && samples > 0)
        verdicts(samples);
    else if (strcmp(what, "stopping") == 0 && samples > 0)
        stopping(samples);
    else if (strcmp(what, "rounds") == 0 && samples > 0)
        rounds(samples);
    else
        return fprintf(stderr, "usage: simulate_verdicts coverage|verdicts|stopping|rounds "
                               "[SAMPLES]\n"),
               2;
    return 0;
}
