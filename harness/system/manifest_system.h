/* The part of the manifest that each system tells in its own way. Internal to manifest. */
#ifndef HARNESS_SYSTEM_MANIFEST_SYSTEM_H
#define HARNESS_SYSTEM_MANIFEST_SYSTEM_H

#include "harness/base/named_values.h"

/* Adds cpu, cores, memory_kib, virtualization, the group mitigations, governor, clocksource, hz,
 * timer_slack_ns and the group sysctl. 0 or -ENOMEM. */
int manifest_add_system(struct named_values *manifest);

/* "glibc 2.36"; NULL when it does not say. Static memory. */
const char *manifest_libc(void);

/* VALUE_NOTHING unless the number is above 0. 0 or -ENOMEM. */
static inline int manifest_add_positive(struct named_values *manifest, const char *name,
                                        int64_t value)
{
    return value > 0 ? named_values_add_integer(manifest, "", name, value)
                     : named_values_add_nothing(manifest, "", name);
}

#endif
