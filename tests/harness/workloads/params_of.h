/* The parameters of a cell for a test. */
#ifndef TESTS_HARNESS_WORKLOADS_PARAMS_OF_H
#define TESTS_HARNESS_WORKLOADS_PARAMS_OF_H

#include "harness/base/named_values.h"

/* Each as people set it, with blanks between them: "queue=100 idle=0 due=random". What reads as a
 * number is one, unless it is quoted: "slack='1'". */
struct named_values params_of(const char *text);

#endif
