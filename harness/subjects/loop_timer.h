/* Timers of the loop, on any backend; see loop_timer.c and loop_timer_scale.c. */
#ifndef HARNESS_SUBJECTS_LOOP_TIMER_H
#define HARNESS_SUBJECTS_LOOP_TIMER_H

#include "harness/contract/timer_ops.h"

extern const struct timer_ops loop_timer_ops;
extern const struct timer_scale_ops loop_timer_scale_ops;

#endif
