/* Faults that a case plants in the tables of system calls. A case has its process to itself, so
 * nothing is put back, but for what the case itself still needs.
 *
 * No call is listed here: the tables are found by the build, and each says of every call what it is
 * called and what kind it is (backends/syscalls.h). */
#ifndef TESTS_CONFORMANCE_FAULTS_H
#define TESTS_CONFORMANCE_FAULTS_H

#include "backends/syscalls.h"

#include <stdbool.h>

/* Counts a call that may fail; true when it is the one that has to. */
bool fault_is_due(void);
/* The call number `after` (0: the next one) and the `times` - 1 that follow fail with `error`. */
void fault_plan(unsigned after, unsigned times, int error);
unsigned faults_done(void);
int fault_error(void);

/* Whether a call of a table is to go through fault_is_due() from now on. */
typedef bool fault_choice(const char *name, enum syscall_kind kind);
/* Asks that for every call of every table of this program. */
void plant_faults(fault_choice *chosen);

#endif
