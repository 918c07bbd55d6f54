/* The table of subjects. A new floor or peer: its file here, its row below. */
#include "harness/subjects/subjects.h"

#include "harness/subjects/floor_epoll.h"
#include "harness/subjects/floor_io_uring.h"
#include "harness/subjects/floor_sleep.h"
#include "harness/subjects/libev_echo.h"
#include "harness/subjects/libevent_echo.h"
#include "harness/subjects/libuv_echo.h"
#include "harness/subjects/libuv_pool.h"
#include "harness/subjects/libuv_timer.h"
#include "harness/subjects/loop_subject.h"
#include "harness/subjects/loop_timer.h"
#include "harness/subjects/refusal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#ifndef POLLBENCH_LINUX
static int needs_linux(const struct subject *subject, char *reason, uint32_t *granted)
{
    *granted = 0;
    return subject_not_built(subject, "Linux", reason);
}
#endif

#ifndef POLLBENCH_IO_URING
static int needs_io_uring(const struct subject *subject, char *reason, uint32_t *granted)
{
    *granted = 0;
    return subject_not_built(subject, "Linux and liburing", reason);
}
#endif

/* Not built: the library that its name has, "peer:libevent-poll". */
#if !defined(POLLBENCH_LIBUV) || !defined(POLLBENCH_LIBEVENT) || !defined(POLLBENCH_LIBEV)
static int needs_library(const struct subject *subject, char *reason, uint32_t *granted)
{
    const char *name = strchr(subject->name, ':') + 1;
    char library[32];
    *granted = 0;
    snprintf(library, sizeof library, "%.*s", (int)strcspn(name, "-"), name);
    return subject_not_built(subject, library, reason);
}
#endif

#ifdef POLLBENCH_LIBEVENT
#define LIBEVENT_PARTS .available = libevent_available, .echo = &libevent_echo_ops
#else
#define LIBEVENT_PARTS .available = needs_library
#endif

#ifdef POLLBENCH_LIBEV
#define LIBEV_PARTS .available = libev_available, .echo = &libev_echo_ops
#else
#define LIBEV_PARTS .available = needs_library
#endif

#ifndef POLLBENCH_CLOCK_NANOSLEEP
static int needs_clock_nanosleep(const struct subject *subject, char *reason, uint32_t *granted)
{
    *granted = 0;
    return subject_not_built(subject, "clock_nanosleep, which this system lacks", reason);
}
#endif

#if defined(POLLBENCH_CLOCK_NANOSLEEP) || defined(POLLBENCH_LINUX) || defined(POLLBENCH_LIBUV)
/* What needs nothing but POSIX, or was found when pollbench was built. */
static int always_available(const struct subject *subject, char *reason, uint32_t *granted)
{
    (void)subject, (void)reason;
    *granted = 0;
    return 0;
}
#endif

static const struct subject others[] = {
    {
        .name = "floor:epoll",
        .tier = TIER_READINESS,
        .summary = "bare epoll_wait and accept4, without loop or contract",
#ifdef POLLBENCH_LINUX
        .available = floor_epoll_available,
        .accept = &floor_epoll_accept,
        .echo = &floor_epoll_echo,
#else
        .available = needs_linux,
#endif
    },
    {
        .name = "floor:io_uring",
        .tier = TIER_COMPLETION,
        .summary = "bare multishot accept on liburing, without loop or contract",
#ifdef POLLBENCH_IO_URING
        .asked = FLOOR_IO_URING_FEATURES,
        .available = floor_io_uring_available,
        .accept = &floor_io_uring_accept,
        .echo = &floor_io_uring_echo,
#else
        .available = needs_io_uring,
#endif
    },
    {
        .name = "floor:nanosleep",
        .tier = TIER_NONE,
        .summary = "clock_nanosleep until an absolute time: the kernel's own lateness",
#ifdef POLLBENCH_CLOCK_NANOSLEEP
        .available = always_available,
        .timer = &floor_nanosleep_ops,
#else
        .available = needs_clock_nanosleep,
#endif
    },
    {
        .name = "floor:timerfd",
        .tier = TIER_NONE,
        .summary = "a blocking read of a timerfd, which has no timer slack",
#ifdef POLLBENCH_LINUX
        .available = always_available,
        .timer = &floor_timerfd_ops,
#else
        .available = needs_linux,
#endif
    },
    {
        .name = "peer:libuv",
        .tier = TIER_READINESS,
        .summary = "libuv, through its own API",
#ifdef POLLBENCH_LIBUV
        .available = always_available,
        .timer = &libuv_timer_ops,
        .pool = &libuv_pool_ops,
        .echo = &libuv_echo_ops,
#else
        .available = needs_library,
#endif
    },
    {
        .name = "peer:libevent",
        .tier = TIER_READINESS,
        .summary = "libevent on epoll, through its bufferevents",
        LIBEVENT_PARTS,
    },
    {
        .name = "peer:libevent-poll",
        .tier = TIER_READINESS,
        .summary = "the same on poll",
        .opt_in = true,
        LIBEVENT_PARTS,
    },
    {
        .name = "peer:libevent-select",
        .tier = TIER_READINESS,
        .summary = "the same on select",
        .opt_in = true,
        LIBEVENT_PARTS,
    },
    {
        .name = "peer:libev",
        .tier = TIER_READINESS,
        .summary = "libev on epoll, with receive and send in its callbacks",
        LIBEV_PARTS,
    },
    {
        .name = "peer:libev-poll",
        .tier = TIER_READINESS,
        .summary = "the same on poll",
        .opt_in = true,
        LIBEV_PARTS,
    },
    {
        .name = "peer:libev-select",
        .tier = TIER_READINESS,
        .summary = "the same on select",
        .opt_in = true,
        LIBEV_PARTS,
    },
};

#define OTHERS (sizeof others / sizeof others[0])
#define SUBJECTS_MAX 64

const struct subject *subjects(size_t *count)
{
    static struct subject table[SUBJECTS_MAX];
    static size_t used;
    if (used == 0) {
        size_t variants;
        const struct backend_variant *variant = backend_variants(&variants);
        assert(variants + OTHERS <= SUBJECTS_MAX);
        for (; used < variants; used++, variant++)
            table[used] = (struct subject){
                .name = variant->name,
                .tier = variant->tier,
                .variant = variant,
                .asked = variant->asked,
                .summary = variant->summary,
                .opt_in = variant->opt_in,
                .rung = variant->rung,
                .available = loop_subject_available,
                .accept = variant->ops ? &loop_accept_ops : NULL,
                .timer = variant->ops ? &loop_timer_ops : NULL,
                .pool = variant->ops ? &loop_pool_ops : NULL,
                .echo = variant->ops ? &loop_echo_ops : NULL,
            };
        memcpy(table + used, others, sizeof others);
        used += OTHERS;
    }
    *count = used;
    return table;
}

const struct subject *subject_find(const char *name)
{
    size_t count;
    const struct subject *table = subjects(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}
