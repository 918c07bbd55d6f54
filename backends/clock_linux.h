/* Time as the kernel's own calls take it. The C library's timespec has 32-bit seconds on many
 * 32-bit systems, and half the size: a call that is made by its number may not be given it. */
#ifndef BACKENDS_CLOCK_LINUX_H
#define BACKENDS_CLOCK_LINUX_H

#include <linux/time_types.h>
#include <stddef.h>
#include <time.h>

/* NULL for NULL. */
static inline struct __kernel_timespec *clock_kernel_time(const struct timespec *time,
                                                          struct __kernel_timespec *kernel_time)
{
    if (time == NULL)
        return NULL;
    *kernel_time = (struct __kernel_timespec){.tv_sec = time->tv_sec, .tv_nsec = time->tv_nsec};
    return kernel_time;
}

#endif
