/* Time for our loop that moves only when a program says so, or when poll would sleep for a timer:
 * so that which timer is due where is never a matter of how fast the machine is. The backend is a
 * real one; only its deadlines are taken away. tests/semantics/virtual_clock_linux.c does the same
 * to libuv and Node.js. */
#ifndef TESTS_SEMANTICS_VIRTUAL_TIME_H
#define TESTS_SEMANTICS_VIRTUAL_TIME_H

#include "loop/loop.h"

/* For loop_options.now_ns. */
uint64_t virtual_now_ns(void);
void virtual_advance_ms(uint64_t milliseconds);
/* From here on the loop's backend waits in virtual time. One loop per process. */
void virtual_attach(struct loop *);

#endif
