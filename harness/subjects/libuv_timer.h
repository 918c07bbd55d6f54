/* peer:libuv, see libuv_timer.c. */
#ifndef HARNESS_SUBJECTS_LIBUV_TIMER_H
#define HARNESS_SUBJECTS_LIBUV_TIMER_H

#include "harness/contract/timer_ops.h"

extern const struct timer_ops libuv_timer_ops;

#endif
