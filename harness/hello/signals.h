/* SIGINT, SIGTERM and SIGHUP as a call from a thread of their own, which may do what a signal
 * handler may not: send a loop its wake-up, whatever the backend makes of it. */
#ifndef HARNESS_HELLO_SIGNALS_H
#define HARNESS_HELLO_SIGNALS_H

/* Holds these signals back from now on, in this thread and those that it starts, except where they
 * are ignored: nohup(1) means it. Ignores SIGPIPE and SIGXFSZ, whose causes are then errors of the
 * call. Once, and first of all. -errno */
int hello_signals_hold(void);

/* Calls stop(context) from another thread when the first one comes; a second one ends the process.
 * -errno */
int hello_signals_begin(void (*stop)(void *context), void *context);

/* stop() is not called any more. */
void hello_signals_end(void);

#endif
