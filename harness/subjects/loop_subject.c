#include "harness/subjects/loop_subject.h"

#include "harness/subjects/refusal.h"

#include <errno.h>
#include <stdio.h>

int loop_subject_available(const struct subject *subject, char *reason, uint32_t *granted)
{
    struct backend *backend;
    struct backend_config config = backend_default_config();
    *granted = 0;
    if (subject->variant->refused) {
        snprintf(reason, REASON_BYTES, "%s is refused: %s", subject->name,
                 subject->variant->refused);
        return -ENOTSUP;
    }
    if (!subject->variant->ops)
        return subject_not_built(subject, subject->variant->needs, reason);
    int r = backend_open(&backend, subject->variant, &config);
    if (r < 0) {
        uint32_t lacking = backend_features_refused(subject->variant, &config);
        if (lacking == 0)
            return subject_refused(subject, r, reason);
        *granted = subject->variant->asked & ~lacking;
        return subject_lacks(subject, lacking, r, reason);
    }
    *granted = backend->granted;
    backend->ops->close(backend);
    return 0;
}
