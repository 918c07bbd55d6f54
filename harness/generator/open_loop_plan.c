#include "harness/generator/open_loop_plan.h"

#include <math.h>

#define NS_PER_S_DECIMAL 1e9

/* In [0, 1), with all 53 bits that a double holds. */
static double random_share(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

void open_loop_plan_begin(struct open_loop_plan *plan, enum arrivals arrivals, double rate_per_s,
                          uint64_t seed, uint64_t begin_ns)
{
    *plan = (struct open_loop_plan){
        .arrivals = arrivals, .gap_ns = NS_PER_S_DECIMAL / rate_per_s, .begin_ns = begin_ns};
    random_seed(&plan->random, seed);
    open_loop_plan_step(plan);
}

void open_loop_plan_step(struct open_loop_plan *plan)
{
    plan->made++;
    if (plan->arrivals == ARRIVALS_ENDLESS)
        plan->offset_ns = 0;
    else if (plan->arrivals == ARRIVALS_CONSTANT) /* no sum, which would gather rounding errors */
        plan->offset_ns = (double)plan->made * plan->gap_ns;
    else
        plan->offset_ns += -log1p(-random_share(&plan->random)) * plan->gap_ns;
    plan->next_ns = plan->begin_ns + (uint64_t)plan->offset_ns;
}
