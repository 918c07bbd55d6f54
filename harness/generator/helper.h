/* The generator's second thread, on a CPU of its own: it takes a share of work that comes in many
 * equal pieces while nobody is measured, and sleeps otherwise. */
#ifndef HARNESS_GENERATOR_HELPER_H
#define HARNESS_GENERATOR_HELPER_H

struct helper;

/* Starts the thread and keeps it on that CPU. -errno: there is none. */
int helper_open(struct helper **, int cpu);

/* Ends the thread, which has nothing to do. NULL is fine. */
void helper_close(struct helper *);

/* Runs work(context) on the thread; helper_wait() returns when it is over. One at a time. */
void helper_begin(struct helper *, void (*work)(void *), void *context);
void helper_wait(struct helper *);

#endif
