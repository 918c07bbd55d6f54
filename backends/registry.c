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

#if defined(POLLBENCH_KQUEUE_EMULATED)
#define KQUEUE_IS_EMULATED true
#define KQUEUE_SUMMARY "libkqueue emulation: for correctness alone, never ranked"
#else
#define KQUEUE_IS_EMULATED false
#define KQUEUE_SUMMARY "level-triggered, changes and wait in one call"
#endif

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
    {.name = "kqueue",
     .tier = TIER_READINESS,
     .ops = WITH_KQUEUE(kqueue_ops),
     .asked = BACKEND_USER_EVENT,
     .opt_in = KQUEUE_IS_EMULATED,
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
    switch (bit) {
    case BACKEND_EPOLL_PWAIT2:
        return "EPOLL_PWAIT2";
    case BACKEND_PPOLL:
        return "PPOLL";
    case BACKEND_PSELECT:
        return "PSELECT";
    case BACKEND_EDGE:
        return "EDGE";
    case BACKEND_ONESHOT:
        return "ONESHOT";
    case BACKEND_USER_EVENT:
        return "USER_EVENT";
    default:
        return NULL;
    }
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
