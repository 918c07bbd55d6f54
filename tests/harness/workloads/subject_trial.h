/* What the tests of the workloads share: a subject, one trial at a time, and what came of it. */
#ifndef TESTS_HARNESS_WORKLOADS_SUBJECT_TRIAL_H
#define TESTS_HARNESS_WORKLOADS_SUBJECT_TRIAL_H

#include "harness/stats/histogram.h"
#include "harness/contract/workload.h"
#include "tests/harness/generator/generator_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

extern const struct subject *subject;
extern json_t *outcome; /* of the last trial, NULL when it failed; the fixture frees it */
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

/* From its text. */
json_t *params_of(const char *text);

/* Runs one trial; takes the reference of params. Where the request does not name them, the subject
 * is the one that was chosen, the generator that of the fixture. What run() says. */
int run_trial(struct trial_request, json_t *params);

/* outcome[part][name], which has to be a number. */
double number(const char *part, const char *name);

/* outcome["histograms"][name], which has to be there. */
struct histogram distribution(const char *name);

/* The errors that the generator counted are none. */
void no_connection_failed(void);

/* null has none behind it, and nothing can connect to it. */
bool has_kernel(void);

#endif
