#include "harness/workloads/timer_limits.h"

#include <errno.h>

bool timer_slack_is_supported(void)
{
    return false;
}

int timer_slack_set(uint64_t slack_ns)
{
    (void)slack_ns;
    return -ENOTSUP;
}
