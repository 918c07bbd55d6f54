/* The system calls that only Linux has, as syscalls.h has the portable ones. */
#ifndef BACKENDS_SYSCALLS_LINUX_H
#define BACKENDS_SYSCALLS_LINUX_H

#include "backends/syscalls.h"

#include <sys/epoll.h>
#include <time.h>

/* It would take a parameter in a macro for a product. */
/* clang-format off */
#define SYSCALLS_LINUX(CALL) \
    /* Non-blocking, close-on-exec, 0. */ \
    CALL(eventfd, ACTS, (void), ()) \
    /* Close-on-exec. */ \
    CALL(epoll_create, ACTS, (void), ()) \
    CALL(epoll_ctl, ACTS, (int fd, int operation, int target, struct epoll_event *event), \
         (fd, operation, target, event)) \
    CALL(epoll_wait, WAITS, (int fd, struct epoll_event *events, int capacity, int timeout_ms), \
         (fd, events, capacity, timeout_ms)) \
    CALL(epoll_pwait2, WAITS, \
         (int fd, struct epoll_event *events, int capacity, const struct timespec *timeout), \
         (fd, events, capacity, timeout))
/* clang-format on */

struct syscalls_linux {
    SYSCALLS_LINUX(SYSCALL_MEMBER)
};

extern struct syscalls_linux sys_linux;

#endif
