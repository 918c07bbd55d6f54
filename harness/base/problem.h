/* Sentences for people: what failed, on what, and what to do. Only the harness has them; everything
 * below returns -errno. A problem buffer has PROBLEM_BYTES (harness/contract/workload.h). */
#ifndef HARNESS_BASE_PROBLEM_H
#define HARNESS_BASE_PROBLEM_H

#include "harness/contract/workload.h"

/* Writes the sentence and returns `error`, so that a failing step is one line at its place. A
 * sentence that is too long is cut, and control characters in what it quotes become '?'. */
int problem_say(char *problem, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
