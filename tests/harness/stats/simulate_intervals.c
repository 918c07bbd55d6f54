/* Where the figures in harness/stats/effect.h come from: how often intervals hold the truth.
 *
 *     simulate_intervals [SAMPLES]
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

#define ROUNDS_MAXIMUM 200
#define RESAMPLES 1000

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

int main(int argc, char **argv)
{
    unsigned long samples = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
    if (argc > 2 || samples == 0 || samples > 1000000)
        return fprintf(stderr, "usage: simulate_intervals [SAMPLES]\n"), 2;
    coverage((unsigned)samples);
    return 0;
}
