#include "backends/syscalls_linux.h"

#include "backends/clock_linux.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

static int checked(long result)
{
    return result < 0 ? -errno : (int)result;
}

static int call_eventfd(void)
{
    return checked(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
}

static int call_epoll_create(void)
{
    return checked(epoll_create1(EPOLL_CLOEXEC));
}

static int call_epoll_ctl(int fd, int operation, int target, struct epoll_event *event)
{
    return checked(epoll_ctl(fd, operation, target, event));
}

static int call_epoll_wait(int fd, struct epoll_event *events, int capacity, int timeout_ms)
{
    return checked(epoll_wait(fd, events, capacity, timeout_ms));
}

/* By number, because musl and glibc before 2.35 have no function for it. */
static int call_epoll_pwait2(int fd, struct epoll_event *events, int capacity,
                             const struct timespec *timeout)
{
#if defined(SYS_epoll_pwait2)
    struct __kernel_timespec left;
    return checked(syscall(SYS_epoll_pwait2, fd, events, capacity,
                           clock_kernel_time(timeout, &left), NULL, (size_t)0));
#else
    (void)fd, (void)events, (void)capacity, (void)timeout;
    return -ENOSYS;
#endif
}

struct syscalls_linux sys_linux = {
    .eventfd = call_eventfd,
    .epoll_create = call_epoll_create,
    .epoll_ctl = call_epoll_ctl,
    .epoll_wait = call_epoll_wait,
    .epoll_pwait2 = call_epoll_pwait2,
};
