#include "backends/registry.h"

#include "backends/mechanisms.h"

#include <errno.h>
#include <string.h>

#if defined(POLLBENCH_LINUX)
#define ON_LINUX(ops) (&(ops))
#else
#define ON_LINUX(ops) NULL
#endif

#if defined(POLLBENCH_KQUEUE)
#define WITH_KQUEUE(ops) (&(ops))
#else
#define WITH_KQUEUE(ops) NULL
#endif

/* Where it is at home it runs by default. */
#if defined(POLLBENCH_KQUEUE) && !defined(POLLBENCH_KQUEUE_EMULATED)
#define KQUEUE_IS_NOT_NATIVE false
#else
#define KQUEUE_IS_NOT_NATIVE true
#endif

#if defined(POLLBENCH_KQUEUE_EMULATED)
#define KQUEUE_IS_EMULATED true
#define KQUEUE_SUMMARY "libkqueue emulation: for correctness alone, never ranked"
#else
#define KQUEUE_IS_EMULATED false
#define KQUEUE_SUMMARY "level-triggered, changes and wait in one call"
#endif

#if defined(POLLBENCH_IO_URING)
#define ON_URING(ops) (&(ops))
#else
#define ON_URING(ops) NULL
#endif

/* The ladder: each rung asks for what the one below it asks for, and one thing more. */
#define RUNG_COOP BACKEND_COOP_TASKRUN
#define RUNG_DEFER (BACKEND_SINGLE_ISSUER | BACKEND_DEFER_TASKRUN)
#define RUNG_RINGFD (RUNG_DEFER | BACKEND_REGISTERED_RING)
#define RUNG_MULTISHOT (RUNG_RINGFD | BACKEND_MULTISHOT)
#define RUNG_BUFRING (RUNG_MULTISHOT | BACKEND_BUFFER_RING)

static const struct backend_variant variants[] = {
    {.name = "null",
     .tier = TIER_NONE,
     .ops = &null_ops,
     .summary = "no kernel: what loop and harness cost by themselves"},
    {.name = "select",
     .tier = TIER_READINESS,
     .ops = &select_ops,
     .asked = BACKEND_PSELECT,
     .summary = "pselect with bitmaps of our own size"},
    {.name = "poll",
     .tier = TIER_READINESS,
     .ops = &poll_ops,
     .asked = BACKEND_PPOLL,
     .summary = "ppoll over an array of what is watched"},
    {.name = "epoll",
     .tier = TIER_READINESS,
     .ops = ON_LINUX(epoll_ops),
     .asked = BACKEND_EPOLL_PWAIT2,
     .needs = "Linux",
     .summary = "level-triggered, persistent registrations"},
    {.name = "epoll-et",
     .tier = TIER_READINESS,
     .ops = ON_LINUX(epoll_ops),
     .asked = BACKEND_EPOLL_PWAIT2 | BACKEND_EDGE,
     .needs = "Linux",
     .summary = "edge-triggered, registered once and for good"},
    {.name = "epoll-oneshot",
     .tier = TIER_READINESS,
     .ops = ON_LINUX(epoll_ops),
     .asked = BACKEND_EPOLL_PWAIT2 | BACKEND_ONESHOT,
     .needs = "Linux",
     .summary = "one-shot, armed again after every report"},
    {.name = "io_uring-poll",
     .tier = TIER_READINESS,
     .ops = ON_URING(io_uring_poll_ops),
     .asked = RUNG_RINGFD | BACKEND_ONESHOT,
     .needs = "Linux and liburing",
     .summary = "one-shot POLL_ADD, armed again after every report"},
    {.name = "io_uring-poll-multishot",
     .tier = TIER_READINESS,
     .ops = ON_URING(io_uring_poll_ops),
     .asked = RUNG_RINGFD | BACKEND_EDGE,
     .needs = "Linux and liburing",
     .summary = "multishot POLL_ADD, armed once"},
    {.name = "io_uring",
     .tier = TIER_COMPLETION,
     .ops = ON_URING(io_uring_ops),
     .asked = RUNG_BUFRING,
     .needs = "Linux and liburing",
     .summary = "multishot requests, buffer ring, deferred task work"},
    {.name = "io_uring:plain",
     .tier = TIER_COMPLETION,
     .rung = true,
     .ops = ON_URING(io_uring_ops),
     .asked = 0,
     .needs = "Linux and liburing",
     .summary = "the ladder starts: one-shot requests, a ring with defaults"},
    {.name = "io_uring:+coop",
     .tier = TIER_COMPLETION,
     .rung = true,
     .ops = ON_URING(io_uring_ops),
     .asked = RUNG_COOP,
     .needs = "Linux and liburing",
     .summary = "and COOP_TASKRUN"},
    {.name = "io_uring:+defer",
     .tier = TIER_COMPLETION,
     .rung = true,
     .ops = ON_URING(io_uring_ops),
     .asked = RUNG_DEFER,
     .needs = "Linux and liburing",
     .summary = "and SINGLE_ISSUER with DEFER_TASKRUN, which replaces COOP_TASKRUN"},
    {.name = "io_uring:+ringfd",
     .tier = TIER_COMPLETION,
     .rung = true,
     .ops = ON_URING(io_uring_ops),
     .asked = RUNG_RINGFD,
     .needs = "Linux and liburing",
     .summary = "and a registered ring descriptor"},
    {.name = "io_uring:+multishot",
     .tier = TIER_COMPLETION,
     .rung = true,
     .ops = ON_URING(io_uring_ops),
     .asked = RUNG_MULTISHOT,
     .needs = "Linux and liburing",
     .summary = "and multishot accept and receive"},
    {.name = "io_uring:+bufring",
     .tier = TIER_COMPLETION,
     .rung = true,
     .ops = ON_URING(io_uring_ops),
     .asked = RUNG_BUFRING,
     .needs = "Linux and liburing",
     .summary = "and a buffer ring: the same as io_uring"},
    {.name = "io_uring:+sqpoll",
     .tier = TIER_COMPLETION,
     .ops = ON_URING(io_uring_ops),
     .needs = "Linux and liburing",
     .asked = BACKEND_SQPOLL | BACKEND_SINGLE_ISSUER | BACKEND_REGISTERED_RING | BACKEND_MULTISHOT |
              BACKEND_BUFFER_RING,
     .opt_in = true,
     .summary = "a kernel thread submits; it takes a core of its own"},
    {.name = "io_uring:+direct",
     .tier = TIER_COMPLETION,
     .ops = ON_URING(io_uring_ops),
     .asked = RUNG_BUFRING | BACKEND_DIRECT,
     .needs = "Linux and liburing",
     .opt_in = true,
     .summary = "io_uring and direct descriptors for accepted sockets"},
    {.name = "io_uring:+bundle",
     .tier = TIER_COMPLETION,
     .ops = ON_URING(io_uring_ops),
     .asked = RUNG_BUFRING | BACKEND_BUNDLE,
     .needs = "Linux and liburing",
     .opt_in = true,
     .summary = "io_uring and receives that fill several buffers at once"},
    {.name = "io_uring:+napi",
     .tier = TIER_COMPLETION,
     .ops = ON_URING(io_uring_ops),
     .asked = RUNG_BUFRING | BACKEND_NAPI,
     .needs = "Linux and liburing",
     .opt_in = true,
     .summary = "io_uring and busy polling; loopback has no device to poll"},
    {.name = "io_uring:+zc",
     .tier = TIER_COMPLETION,
     .asked = RUNG_BUFRING,
     .opt_in = true,
     .refused =
         "all traffic is loopback, where a zero-copy send is copied all the same: its cost would "
         "say nothing",
     .summary = "io_uring and zero-copy send"},
    {.name = "kqueue",
     .tier = TIER_READINESS,
     .ops = WITH_KQUEUE(kqueue_ops),
     .asked = BACKEND_USER_EVENT,
     .opt_in = KQUEUE_IS_NOT_NATIVE,
     .emulated = KQUEUE_IS_EMULATED,
     .needs = "a BSD or macOS, or libkqueue",
     .summary = KQUEUE_SUMMARY},
};

#define VARIANTS (sizeof variants / sizeof variants[0])

const struct backend_variant *backend_variants(size_t *count)
{
    *count = VARIANTS;
    return variants;
}

const struct backend_variant *backend_find(const char *name)
{
    for (size_t i = 0; i < VARIANTS; i++)
        if (strcmp(variants[i].name, name) == 0)
            return &variants[i];
    return NULL;
}

int backend_open(struct backend **out, const struct backend_variant *variant,
                 const struct backend_config *config)
{
    if (variant->ops == NULL)
        return -ENOTSUP;
    if (config->accept_budget == 0 || config->receive_budget == 0)
        return -EINVAL;
    struct backend_config asked = *config;
    asked.features = variant->asked;
    return variant->ops->open(out, &asked);
}

struct backend_config backend_default_config(void)
{
    return (struct backend_config){
        .accept_budget = 64,
        .receive_budget = 4,
        .buffer_count = 256,
        .buffer_size = 16384,
        .queue_depth = 256,
        .completion_depth = 4096,
        .direct_count = 16384,
    };
}

const char *backend_tier_name(enum backend_tier tier)
{
    static const char *const names[] = {
        [TIER_NONE] = "none", [TIER_READINESS] = "readiness", [TIER_COMPLETION] = "completion"};
    return names[tier];
}

const char *backend_feature_name(uint32_t bit)
{
    static const char *const names[] = {
        "EPOLL_PWAIT2",    "PPOLL",        "PSELECT",       "EDGE",
        "ONESHOT",         "COOP_TASKRUN", "SINGLE_ISSUER", "DEFER_TASKRUN",
        "REGISTERED_RING", "MULTISHOT",    "BUFFER_RING",   "SQPOLL",
        "DIRECT",          "BUNDLE",       "NAPI",          "USER_EVENT",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bit == UINT32_C(1) << i)
            return names[i];
    return NULL;
}

bool backend_counter(const struct backend_counters *counters, size_t index, const char **name,
                     uint64_t *value)
{
    const struct {
        const char *name;
        uint64_t value;
    } table[] = {
        {"waits", counters->waits},
        {"changes", counters->changes},
        {"events", counters->events},
        {"stale_drops", counters->stale_drops},
        {"starvations", counters->starvations},
        {"rounded_deadlines", counters->rounded_deadlines},
        {"enters", counters->enters},
        {"submissions", counters->submissions},
        {"completions", counters->completions},
        {"overflows", counters->overflows},
        {"rearms", counters->rearms},
    };
    if (index >= sizeof table / sizeof table[0])
        return false;
    *name = table[index].name;
    *value = table[index].value;
    return true;
}
