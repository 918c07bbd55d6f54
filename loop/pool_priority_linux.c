/* SCHED_IDLE rather than a nice value: a thread of ordinary priority that wakes up takes the
 * processor from such a thread at once, where a nice value only decides how soon its turn comes
 * (sched(7)). Going down is permitted to everybody; coming back was not before Linux 2.6.39. */
#include "loop/pool_priority.h"

#include <sched.h>

bool pool_priority_possible(void)
{
    return true;
}

int pool_priority_lower(pthread_t thread)
{
    struct sched_param none = {.sched_priority = 0};
    return -pthread_setschedparam(thread, SCHED_IDLE, &none);
}
