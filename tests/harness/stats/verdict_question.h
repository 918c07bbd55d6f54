/* Questions to verdict_decide(), for tests. */
#ifndef TESTS_HARNESS_STATS_VERDICT_QUESTION_H
#define TESTS_HARNESS_STATS_VERDICT_QUESTION_H

#include "harness/stats/verdict.h"

/* An effect with this interval, significant by far. */
struct effect effect_of(size_t n, double low, double ratio, double high);

/* Of a run's looks: named when the interval is clear of 1, with a deviation that fits its width.
 * One of ten pairs, with the usual minimum effect. Keeps a copy of what the question points to
 * until the next one. */
struct verdict_question question_of(const struct effect *);
struct verdict_sequence *sequence_of(const struct verdict_question *);

/* Fails the test where the question makes no sense, and where what stands beside the word is not
 * what goes with it. */
struct verdict decide(const struct verdict_question *);

#endif
