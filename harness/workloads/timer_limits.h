/* What this system lets a timer trial have: slack, real-time scheduling, memory, and a clock that
 * is fine enough. */
#ifndef HARNESS_WORKLOADS_TIMER_LIMITS_H
#define HARNESS_WORKLOADS_TIMER_LIMITS_H

#include "harness/contract/workload.h"

/* What a wake-up costs at the very least: more timers than one for each are not on time on any
 * backend, and how late they are is a matter of the window's length alone. */
#define TIMER_SPACING_MIN_NS UINT64_C(1000)

/* What one timer of mode=scale takes at most, on any subject, with the harness's own lists. */
#define TIMER_BYTES_MOST UINT64_C(256)

/* Why this cell cannot be run here: a static sentence, valid until the next call; NULL when it can.
 */
const char *timer_impossible(const char *mode, const struct named_values *params);

/* The calling thread gets SCHED_FIFO, with the lowest real-time priority: before everything that is
 * not real-time. */
int timer_fifo_enter(void);

/* How much later than asked the kernel may let the calling thread's timers end, so as to wake up
 * for several at once. Linux only: -ENOTSUP elsewhere. */
int timer_slack_set(uint64_t slack_ns);
bool timer_slack_is_supported(void);

#endif
