/* The table of backends: what pollbench knows, and what of it this system has. */
#ifndef BACKENDS_REGISTRY_H
#define BACKENDS_REGISTRY_H

#include "backends/backend.h"

enum backend_tier {
    /* No kernel at all: null. */
    TIER_NONE,
    /* Told that a descriptor is ready, then makes the call. */
    TIER_READINESS,
    /* Asks for the call, is told its result. */
    TIER_COMPLETION,
};

struct backend_variant {
    const char *name;
    enum backend_tier tier;
    /* NULL: not built for this system. */
    const struct backend_ops *ops;
    /* backend_feature bits. */
    uint32_t asked;
    /* Runs only when named. */
    bool opt_in;
    /* Another system's mechanism, imitated: shows that the code is right, says nothing of speed,
     * and is never ranked. */
    bool emulated;
    /* Part of a ladder: unless named, runs only where the ladder is shown. */
    bool rung;
    /* One line, for `pollbench list`. */
    const char *summary;
    /* A reason never to run it, whatever the system has. */
    const char *refused;
    /* With ops NULL: the system or library that it takes. */
    const char *needs;
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

/* What brings it ("Linux 6.10"), NULL for one that every system with the mechanism has. */
const char *backend_feature_since(uint32_t bit);

/* The features that a variant asks for and that open() is refused with, each tried by itself; 0
 * where the mechanism is refused without any. */
uint32_t backend_features_refused(const struct backend_variant *, const struct backend_config *);

/* One counter by position: its name and value. false past the last. */
bool backend_counter(const struct backend_counters *counters, size_t index, const char **name,
                     uint64_t *value);

#endif
