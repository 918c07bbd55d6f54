/* Ticks, microtasks and immediates that leave their name in the trace. */
#ifndef TESTS_LOOP_TASKS_H
#define TESTS_LOOP_TASKS_H

#include "tests/loop/fixture.h"

/* Queued at once. A word "name" is traced when it runs. */
struct loop_task *tick(const char *name);
struct loop_task *microtask(const char *name);
struct loop_immediate *immediate(const char *name);

/* With a callback of the test's own. */
struct loop_task *tick_calling(loop_task_function *);
struct loop_task *microtask_calling(loop_task_function *);
struct loop_immediate *immediate_calling(const char *name, loop_immediate_function *);

void trace_immediate(struct loop_immediate *);

/* Traces the name, and queues a tick "name.t" and a microtask "name.m". */
void trace_and_queue(const char *name);

/* Opens the loop again, to drain once per phase. */
void drain_after_phase(void);

/* The two callbacks of a phase, 1 and 2, that each trace_and_queue(). */
#define AFTER_EACH "1 1.t 1.m 2 2.t 2.m"
#define AFTER_THE_PHASE "1 2 1.t 2.t 1.m 2.m"
/* Runs `arrange` and an iteration with either option; the traces must be these. */
void assert_both_ways(void (*arrange)(void));

#endif
