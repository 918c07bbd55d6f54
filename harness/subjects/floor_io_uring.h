/* floor:io_uring, see floor_io_uring.c. Linux with liburing only. */
#ifndef HARNESS_SUBJECTS_FLOOR_IO_URING_H
#define HARNESS_SUBJECTS_FLOOR_IO_URING_H

#include "harness/contract/subject.h"

#define FLOOR_IO_URING_FEATURES                                                                    \
    (BACKEND_SINGLE_ISSUER | BACKEND_DEFER_TASKRUN | BACKEND_REGISTERED_RING | BACKEND_MULTISHOT)

extern const struct accept_ops floor_io_uring_accept;
extern const struct echo_ops floor_io_uring_echo;

int floor_io_uring_available(const struct subject *, char *reason, uint32_t *granted);

#endif
