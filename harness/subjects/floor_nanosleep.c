/* floor:nanosleep: what the kernel itself takes to wake a thread at an absolute time. There is no
 * drift to measure, because every time comes from the plan. */
#include "harness/subjects/floor_sleep.h"

#include "backends/clock.h"

#include <errno.h>

static int until(int fd, uint64_t due_ns)
{
    (void)fd;
    struct timespec due = clock_timespec(due_ns);
    int r;
    do
        r = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
    while (r == EINTR);
    return -r;
}

static int nanosleep_open(struct timer_bed **out, const struct timer_setup *setup,
                          const char **what)
{
    const struct sleeper sleeper = {.until = until};
    return sleep_open(out, setup, &sleeper, what);
}

static const struct timer_accuracy_ops accuracy_ops = {
    .open = nanosleep_open,
    .run = sleep_run,
    .counters = sleep_counters,
    .granted = sleep_granted,
    .close = sleep_close,
};

const struct timer_ops floor_nanosleep_ops = {.accuracy = &accuracy_ops};
