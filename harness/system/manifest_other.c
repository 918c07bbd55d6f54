/* A system whose own way of describing itself is not known here: it is not asked. */
#include "harness/system/manifest_system.h"

#include <stddef.h>

int manifest_add_system(struct named_values *manifest)
{
    static const char *const not_asked[] = {
        "cpu",      "cores",       "memory_kib", "virtualization",
        "governor", "clocksource", "hz",         "timer_slack_ns"};
    int r = 0;
    for (size_t i = 0; i < sizeof not_asked / sizeof not_asked[0]; i++)
        r |= named_values_add_nothing(manifest, "", not_asked[i]);
    return r;
}

const char *manifest_libc(void)
{
    return NULL;
}

const char *manifest_scheduler(void)
{
    return NULL;
}
