#include "harness/system/cgroup.h"

#include <errno.h>

int cgroup_limits(const char *root, struct cgroup_limits *limits)
{
    (void)root, (void)limits;
    return -ENOTSUP;
}

int cgroup_throttled(const char *root, uint64_t *periods)
{
    (void)root, (void)periods;
    return -ENOTSUP;
}
