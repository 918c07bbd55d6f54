/* Nothing that works for a single thread without privileges on every other system. */
#include "loop/pool_priority.h"

#include <errno.h>

bool pool_priority_possible(void)
{
    return false;
}

int pool_priority_lower(pthread_t thread)
{
    (void)thread;
    return -ENOTSUP;
}
