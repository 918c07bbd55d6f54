#include "harness/stats/statistics.h"

#include "harness/stats/random.h"
#include "harness/stats/sort.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Halves before it adds, so that no sum overflows. */
static double mean_of_two(double a, double b)
{
    return a == b ? a : a / 2 + b / 2;
}

static double median_of_sorted(const double *sorted, size_t n)
{
    return mean_of_two(sorted[(n - 1) / 2], sorted[n / 2]);
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
    sort_doubles(sorted, n);
    double median = median_of_sorted(sorted, n);
    free(sorted);
    return median;
}

/* ---- which values a resample's median lies between ----
 *
 * The values are in order, so the two in the middle of a resample are two places in that order, and
 * which places depends on how many values there are and on the seed, not on the values. They are
 * drawn once for all samples of one size: a report has thousands of these. */

struct middle {
    uint32_t lower, upper; /* places in the sorted sample; the same of an odd number */
    uint32_t times;        /* resamples that have these */
};

struct draws {
    size_t n;
    uint64_t seed;
    unsigned resamples;
    struct middle *middles; /* each pair once */
    size_t count;
};

/* Only how often each value was drawn matters: counting replaces sorting. `drawn` has n entries,
 * all zero before and after. */
static struct middle draw_middle(uint32_t *drawn, size_t n, struct random *random)
{
    for (size_t i = 0; i < n; i++)
        drawn[random_below(random, (uint32_t)n)]++;

    size_t seen = 0, lower = n, upper = n;
    for (size_t i = 0; i < n; i++) {
        seen += drawn[i];
        drawn[i] = 0;
        if (lower == n && seen > (n - 1) / 2)
            lower = i;
        if (upper == n && seen > n / 2)
            upper = i;
    }
    return (struct middle){(uint32_t)lower, (uint32_t)upper, 1};
}

static int compare_middles(const void *left, const void *right)
{
    const struct middle *a = left, *b = right;
    if (a->lower != b->lower)
        return a->lower < b->lower ? -1 : 1;
    return (a->upper > b->upper) - (a->upper < b->upper);
}

/* Equal neighbours become one. Returns how many are left. */
static size_t unite(struct middle *middles, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare_middles(&middles[kept - 1], &middles[i]) == 0)
            middles[kept - 1].times++;
        else
            middles[kept++] = middles[i];
    }
    return kept;
}

static int draw_all(struct draws *draws, size_t n, uint64_t seed, unsigned resamples)
{
    uint32_t *drawn = calloc(n, sizeof(*drawn));
    struct middle *middles = calloc(resamples, sizeof(*middles));
    if (drawn == NULL || middles == NULL) {
        free(drawn);
        free(middles);
        return -ENOMEM;
    }
    struct random random;
    random_seed(&random, seed);
    for (unsigned i = 0; i < resamples; i++)
        middles[i] = draw_middle(drawn, n, &random);
    free(drawn);
    qsort(middles, resamples, sizeof(*middles), compare_middles);
    free(draws->middles);
    *draws = (struct draws){n, seed, resamples, middles, unite(middles, resamples)};
    return 0;
}

/* Kept for the next sample of that size. Subjects of a run differ in rounds by a few at most. */
static int find_draws(size_t n, uint64_t seed, unsigned resamples, const struct draws **found)
{
    enum { KEPT = 8 };
    static _Thread_local struct draws kept[KEPT];
    static _Thread_local unsigned next;
    for (unsigned i = 0; i < KEPT; i++) {
        *found = &kept[i];
        if (kept[i].n == n && kept[i].seed == seed && kept[i].resamples == resamples)
            return 0;
    }
    *found = &kept[next];
    int result = draw_all(&kept[next], n, seed, resamples);
    next = (next + 1) % KEPT;
    return result;
}

/* ---- the interval ---- */

/* The median of so many resamples. */
struct outcome {
    double median;
    uint32_t times;
};

static int compare_outcomes(const void *left, const void *right)
{
    double a = ((const struct outcome *)left)->median, b = ((const struct outcome *)right)->median;
    return (a > b) - (a < b);
}

/* The k-th smallest median, from 0. */
static double outcome_at(const struct outcome *sorted, uint64_t k)
{
    uint64_t seen = sorted->times;
    while (seen <= k)
        seen += (++sorted)->times;
    return sorted->median;
}

/* Type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician
 * 50(4), 1996: what R and NumPy do unless told otherwise. */
static double quantile(const struct outcome *sorted, uint64_t total, double probability)
{
    double position = probability * (double)(total - 1);
    uint64_t below = (uint64_t)position;
    if (below + 1 >= total)
        return outcome_at(sorted, total - 1);
    double share = position - (double)below;
    double left = outcome_at(sorted, below), right = outcome_at(sorted, below + 1);
    double mixed = left * (1 - share) + right * share;
    /* Rounding must not lead out of the two: an interval of equal values would miss its median. */
    return fmin(fmax(mixed, left), right);
}

/* The core of both intervals. Sorts `values`. */
static int bootstrap(double *values, size_t n, double confidence, uint64_t seed, unsigned resamples,
                     struct interval *interval)
{
    const struct draws *draws;
    int result = find_draws(n, seed, resamples, &draws);
    if (result < 0)
        return result;
    struct outcome *outcomes = calloc(draws->count, sizeof(*outcomes));
    if (outcomes == NULL)
        return -ENOMEM;
    sort_doubles(values, n);
    for (size_t i = 0; i < draws->count; i++) {
        const struct middle *middle = &draws->middles[i];
        outcomes[i].median = mean_of_two(values[middle->lower], values[middle->upper]);
        outcomes[i].times = middle->times;
    }
    qsort(outcomes, draws->count, sizeof(*outcomes), compare_outcomes);
    interval->median = median_of_sorted(values, n);
    interval->low = quantile(outcomes, resamples, (1 - confidence) / 2);
    interval->high = quantile(outcomes, resamples, (1 + confidence) / 2);
    free(outcomes);
    return 0;
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

int statistics_bootstrap_difference(const double *values, const double *baseline, size_t n,
                                    double confidence, uint64_t seed, unsigned resamples,
                                    struct interval *interval)
{
    if (!is_possible(n, confidence, resamples))
        return -EINVAL;
    double *differences = calloc(n, sizeof(*differences));
    if (differences == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        differences[i] = values[i] - baseline[i];
    int result = statistics_bootstrap_median(differences, n, confidence, seed, resamples, interval);
    free(differences);
    return result;
}
