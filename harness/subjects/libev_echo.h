/* peer:libev, see libev_echo.c. */
#ifndef HARNESS_SUBJECTS_LIBEV_ECHO_H
#define HARNESS_SUBJECTS_LIBEV_ECHO_H

#include "harness/contract/echo_ops.h"

extern const struct echo_ops libev_echo_ops;

/* The method is what stands behind the subject's name: "peer:libev-poll"; epoll, where nothing
 * does. */
int libev_available(const struct subject *, char *reason, uint32_t *granted);

#endif
