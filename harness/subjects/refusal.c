#include "harness/subjects/refusal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int subject_refused(const struct subject *subject, int r, char *reason)
{
    const char *hint = "";
    if (r == -EPERM || r == -EACCES)
        hint = "; a seccomp filter or a sysctl (kernel.io_uring_disabled) may forbid it";
    else if (r == -EMFILE)
        hint = "; raise the limit on open files (ulimit -n)";
    else if (r == -ENOMEM)
        hint = "; memory is short, or the limit of locked memory is too low (ulimit -l)";
    snprintf(reason, REASON_BYTES, "this system refuses %s: %s%s", subject->name, strerror(-r),
             hint);
    return r;
}

int subject_not_built(const struct subject *subject, const char *needs, char *reason)
{
    snprintf(reason, REASON_BYTES, "%s was not built for this system: it takes %s", subject->name,
             needs);
    return -ENOTSUP;
}
