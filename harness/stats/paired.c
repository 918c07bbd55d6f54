#include "harness/stats/paired.h"

#include "harness/stats/max_t.h"
#include "harness/stats/sort.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Each halves what is left between two bounds: enough for a relative error of 1e-12. */
enum { HALVINGS = 48 };

static bool is_measure(double value)
{
    return isfinite(value) && value > 0;
}

double paired_log_ratio(double a, double b)
{
    if (!is_measure(a) || !is_measure(b))
        return NAN;
    double larger = fmax(a, b), smaller = fmin(a, b);
    double quotient = larger / smaller;
    double logarithm = isfinite(quotient) ? log(quotient) : log(larger) - log(smaller);
    return a < b ? -logarithm : logarithm;
}

/* The values that are there, ascending. */
struct sorted {
    double *values;
    size_t n;
};

static int sort_values(struct sorted *sorted, const double *values, size_t n)
{
    *sorted = (struct sorted){.values = calloc(n + 1, sizeof(double))};
    if (sorted->values == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i]))
            sorted->values[sorted->n++] = values[i];
    }
    sort_doubles(sorted->values, sorted->n);
    return 0;
}

/* The median distance of the values from `center`: the distances below it and those above are two
 * ascending lists, of which the smaller head is taken until half are gone. */
static double median_distance(const struct sorted *sorted, double center)
{
    const double *values = sorted->values;
    size_t n = sorted->n, above = 0, wanted = n / 2;
    double last = 0, before = 0;
    for (size_t low = 0, high = n; low < high;) { /* the first value above the center */
        size_t middle = (low + high) / 2;
        if (values[middle] <= center)
            low = middle + 1;
        else
            high = middle;
        above = low;
    }
    for (size_t taken = 0, below = above; taken <= wanted; taken++) {
        double left = below > 0 ? center - values[below - 1] : INFINITY;
        double right = above < n ? values[above] - center : INFINITY;
        before = last;
        last = fmin(left, right);
        if (left <= right)
            below--;
        else
            above++;
    }
    return n % 2 == 1 ? last : (before + last) / 2;
}

/* Half of the values may be the center itself, which says nothing of how far out is too far. */
static double limit_of(const struct sorted *sorted, double center)
{
    double median = median_distance(sorted, center);
    return median > 0 ? PAIRED_CLIP * median : INFINITY;
}

static double clip(double value, double limit)
{
    return fmax(-limit, fmin(limit, value));
}

struct sums {
    double sum, squares;
};

static struct sums add_up(const struct sorted *sorted, double center)
{
    struct sums sums = {0};
    double limit = limit_of(sorted, center);
    for (size_t i = 0; i < sorted->n; i++) {
        double score = clip(sorted->values[i] - center, limit);
        sums.sum += score;
        sums.squares += score * score;
    }
    return sums;
}

/* With its sign: above 0 where the values lie above the center. */
static double statistic(const struct sorted *sorted, double center)
{
    struct sums sums = add_up(sorted, center);
    return sums.squares > 0 ? sums.sum / sqrt(sums.squares) : 0;
}

double paired_scores(const double *values, size_t n, double *scores)
{
    struct sorted sorted;
    double squares = 0;
    if (sort_values(&sorted, values, n) < 0)
        return -1;
    double limit = sorted.n > 0 ? limit_of(&sorted, 0) : 0;
    for (size_t i = 0; i < n; i++) {
        scores[i] = isnan(values[i]) ? 0 : clip(values[i], limit);
        squares += scores[i] * scores[i];
    }
    free(sorted.values);
    return sqrt(squares);
}

/* Between `inside`, where the statistic, without its sign, is not above the critical value, and
 * `outside`, where it is. */
static double find_bound(const struct sorted *sorted, double critical, double inside,
                         double outside)
{
    for (unsigned i = 0; i < HALVINGS; i++) {
        double middle = inside + (outside - inside) / 2;
        if (fabs(statistic(sorted, middle)) > critical)
            outside = middle;
        else
            inside = middle;
    }
    return inside;
}

static double find_estimate(const struct sorted *sorted)
{
    double low = sorted->values[0], high = sorted->values[sorted->n - 1];
    for (unsigned i = 0; i < HALVINGS && low < high; i++) {
        double middle = low + (high - low) / 2;
        double value = statistic(sorted, middle);
        if (value == 0)
            return middle;
        if (value > 0)
            low = middle;
        else
            high = middle;
    }
    return low + (high - low) / 2;
}

/* From the estimate outwards to where the statistic is above the critical value: it nears sqrt(n)
 * as the distance grows. */
static double find_outside(const struct sorted *sorted, double critical, double from,
                           double direction)
{
    double span = sorted->values[sorted->n - 1] - sorted->values[0];
    double step = fmax(span, 1e-9);
    double outside = from + direction * step;
    while (fabs(statistic(sorted, outside)) <= critical && step < 1e6 * fmax(1, span)) {
        step *= 2;
        outside = from + direction * step;
    }
    return outside;
}

/* Zero stands for "no difference": on which side of the bound it lies must be what the test said.
 */
static double find_end(const struct sorted *sorted, double critical, double estimate,
                       double direction)
{
    double inside = estimate, outside = find_outside(sorted, critical, estimate, direction);
    bool zero_between = direction > 0 ? estimate < 0 && 0 < outside : outside < 0 && 0 < estimate;
    if (zero_between && fabs(statistic(sorted, 0)) > critical)
        outside = 0;
    else if (zero_between)
        inside = 0;
    return find_bound(sorted, critical, inside, outside);
}

static void fill_interval(const struct sorted *sorted, double critical, struct paired_interval *out)
{
    *out = (struct paired_interval){
        .n = sorted->n,
        .estimate = find_estimate(sorted),
        .low = -INFINITY,
        .high = INFINITY,
    };
    struct sums around = add_up(sorted, out->estimate);
    if (sorted->n > 1)
        out->deviation = sqrt(around.squares / (double)(sorted->n - 1));
    /* Rounds that are all alike have no deviation that an interval could be made of. */
    out->bounded =
        sorted->n >= MAX_T_ROUNDS && critical * critical < (double)sorted->n && around.squares > 0;
    if (!out->bounded)
        return;
    out->low = find_end(sorted, critical, out->estimate, -1);
    out->high = find_end(sorted, critical, out->estimate, 1);
}

int paired_interval(const double *values, size_t n, double critical, struct paired_interval *out)
{
    struct sorted sorted;
    if (sort_values(&sorted, values, n) < 0)
        return -ENOMEM;
    int r = sorted.n > 0 && critical >= 0 ? 0 : -EINVAL;
    if (r == 0)
        fill_interval(&sorted, critical, out);
    free(sorted.values);
    return r;
}
