/* The part of the manifest that each system tells in its own way. Internal to manifest. */
#ifndef HARNESS_SYSTEM_MANIFEST_SYSTEM_H
#define HARNESS_SYSTEM_MANIFEST_SYSTEM_H

#include "harness/base/named_values.h"

#include <stddef.h>

/* Adds cpu, cores, memory_kib, virtualization, the group mitigations, governor, clocksource, hz,
 * timer_slack_ns and the group sysctl. 0 or -ENOMEM. */
int manifest_add_system(struct named_values *manifest);

/* The policy of this process, "SCHED_OTHER"; NULL when the system does not tell. Static memory. */
const char *manifest_scheduler(void);

/* "glibc 2.36"; NULL when it does not say. Static memory. */
const char *manifest_libc(void);

/* The name of the processor in the text of /proc/cpuinfo, which each architecture writes in its own
 * way; "" where it says nothing. In manifest_cpu.c. */
void manifest_cpu_name(const char *cpuinfo, char *name, size_t size);

/* VALUE_NOTHING unless the number is above 0. 0 or -ENOMEM. */
static inline int manifest_add_positive(struct named_values *manifest, const char *name,
                                        int64_t value)
{
    return value > 0 ? named_values_add_integer(manifest, "", name, value)
                     : named_values_add_nothing(manifest, "", name);
}

#endif
