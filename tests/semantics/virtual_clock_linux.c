/* A clock that stands still, for programs that read it through libc: preloaded into Node.js, linked
 * into the programs for libuv. Time moves when the program says so, and when epoll would sleep for
 * a timer; so which timer is due where does not depend on the machine.
 *
 * Node.js has no call of its own for "the time is now 3 ms later". Here it is access(2) of the path
 * VIRTUAL_CLOCK_PATH followed by the number of milliseconds.
 *
 * Only for the thread that runs the loop; all others keep the real clock. */
#include "tests/semantics/virtual_clock.h"

#include <fcntl.h>
#include <linux/time_types.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
/* A time-out longer than this is none: the wait is for something else. */
#define FAR_MS 60000

static _Thread_local int64_t now_ns; /* 0: the real clock */

/* By number, as libc's own is replaced. On 32-bit systems libc's timespec may have either size. */
static int read_real_clock(clockid_t clock, struct timespec *time)
{
#ifdef SYS_clock_gettime64
    struct __kernel_timespec now = {0};
    int r = (int)syscall(SYS_clock_gettime64, clock, &now);
    *time = (struct timespec){.tv_sec = (time_t)now.tv_sec, .tv_nsec = (long)now.tv_nsec};
    return r;
#else
    return (int)syscall(SYS_clock_gettime, clock, time);
#endif
}

__attribute__((constructor)) static void start(void)
{
    struct timespec real;
    read_real_clock(CLOCK_MONOTONIC, &real);
    /* Whole milliseconds, because libuv drops the rest. */
    now_ns = (real.tv_sec + 1) * NS_PER_S;
}

void virtual_clock_advance(unsigned milliseconds)
{
    now_ns += milliseconds * NS_PER_MS;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    bool monotonic = clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE;
    if (now_ns == 0 || !monotonic)
        return read_real_clock(clock, time);
    *time = (struct timespec){.tv_sec = now_ns / NS_PER_S, .tv_nsec = now_ns % NS_PER_S};
    return 0;
}

static int wait_really(int epoll, struct epoll_event *events, int capacity, int timeout_ms,
                       const sigset_t *mask)
{
    return (int)syscall(SYS_epoll_pwait, epoll, events, capacity, timeout_ms, mask, _NSIG / 8);
}

int epoll_pwait(int epoll, struct epoll_event *events, int capacity, int timeout_ms,
                const sigset_t *mask)
{
    if (now_ns == 0 || timeout_ms <= 0)
        return wait_really(epoll, events, capacity, timeout_ms, mask);
    if (timeout_ms > FAR_MS)
        return wait_really(epoll, events, capacity, -1, mask);
    int r = wait_really(epoll, events, capacity, 0, mask);
    if (r == 0)
        virtual_clock_advance((unsigned)timeout_ms);
    return r;
}

int epoll_wait(int epoll, struct epoll_event *events, int capacity, int timeout_ms)
{
    return epoll_pwait(epoll, events, capacity, timeout_ms, NULL);
}

int access(const char *path, int mode)
{
    size_t length = strlen(VIRTUAL_CLOCK_PATH);
    if (strncmp(path, VIRTUAL_CLOCK_PATH, length) != 0)
        return (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
    virtual_clock_advance((unsigned)strtoul(path + length, NULL, 10));
    return 0;
}
