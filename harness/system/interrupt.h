/* Signals that end a run, and the end of children, as something that poll(2) can wait for. */
#ifndef HARNESS_SYSTEM_INTERRUPT_H
#define HARNESS_SYSTEM_INTERRUPT_H

#include <stdbool.h>

/* Takes SIGINT, SIGTERM, SIGHUP and SIGCHLD; ignores SIGPIPE and SIGXFSZ, whose causes are then
 * errors of the call. One of the first three that comes more than a second after another ends the
 * process at once; within that second it is the same request. Once per process; -errno. */
int interrupt_install(void);

/* 0, or the number of the signal that asked for an end. */
int interrupt_signal(void);

/* Whether an end was asked for within the last second, so that a signal that comes now is the same
 * request once more. May be asked by a handler of signals. */
bool interrupt_is_repeated(void);

/* Becomes readable when any of them comes. */
int interrupt_fd(void);

/* Reads away what interrupt_fd() announced. */
void interrupt_clear(void);

#endif
