/* Any backend, driven through the loop. */
#ifndef HARNESS_SUBJECTS_LOOP_SUBJECT_H
#define HARNESS_SUBJECTS_LOOP_SUBJECT_H

#include "harness/contract/subject.h"

extern const struct accept_ops loop_accept_ops;
extern const struct pool_ops loop_pool_ops;
extern const struct echo_ops loop_echo_ops;

/* Opens the subject's backend and closes it again. */
int loop_subject_available(const struct subject *, char *reason, uint32_t *granted);

#endif
