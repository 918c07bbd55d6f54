/* Faults that a case plants in the tables of system calls. A case has its process to itself, so
 * nothing is put back, but for what the case itself still needs. */
#ifndef TESTS_CONFORMANCE_FAULTS_H
#define TESTS_CONFORMANCE_FAULTS_H

#include <stdbool.h>

/* Counts a call that may fail; true when it is the one that has to. */
bool fault_is_due(void);
/* The call number `after` (0: the next one) and the `times` - 1 that follow fail with `error`. */
void fault_plan(unsigned after, unsigned times, int error);
unsigned faults_done(void);
int fault_error(void);

/* Every call that a backend makes when it is opened goes through fault_is_due(). */
void faults_at_open(void);
void faults_at_open_linux(void);
void faults_at_open_kqueue(void);
/* The same for the calls that wait. */
void faults_at_wait(void);
void faults_at_wait_linux(void);
void faults_at_wait_kqueue(void);

#endif
