/* What the tests of the workloads share: a subject, one trial at a time, and what came of it. */
#ifndef TESTS_HARNESS_WORKLOADS_SUBJECT_TRIAL_H
#define TESTS_HARNESS_WORKLOADS_SUBJECT_TRIAL_H

#include "harness/stats/histogram.h"
#include "harness/subjects/subjects.h"
#include "harness/workloads/workloads.h"
#include "tests/harness/generator/generator_process.h"
#include "tests/harness/workloads/params_of.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

extern const struct subject *subject;
/* Of the last trial; empty when it failed. The fixture frees it. */
extern struct outcome outcome;
extern char problem[PROBLEM_BYTES];

/* Sets the workload whose trials they are, and the subject that the command line names ("poll" when
 * it names none): 0. 77: this system does not have it; 1: nor may it lack it, because
 * REQUIRE_BACKENDS names it, or there is none of that name. Says why. */
int subject_trial_choose(const struct workload *, int argc, char **argv);

/* One that is made for the test. */
void subject_trial_use(const struct workload *, const struct subject *);

int subject_trial_start(void **); /* a generator, in a process of its own */
int subject_trial_end(void **);
#define WITH_GENERATOR(test)                                                                       \
    cmocka_unit_test_setup_teardown(test, subject_trial_start, subject_trial_end)
#define WITHOUT_GENERATOR(test) cmocka_unit_test_teardown(test, subject_trial_end)

/* Runs one trial of these parameters. Where the request does not name them, the subject is the one
 * that was chosen, the generator that of the fixture. What run() says. */
int run_trial(struct trial_request, const char *params);

/* A figure of the last trial, which has to be there. */
double metric(const char *name);
double counter(const char *name);
double usage(const char *name);
bool has_metric(const char *name);
bool has_counter(const char *name);

/* A histogram of the last trial, which has to be there. */
struct histogram distribution(const char *name);

/* The errors that the generator counted are none. */
void no_connection_failed(void);

/* What was granted in the trial is what the subject says it is granted here. */
void granted_as_announced(void);

/* null has none behind it, and nothing can connect to it. */
bool has_kernel(void);

#endif
