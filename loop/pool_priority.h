/* Threads that give way to others: each system has its own means, if any. */
#ifndef LOOP_POOL_PRIORITY_H
#define LOOP_POOL_PRIORITY_H

#include <pthread.h>
#include <stdbool.h>

/* Whether this system can do it at all. */
bool pool_priority_possible(void);

/* A thread of this process, from now on: it runs only when no thread of ordinary priority wants its
 * processor. 0 or -errno. */
int pool_priority_lower(pthread_t thread);

#endif
