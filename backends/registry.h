/* The table of backends: what pollbench knows, and what of it this system has. */
#ifndef BACKENDS_REGISTRY_H
#define BACKENDS_REGISTRY_H

#include "backends/backend.h"

enum backend_tier {
    TIER_NONE,       /* no kernel at all: null */
    TIER_READINESS,  /* told that a descriptor is ready, then makes the call */
    TIER_COMPLETION, /* asks for the call, is told its result */
};

struct backend_variant {
    const char *name;
    enum backend_tier tier;
    const struct backend_ops *ops; /* NULL: not built for this system */
    uint32_t asked;                /* backend_feature bits */
    bool opt_in;                   /* runs only when named */
    bool emulated;       /* another system's mechanism, imitated: shows that the code is right, says
                            nothing of speed, and is never ranked */
    bool rung;           /* of a ladder: unless named, runs only where the ladder is shown */
    const char *summary; /* one line, for `pollbench list` */
    const char *refused; /* a reason never to run it, whatever the system has */
    const char *needs;   /* with ops NULL: the system or library that it takes */
};

/* All variants, known order. Static memory. */
const struct backend_variant *backend_variants(size_t *count);

/* NULL when there is none of that name. */
const struct backend_variant *backend_find(const char *name);

/* Opens a variant. -ENOTSUP when it is not built for this system, -EINVAL when the configuration is
 * out of its stated range; otherwise what the mechanism's open() says. */
int backend_open(struct backend **out, const struct backend_variant *variant,
                 const struct backend_config *config);

/* The limits that all subjects share unless a parameter says otherwise. */
struct backend_config backend_default_config(void);

/* "readiness", "completion", "none". */
const char *backend_tier_name(enum backend_tier tier);

/* The name of one backend_feature bit ("EPOLL_PWAIT2"), NULL for an unknown one. */
const char *backend_feature_name(uint32_t bit);

/* One counter by position: its name and value. false past the last. */
bool backend_counter(const struct backend_counters *counters, size_t index, const char **name,
                     uint64_t *value);

#endif
