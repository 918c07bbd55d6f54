#include "harness/stats/two_samples.h"

#include "harness/stats/rank_sum.h"
#include "harness/stats/shifts.h"
#include "harness/stats/statistics.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

static bool is_measure(double value)
{
    return isfinite(value) && value > 0;
}

static int take_logarithms(const double *values, size_t count, double *logarithms)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_measure(values[i]))
            return -EINVAL;
        logarithms[i] = log(values[i]);
    }
    return 0;
}

/* Logarithms from here on. */
struct pair {
    double *subject, *baseline;
    size_t n, m;
};

/* Of the ratio within the allowance that is nearest to the estimate. Moves the subject's values. */
static int allowed_p(struct pair *pair, double estimate, double allowance, double *p)
{
    struct rank_sum test;
    if (fabs(estimate) <= allowance && allowance > 0) {
        *p = 1;
        return 0;
    }
    for (size_t i = 0; i < pair->n; i++)
        pair->subject[i] -= copysign(allowance, estimate);
    int result = rank_sum_test(pair->subject, pair->n, pair->baseline, pair->m, &test);
    if (result == 0)
        *p = test.p;
    return result;
}

static int estimate(struct pair *pair, double allowance, double confidence, struct effect *effect)
{
    struct rank_sum_cut cut;
    struct shifts shifts;
    int result = rank_sum_cut(pair->n, pair->m, confidence, &cut);
    if (result == 0)
        result = shifts_open(&shifts, pair->subject, pair->n, pair->baseline, pair->m);
    if (result < 0)
        return result;
    double shift = shifts_median(&shifts);
    uint64_t last = (uint64_t)pair->n * pair->m + 1 - cut.position;
    *effect = (struct effect){
        .n = pair->n < pair->m ? pair->n : pair->m,
        .ratio = exp(shift),
        .low = exp(shifts_at(&shifts, cut.position) - allowance),
        .high = exp(shifts_at(&shifts, last) + allowance),
        .confidence = cut.confidence,
        .median = exp(statistics_median(pair->subject, pair->n) -
                      statistics_median(pair->baseline, pair->m)),
    };
    shifts_close(&shifts);
    if (isnan(effect->median))
        return -ENOMEM;
    if (!is_measure(effect->low) || !is_measure(effect->high) || !is_measure(effect->median))
        return -ERANGE;
    return allowed_p(pair, shift, allowance, &effect->p);
}

int two_samples_compare(const double *subject, size_t n, const double *baseline, size_t m,
                        double allowance, double confidence, struct effect *effect)
{
    if (n < 1 || m < 1 || n > UINT32_MAX || m > UINT32_MAX)
        return -EINVAL;
    if (!(isfinite(allowance) && allowance >= 0))
        return -EINVAL;
    struct pair pair = {
        .subject = calloc(n, sizeof *pair.subject),
        .baseline = calloc(m, sizeof *pair.baseline),
        .n = n,
        .m = m,
    };
    struct effect found;
    int result = pair.subject != NULL && pair.baseline != NULL ? 0 : -ENOMEM;
    if (result == 0)
        result = take_logarithms(subject, n, pair.subject);
    if (result == 0)
        result = take_logarithms(baseline, m, pair.baseline);
    if (result == 0)
        result = estimate(&pair, log1p(allowance), confidence, &found);
    free(pair.subject);
    free(pair.baseline);
    if (result == 0)
        *effect = found;
    return result;
}
