#include "backends/syscalls_kqueue.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int checked(long result)
{
    return result < 0 ? -errno : (int)result;
}

/* kqueue1(2) would do it in one call, but not everywhere. A child does not inherit the queue; what
 * this process becomes by exec would. */
static int call_kqueue(void)
{
    int fd = kqueue();
    if (fd < 0)
        return -errno;
    int r = checked(fcntl(fd, F_SETFD, FD_CLOEXEC));
    if (r < 0)
        close(fd);
    return r < 0 ? r : fd;
}

static int call_change(int fd, const struct kevent *changes, int change_count)
{
    return checked(kevent(fd, changes, change_count, NULL, 0, NULL));
}

static int call_change_and_wait(int fd, const struct kevent *changes, int change_count,
                                struct kevent *reports, int capacity,
                                const struct timespec *timeout)
{
    return checked(kevent(fd, changes, change_count, reports, capacity, timeout));
}

struct syscalls_kqueue sys_kqueue = {
    .kqueue = call_kqueue,
    .change = call_change,
    .change_and_wait = call_change_and_wait,
};
