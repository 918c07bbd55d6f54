/* Why a subject is not available, as a sentence. */
#ifndef HARNESS_SUBJECTS_REFUSAL_H
#define HARNESS_SUBJECTS_REFUSAL_H

#include "harness/contract/subject.h"

/* For what the system said when it was tried. Returns r. */
int subject_refused(const struct subject *, int r, char *reason);

/* For one that lacks these backend_feature bits; says what brings them. Returns r. */
int subject_lacks(const struct subject *, uint32_t features, int r, char *reason);

/* For one that was not built here, which takes `needs`. Returns -ENOTSUP. */
int subject_not_built(const struct subject *, const char *needs, char *reason);

#endif
