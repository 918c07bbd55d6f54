#include "harness/contract/timer_ops.h"

#include "backends/clock.h"

void timer_record_reset(struct timer_record *record)
{
    record->fired = record->early = 0;
    histogram_reset(&record->lateness);
    histogram_reset(&record->iteration);
}

void timer_burn(uint64_t begin_ns, uint64_t length_ns)
{
    while (length_ns > 0 && clock_now_ns() - begin_ns < length_ns)
        ;
}
