#include "harness/workloads/pool_arrivals.h"

#include <math.h>

/* Gaps of a Poisson process are exponential: -ln(1 - u), u uniform in [0, 1), 53 bits. */
static double gap_ns(struct pool_arrivals *arrivals)
{
    double u = (double)(random_next(&arrivals->random) >> 11) * 0x1p-53;
    return -log1p(-u) * arrivals->mean_ns;
}

void pool_arrivals_begin(struct pool_arrivals *arrivals, uint64_t seed, double rate_per_s,
                         uint64_t begin_ns)
{
    random_seed(&arrivals->random, seed);
    arrivals->mean_ns = 1e9 / rate_per_s;
    arrivals->begin_ns = begin_ns;
    arrivals->next_ns = gap_ns(arrivals);
}

uint64_t pool_arrivals_next_ns(const struct pool_arrivals *arrivals)
{
    return arrivals->begin_ns + (uint64_t)arrivals->next_ns;
}

uint64_t pool_arrivals_take(struct pool_arrivals *arrivals)
{
    uint64_t taken_ns = pool_arrivals_next_ns(arrivals);
    arrivals->next_ns += gap_ns(arrivals);
    return taken_ns;
}
