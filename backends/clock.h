/* The one clock of everything: monotonic nanoseconds, absolute. */
#ifndef BACKENDS_CLOCK_H
#define BACKENDS_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

static inline uint64_t clock_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static inline struct timespec clock_timespec(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
}

/* macOS and older NetBSD refuse a relative time of more than 100,000,000 s (XNU's itimerfix, which
 * pselect and kevent ask). Nobody waits that long. */
#define CLOCK_LONGEST_WAIT_NS (UINT64_C(100000000) * NS_PER_S)

/* How long until an absolute deadline, at this moment, for a call that takes a relative time. NULL
 * when there is no deadline (UINT64_MAX). A deadline of 0 or in the past gives zero, without
 * reading the clock in the first case; one that is more than three years away is cut. */
static inline struct timespec *clock_until(uint64_t deadline_ns, struct timespec *left)
{
    if (deadline_ns == UINT64_MAX)
        return NULL;
    uint64_t now_ns = deadline_ns == 0 ? 0 : clock_now_ns();
    uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    *left = clock_timespec(left_ns < CLOCK_LONGEST_WAIT_NS ? left_ns : CLOCK_LONGEST_WAIT_NS);
    return left;
}

/* The same in whole milliseconds, rounded up so that no timer is early; -1 for no deadline. */
static inline int clock_until_ms(uint64_t deadline_ns)
{
    if (deadline_ns == UINT64_MAX)
        return -1;
    uint64_t now_ns = deadline_ns == 0 ? 0 : clock_now_ns();
    if (deadline_ns <= now_ns)
        return 0;
    uint64_t left_ms = (deadline_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS;
    return left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
}

#endif
