/* What the tests of the timer workload share: a subject, a generator in a process of its own, and
 * one trial at a time. */
#ifndef TESTS_HARNESS_TIMER_TRIAL_H
#define TESTS_HARNESS_TIMER_TRIAL_H

#include "harness/timer_ops.h"
#include "harness/workload.h"
#include "tests/harness/generator_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

extern const struct subject *subject;
extern json_t *outcome; /* of the last trial; the fixture frees it */
extern char problem[PROBLEM_BYTES];

/* Sets the subject: 0. 77: this system does not have it; 1: nor may it lack it, because
 * REQUIRE_BACKENDS names it, or there is none of that name. Says why. */
int timer_trial_choose(const char *name);

int timer_trial_start(void **);
int timer_trial_end(void **);
#define timer_test(name) cmocka_unit_test_setup_teardown(name, timer_trial_start, timer_trial_end)

/* Runs one trial; takes the reference. What run() says. */
int run_as(const struct subject *, const char *mode, json_t *params, bool count);

/* outcome[part][name], which has to be a number. */
double number(const char *part, const char *name);

#endif
