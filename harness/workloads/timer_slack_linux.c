#include "harness/workloads/timer_limits.h"

#include <errno.h>
#include <sys/prctl.h>

bool timer_slack_is_supported(void)
{
    return true;
}

/* Read back, because the figures are worth nothing if it was not granted. A real-time thread has
 * none at all (reads 0 since Linux 6.11). */
int timer_slack_set(uint64_t slack_ns)
{
    if (prctl(PR_SET_TIMERSLACK, (unsigned long)slack_ns, 0, 0, 0) < 0)
        return -errno;
    int granted = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
    if (granted < 0)
        return -errno;
    return (uint64_t)granted <= slack_ns ? 0 : -EPERM;
}
