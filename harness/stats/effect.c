#include "harness/stats/effect.h"

#include "harness/stats/statistics.h"
#include "harness/stats/walsh.h"
#include "harness/stats/wilcoxon.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* By the quotient, larger over smaller: equal ratios then have equal logarithms, as log(a) - log(b)
 * would not, and opposite ones differ in nothing but the sign. The test needs to see such ties. */
static double log_ratio(double a, double b)
{
    double larger = fmax(a, b), smaller = fmin(a, b);
    double quotient = larger / smaller;
    double logarithm = isfinite(quotient) ? log(quotient) : log(larger) - log(smaller);
    return a < b ? -logarithm : logarithm;
}

static bool is_measure(double value)
{
    return isfinite(value) && value > 0;
}

/* Of logarithms. */
static int estimate(const double *logarithms, size_t n, double confidence, struct effect *effect)
{
    struct wilcoxon test;
    struct wilcoxon_cut cut;
    struct walsh walsh;
    int result = wilcoxon_cut(n, confidence, &cut);
    if (result == 0)
        result = wilcoxon_signed_rank(logarithms, n, &test);
    if (result == 0)
        result = walsh_open(&walsh, logarithms, n);
    if (result < 0)
        return result;
    /* From the outside in: each search then has less to look through. */
    double low = walsh_at(&walsh, cut.position);
    double high = walsh_at(&walsh, walsh_count(n) + 1 - cut.position);
    *effect = (struct effect){
        .n = n,
        .ratio = exp(walsh_median(&walsh)),
        .low = exp(low),
        .high = exp(high),
        .confidence = cut.confidence,
        .median = exp(statistics_median(logarithms, n)),
        .p = test.p,
    };
    walsh_close(&walsh);
    if (isnan(effect->median))
        return -ENOMEM;
    if (!is_measure(effect->low) || !is_measure(effect->high) || !is_measure(effect->median))
        return -ERANGE;
    return 0;
}

int effect_compare(const double *subject, const double *baseline, size_t n, double confidence,
                   struct effect *effect)
{
    if (n < 1 || n > UINT32_MAX)
        return -EINVAL;
    for (size_t i = 0; i < n; i++)
        if (!is_measure(subject[i]) || !is_measure(baseline[i]))
            return -EINVAL;
    double *logarithms = calloc(n, sizeof *logarithms);
    if (logarithms == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        logarithms[i] = log_ratio(subject[i], baseline[i]);
    struct effect found;
    int result = estimate(logarithms, n, confidence, &found);
    free(logarithms);
    if (result == 0)
        *effect = found;
    return result;
}
