#include "harness/measure/statistics.h"

#include "harness/measure/random.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void sort(double *values, size_t n)
{
    qsort(values, n, sizeof(*values), compare_doubles);
}

/* Halves before it adds, so that no sum overflows. */
static double mean_of_two(double a, double b)
{
    return a == b ? a : a / 2 + b / 2;
}

static double median_of_sorted(const double *sorted, size_t n)
{
    return mean_of_two(sorted[(n - 1) / 2], sorted[n / 2]);
}

/* Type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician
 * 50(4), 1996: what R and NumPy do unless told otherwise. */
static double quantile_of_sorted(const double *sorted, size_t n, double probability)
{
    double position = probability * (double)(n - 1);
    size_t below = (size_t)position;
    if (below + 1 >= n)
        return sorted[n - 1];
    double share = position - (double)below;
    double mixed = sorted[below] * (1 - share) + sorted[below + 1] * share;
    /* Rounding must not lead out of the two: an interval of equal values would miss its median. */
    return fmin(fmax(mixed, sorted[below]), sorted[below + 1]);
}

double statistics_median(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i]))
            return NAN;
    double *sorted = n == 0 ? NULL : calloc(n, sizeof(*sorted));
    if (sorted == NULL)
        return NAN;
    memcpy(sorted, values, n * sizeof(*sorted));
    sort(sorted, n);
    double median = median_of_sorted(sorted, n);
    free(sorted);
    return median;
}

/* The median of one resample. Only how often each value was drawn matters, and the values are in
 * order already: counting replaces sorting. `draws` has n entries, all zero before and after. */
static double resampled_median(const double *sorted, uint32_t *draws, size_t n,
                               struct random *random)
{
    for (size_t i = 0; i < n; i++)
        draws[random_below(random, (uint32_t)n)]++;

    size_t seen = 0, lower = n, upper = n;
    for (size_t i = 0; i < n; i++) {
        seen += draws[i];
        draws[i] = 0;
        if (lower == n && seen > (n - 1) / 2)
            lower = i;
        if (upper == n && seen > n / 2)
            upper = i;
    }
    return mean_of_two(sorted[lower], sorted[upper]);
}

/* The core of both intervals. Sorts `values`. */
static int bootstrap(double *values, size_t n, double confidence, uint64_t seed, unsigned resamples,
                     struct interval *interval)
{
    double *medians = calloc(resamples, sizeof(*medians));
    uint32_t *draws = calloc(n, sizeof(*draws));
    int result = -ENOMEM;
    if (medians != NULL && draws != NULL) {
        sort(values, n);
        struct random random;
        random_seed(&random, seed);
        for (unsigned i = 0; i < resamples; i++)
            medians[i] = resampled_median(values, draws, n, &random);
        sort(medians, resamples);
        interval->median = median_of_sorted(values, n);
        interval->low = quantile_of_sorted(medians, resamples, (1 - confidence) / 2);
        interval->high = quantile_of_sorted(medians, resamples, (1 + confidence) / 2);
        result = 0;
    }
    free(draws);
    free(medians);
    return result;
}

static bool is_possible(size_t n, double confidence, unsigned resamples)
{
    return n >= 1 && n <= UINT32_MAX && confidence > 0 && confidence < 1 && resamples >= 1;
}

int statistics_bootstrap_median(const double *values, size_t n, double confidence, uint64_t seed,
                                unsigned resamples, struct interval *interval)
{
    if (!is_possible(n, confidence, resamples))
        return -EINVAL;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return -EINVAL;
    double *sorted = calloc(n, sizeof(*sorted));
    if (sorted == NULL)
        return -ENOMEM;
    memcpy(sorted, values, n * sizeof(*sorted));
    int result = bootstrap(sorted, n, confidence, seed, resamples, interval);
    free(sorted);
    return result;
}

int statistics_bootstrap_ratio(const double *numerator, const double *denominator, size_t n,
                               double confidence, uint64_t seed, unsigned resamples,
                               struct interval *interval)
{
    if (!is_possible(n, confidence, resamples))
        return -EINVAL;
    double *logarithms = calloc(n, sizeof(*logarithms));
    if (logarithms == NULL)
        return -ENOMEM;
    int result = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(isfinite(numerator[i]) && numerator[i] > 0 && isfinite(denominator[i]) &&
              denominator[i] > 0))
            result = -EINVAL;
        else
            logarithms[i] = log(numerator[i]) - log(denominator[i]);
    }
    if (result == 0)
        result = bootstrap(logarithms, n, confidence, seed, resamples, interval);
    if (result == 0) {
        interval->median = exp(interval->median);
        interval->low = exp(interval->low);
        interval->high = exp(interval->high);
    }
    free(logarithms);
    return result;
}
