/* Which CPUs this process may use, and staying on one of them. */
#ifndef HARNESS_SYSTEM_PLACEMENT_H
#define HARNESS_SYSTEM_PLACEMENT_H

#include <stddef.h>

/* Writes the numbers of the CPUs that the calling thread may run on, ascending, at most `capacity`.
 * How many there are, which may be more than were written; 0 where the system cannot be asked.
 * -errno. */
int placement_allowed_cpus(int *cpus, size_t capacity);

/* Keeps the calling thread, and threads and processes that it starts later, on one CPU. -ENOTSUP
 * where the system has no such call; -EINVAL for a CPU that does not exist or is not allowed. */
int placement_pin(int cpu);

#endif
