/* The part of the manifest that each system tells in its own way. Internal to manifest. */
#ifndef HARNESS_SYSTEM_MANIFEST_SYSTEM_H
#define HARNESS_SYSTEM_MANIFEST_SYSTEM_H

#include <jansson.h>

/* Sets cpu, cores, memory_kib, virtualization, mitigations, governor, clocksource, hz,
 * timer_slack_ns and sysctl in `manifest`. */
void manifest_add_system(json_t *manifest);

/* "glibc 2.36"; NULL when it does not say. Static memory. */
const char *manifest_libc(void);

/* A string, or null for NULL, for an empty one, and for one that is not UTF-8. */
json_t *manifest_text(const char *text);

#endif
