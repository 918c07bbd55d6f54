#include "harness/system/limits.h"

#include <errno.h>

int limits_backlog(uint64_t *backlog, const char **name)
{
    (void)backlog, (void)name;
    return -ENOTSUP;
}
