/* Signals that end a run, and the end of children, as something that poll(2) can wait for. */
#ifndef HARNESS_SYSTEM_INTERRUPT_H
#define HARNESS_SYSTEM_INTERRUPT_H

#include <stdbool.h>

/* Takes SIGINT, SIGTERM, SIGHUP and SIGCHLD; ignores SIGPIPE and SIGXFSZ, whose causes are then
 * errors of the call. A second SIGINT or SIGTERM ends the process at once. Once per process;
 * -errno. */
int interrupt_install(void);

/* 0, or the number of the signal that asked for an end. */
int interrupt_signal(void);

/* Becomes readable when any of them comes. */
int interrupt_fd(void);

/* Reads away what interrupt_fd() announced. */
void interrupt_clear(void);

#endif
