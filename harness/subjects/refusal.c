#include "harness/subjects/refusal.h"

#include "backends/registry.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int subject_refused(const struct subject *subject, int r, char *reason)
{
    const char *hint = "";
    bool forbidden = r == -EPERM || r == -EACCES;
    if (forbidden && strstr(subject->name, "io_uring") != NULL)
        hint = "; a seccomp filter or a sysctl (kernel.io_uring_disabled) may forbid it";
    else if (forbidden)
        hint = "; a seccomp filter may forbid it";
    else if (r == -EMFILE)
        hint = "; raise the limit on open files (ulimit -n)";
    else if (r == -ENOMEM)
        hint = "; memory is short, or the limit of locked memory is too low (ulimit -l)";
    snprintf(reason, REASON_BYTES, "this system refuses %s: %s%s", subject->name, strerror(-r),
             hint);
    return r;
}

int subject_lacks(const struct subject *subject, uint32_t features, int r, char *reason)
{
    int length = snprintf(reason, REASON_BYTES, "this system refuses %s: it lacks", subject->name);
    const char *comma = "";
    for (unsigned i = 0; i < 32 && length < REASON_BYTES; i++) {
        uint32_t bit = features & UINT32_C(1) << i;
        const char *since = bit != 0 ? backend_feature_since(bit) : NULL;
        if (bit == 0)
            continue;
        length += snprintf(reason + length, (size_t)(REASON_BYTES - length), "%s %s%s%s%s", comma,
                           backend_feature_name(bit), since != NULL ? " (" : "",
                           since != NULL ? since : "", since != NULL ? ")" : "");
        comma = ",";
    }
    return r;
}

int subject_not_built(const struct subject *subject, const char *needs, char *reason)
{
    snprintf(reason, REASON_BYTES, "%s was not built for this system: it takes %s", subject->name,
             needs);
    return -ENOTSUP;
}
