/* The system calls that only Linux has, as syscalls.h has the portable ones. */
#ifndef BACKENDS_SYSCALLS_LINUX_H
#define BACKENDS_SYSCALLS_LINUX_H

#include <sys/epoll.h>
#include <time.h>

struct syscalls_linux {
    int (*eventfd)(void);      /* non-blocking, close-on-exec, 0 */
    int (*epoll_create)(void); /* close-on-exec */
    int (*epoll_ctl)(int fd, int operation, int target, struct epoll_event *);
    int (*epoll_wait)(int fd, struct epoll_event *, int capacity, int timeout_ms);
    int (*epoll_pwait2)(int fd, struct epoll_event *, int capacity, const struct timespec *timeout);
};

extern struct syscalls_linux sys_linux;

#endif
