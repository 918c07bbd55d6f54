#include "harness/stats/arrivals.h"

#include <math.h>

#define NS_PER_S_DECIMAL 1e9

/* In [0, 1), with all 53 bits that a double holds. */
static double random_share(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

void arrivals_begin(struct arrivals *arrivals, enum arrivals_kind kind, double rate_per_s,
                    uint64_t seed, uint64_t begin_ns)
{
    *arrivals = (struct arrivals){
        .kind = kind, .gap_ns = NS_PER_S_DECIMAL / rate_per_s, .begin_ns = begin_ns};
    random_seed(&arrivals->random, seed);
    arrivals_step(arrivals);
}

void arrivals_step(struct arrivals *arrivals)
{
    arrivals->made++;
    if (arrivals->kind == ARRIVALS_ENDLESS)
        arrivals->offset_ns = 0;
    else if (arrivals->kind == ARRIVALS_CONSTANT) /* no sum, which would gather rounding errors */
        arrivals->offset_ns = (double)arrivals->made * arrivals->gap_ns;
    else
        arrivals->offset_ns += -log1p(-random_share(&arrivals->random)) * arrivals->gap_ns;
    arrivals->next_ns = arrivals->begin_ns + (uint64_t)arrivals->offset_ns;
}
