/* A system whose own way of describing itself is not known here: it is not asked. */
#include "harness/system/manifest_system.h"

#include <stddef.h>

void manifest_add_system(json_t *manifest)
{
    static const char *const not_asked[] = {
        "cpu",      "cores",       "memory_kib", "virtualization",
        "governor", "clocksource", "hz",         "timer_slack_ns"};
    for (size_t i = 0; i < sizeof(not_asked) / sizeof(*not_asked); i++)
        json_object_set_new(manifest, not_asked[i], json_null());
    json_object_set_new(manifest, "mitigations", json_object());
    json_object_set_new(manifest, "sysctl", json_object());
}

const char *manifest_libc(void)
{
    return NULL;
}
