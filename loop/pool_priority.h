/* Threads that give way to others: each system has its own means, if any. */
#ifndef LOOP_POOL_PRIORITY_H
#define LOOP_POOL_PRIORITY_H

#include <stdbool.h>

/* Whether this system can do it at all. */
bool pool_priority_possible(void);

/* The calling thread, from now on: it runs only when no thread of ordinary priority wants its
 * processor. 0 or -errno. */
int pool_priority_lower(void);

#endif
