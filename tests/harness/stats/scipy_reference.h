/* What SciPy makes of the same samples: the file that TEST_REFERENCE names. The script beside it in
 * tests/harness/data wrote it, and says how. */
#ifndef TESTS_HARNESS_STATS_SCIPY_REFERENCE_H
#define TESTS_HARNESS_STATS_SCIPY_REFERENCE_H

#include <jansson.h>
#include <stddef.h>

extern json_t *reference;

/* Set-up and tear-down of a group of tests. */
int load_reference(void **state);
int drop_reference(void **state);

/* A member that is a number, or the test fails. */
double number(const json_t *object, const char *name);

/* The values of a sample, 1..REFERENCE_VALUES of them; how many. */
enum { REFERENCE_VALUES = 100 };
size_t values_of(const json_t *object, const char *name, double *values);

/* A list of the file with at least so many entries. */
const json_t *list_of(const char *name, size_t at_least);

/* Relative: p values of 1e-30 count as well. */
void assert_near(double seen, double expected, double tolerance);

#endif
