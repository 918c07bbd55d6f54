/* The kernel's own timers, without loop or contract: sleep until the next planned time, again and
 * again. What is left of their lateness is the kernel's. */
#ifndef HARNESS_SUBJECTS_FLOOR_SLEEP_H
#define HARNESS_SUBJECTS_FLOOR_SLEEP_H

#include "harness/contract/timer_ops.h"

/* A way of sleeping until due_ns, on the monotonic clock. */
struct sleeper {
    /* NULL: it needs none. */
    int (*open)(int *fd, const char **what);
    int (*until)(int fd, uint64_t due_ns);
};

int sleep_open(struct timer_bed **, const struct timer_setup *, const struct sleeper *,
               const char **what);
int sleep_run(struct timer_bed *, const struct timer_plan *, struct timer_record *);
void sleep_counters(const struct timer_bed *, struct backend_counters *);
uint32_t sleep_granted(const struct timer_bed *);
void sleep_close(struct timer_bed *);

/* clock_nanosleep with TIMER_ABSTIME: POSIX, but not on macOS. */
extern const struct timer_ops floor_nanosleep_ops;
/* timerfd: Linux. The kernel allows it no slack. */
extern const struct timer_ops floor_timerfd_ops;

#endif
