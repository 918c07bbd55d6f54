#include "harness/stats/proportion.h"

#include <errno.h>
#include <math.h>

#define CASES_MAX UINT64_C(1000000)

/* Halvings of 0..1: as fine as a double near 1. */
enum { HALVINGS = 60 };

/* The chance of at most `most` successes in `cases` tries. */
static double chance_of_at_most(uint64_t most, uint64_t cases, double share)
{
    double sum = 0, n = (double)cases;
    for (uint64_t k = 0; k <= most; k++) {
        double log_ways = lgamma(n + 1) - lgamma((double)k + 1) - lgamma(n - (double)k + 1);
        sum += exp(log_ways + (double)k * log(share) + (n - (double)k) * log1p(-share));
    }
    return sum;
}

/* The share at which at most `most` successes have just this chance; it falls as the share rises.
 */
static double share_at(uint64_t most, uint64_t cases, double chance)
{
    double low = 0, high = 1;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (chance_of_at_most(most, cases, middle) > chance)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

int proportion_of(uint64_t found, uint64_t cases, double confidence, struct proportion *proportion)
{
    if (cases == 0 || cases > CASES_MAX || found > cases || !(confidence > 0 && confidence < 1))
        return -EINVAL;
    double tail = (1 - confidence) / 2;
    proportion->share = (double)found / (double)cases;
    proportion->low = found == 0 ? 0 : share_at(found - 1, cases, 1 - tail);
    proportion->high = found == cases ? 1 : share_at(found, cases, tail);
    return 0;
}
