/* peer:libuv of the echo workload, see libuv_echo.c. */
#ifndef HARNESS_SUBJECTS_LIBUV_ECHO_H
#define HARNESS_SUBJECTS_LIBUV_ECHO_H

#include "harness/contract/echo_ops.h"

extern const struct echo_ops libuv_echo_ops;

#endif
