/* floor:timerfd: a blocking read of a timerfd that was set to an absolute time. The kernel programs
 * it exactly, so timer slack does not apply, and it is the baseline for backends to which it does
 * not apply either. */
#include "harness/subjects/floor_sleep.h"

#include "backends/clock.h"
#include "backends/syscalls.h"

#include <errno.h>
#include <sys/timerfd.h>

static int open_timerfd(int *fd, const char **what)
{
    *what = "making a timerfd";
    *fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    return *fd < 0 ? -errno : 0;
}

static int until(int fd, uint64_t due_ns)
{
    const struct itimerspec at = {.it_value = clock_timespec(due_ns)};
    uint64_t expirations;
    if (timerfd_settime(fd, TFD_TIMER_ABSTIME, &at, NULL) < 0)
        return -errno;
    int r;
    do
        r = sys.read(fd, &expirations, sizeof expirations);
    while (r == -EINTR);
    return r < 0 ? r : 0;
}

static int timerfd_open(struct timer_bed **out, const struct timer_setup *setup, const char **what)
{
    const struct sleeper sleeper = {.open = open_timerfd, .until = until};
    return sleep_open(out, setup, &sleeper, what);
}

static const struct timer_accuracy_ops accuracy_ops = {
    .open = timerfd_open,
    .run = sleep_run,
    .counters = sleep_counters,
    .granted = sleep_granted,
    .close = sleep_close,
};

const struct timer_ops floor_timerfd_ops = {.accuracy = &accuracy_ops};
