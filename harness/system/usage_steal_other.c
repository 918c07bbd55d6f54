#include "harness/system/usage.h"

#include <errno.h>

int usage_steal_us(uint64_t *steal_us)
{
    (void)steal_us;
    return -ENOTSUP;
}
