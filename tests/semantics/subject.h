/* What the programs for our loop share. */
#ifndef TESTS_SEMANTICS_SUBJECT_H
#define TESTS_SEMANTICS_SUBJECT_H

#include "loop/loop.h"

/* Ends the process, with a word of what failed, when r < 0. */
void require(int r, const char *what);
void *require_memory(void *);
/* Ends the process with 77 and this reason. */
_Noreturn void skip(const char *backend, const char *reason);
/* A loop in virtual time over a backend. Ends the process with 77 and the reason when this system
 * has it not, with 1 when REQUIRE_BACKENDS names it. */
struct loop *subject_open(const char *backend, enum loop_drain drain);

#endif
