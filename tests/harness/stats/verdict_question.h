/* Questions to verdict_decide(), for tests. */
#ifndef TESTS_HARNESS_STATS_VERDICT_QUESTION_H
#define TESTS_HARNESS_STATS_VERDICT_QUESTION_H

#include "harness/stats/verdict.h"

/* An effect with this interval, significant by far. */
struct effect effect_of(size_t n, double low, double ratio, double high);

/* One of ten pairs, with the usual minimum effect. */
struct verdict_question question_of(const struct effect *);

/* Fails the test where the question makes no sense, and where what stands beside the word is not
 * what goes with it. */
struct verdict decide(const struct verdict_question *);

#endif
