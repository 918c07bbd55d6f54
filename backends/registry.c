#include "backends/registry.h"

#include "backends/mechanism.h"
#include "mechanism_list.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define VARIANTS_MAX 64

#define DECLARE(name) extern const struct backend_mechanism name##_mechanism;
#define ADDRESS(name) &name##_mechanism,

MECHANISM_LIST(DECLARE)

static const struct backend_mechanism *const mechanisms[] = {MECHANISM_LIST(ADDRESS)};

static struct backend_variant variants[VARIANTS_MAX];
static size_t variant_count;

static void collect_variants(void)
{
    for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++)
        for (size_t row = 0; row < mechanisms[i]->variant_count; row++) {
            if (variant_count == VARIANTS_MAX)
                abort();
            variants[variant_count++] = mechanisms[i]->variants[row];
        }
}

const struct backend_variant *backend_variants(size_t *count)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, collect_variants);
    *count = variant_count;
    return variants;
}

const struct backend_variant *backend_find(const char *name)
{
    size_t count;
    const struct backend_variant *all = backend_variants(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
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
    int r = variant->ops->open(out, &asked);
    if (r >= 0)
        (*out)->ops = variant->ops;
    return r;
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
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {
        {BACKEND_EPOLL_PWAIT2, "EPOLL_PWAIT2"},
        {BACKEND_PPOLL, "PPOLL"},
        {BACKEND_PSELECT, "PSELECT"},
        {BACKEND_EDGE, "EDGE"},
        {BACKEND_ONESHOT, "ONESHOT"},
        {BACKEND_COOP_TASKRUN, "COOP_TASKRUN"},
        {BACKEND_SINGLE_ISSUER, "SINGLE_ISSUER"},
        {BACKEND_DEFER_TASKRUN, "DEFER_TASKRUN"},
        {BACKEND_REGISTERED_RING, "REGISTERED_RING"},
        {BACKEND_MULTISHOT, "MULTISHOT"},
        {BACKEND_BUFFER_RING, "BUFFER_RING"},
        {BACKEND_SQPOLL, "SQPOLL"},
        {BACKEND_DIRECT, "DIRECT"},
        {BACKEND_BUNDLE, "BUNDLE"},
        {BACKEND_NAPI, "NAPI"},
        {BACKEND_USER_EVENT, "USER_EVENT"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bit == names[i].bit)
            return names[i].name;
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
