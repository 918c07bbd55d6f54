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

static const struct {
    uint32_t bit;
    const char *name, *since;
} features[] = {
    {BACKEND_EPOLL_PWAIT2, "EPOLL_PWAIT2", "Linux 5.11"},
    {BACKEND_PPOLL, "PPOLL", NULL},
    {BACKEND_PSELECT, "PSELECT", NULL},
    {BACKEND_EDGE, "EDGE", NULL},
    {BACKEND_ONESHOT, "ONESHOT", NULL},
    {BACKEND_COOP_TASKRUN, "COOP_TASKRUN", "Linux 5.19"},
    {BACKEND_SINGLE_ISSUER, "SINGLE_ISSUER", "Linux 6.0"},
    {BACKEND_DEFER_TASKRUN, "DEFER_TASKRUN", "Linux 6.1"},
    {BACKEND_REGISTERED_RING, "REGISTERED_RING", "Linux 5.18"},
    {BACKEND_MULTISHOT, "MULTISHOT", "Linux 6.0"},
    {BACKEND_BUFFER_RING, "BUFFER_RING", "Linux 5.19"},
    {BACKEND_SQPOLL, "SQPOLL", "Linux 5.11 without privileges"},
    {BACKEND_DIRECT, "DIRECT", "one that closes at once: Linux 6.12 does, 6.1 does not"},
    {BACKEND_BUNDLE, "BUNDLE", "Linux 6.10"},
    {BACKEND_NAPI, "NAPI", "Linux 6.9"},
    {BACKEND_USER_EVENT, "USER_EVENT", NULL},
};

enum { FEATURES = sizeof features / sizeof features[0] };

const char *backend_feature_name(uint32_t bit)
{
    for (size_t i = 0; i < FEATURES; i++)
        if (bit == features[i].bit)
            return features[i].name;
    return NULL;
}

const char *backend_feature_since(uint32_t bit)
{
    for (size_t i = 0; i < FEATURES; i++)
        if (bit == features[i].bit)
            return features[i].since;
    return NULL;
}

static bool opens_with(const struct backend_variant *variant, const struct backend_config *config,
                       uint32_t asked)
{
    struct backend *backend;
    struct backend_config with = *config;
    with.features = asked;
    if (variant->ops->open(&backend, &with) < 0)
        return false;
    variant->ops->close(backend);
    return true;
}

uint32_t backend_features_refused(const struct backend_variant *variant,
                                  const struct backend_config *config)
{
    uint32_t refused = 0;
    if (variant->ops == NULL || !opens_with(variant, config, 0))
        return 0;
    for (size_t i = 0; i < FEATURES; i++) {
        uint32_t bit = features[i].bit;
        /* The kernel takes the one only beside the other. */
        uint32_t beside = bit == BACKEND_DEFER_TASKRUN ? BACKEND_SINGLE_ISSUER : 0;
        if (variant->asked & bit && !opens_with(variant, config, bit | beside))
            refused |= bit;
    }
    return refused;
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
