/* peer:libevent, see libevent_echo.c. */
#ifndef HARNESS_SUBJECTS_LIBEVENT_ECHO_H
#define HARNESS_SUBJECTS_LIBEVENT_ECHO_H

#include "harness/contract/echo_ops.h"

extern const struct echo_ops libevent_echo_ops;

/* The method is what stands behind the subject's name: "peer:libevent-poll"; epoll, where nothing
 * does. */
int libevent_available(const struct subject *, char *reason, uint32_t *granted);

#endif
