/* How long this process wanted to run and had no CPU. */
#ifndef HARNESS_SYSTEM_RUN_DELAY_H
#define HARNESS_SYSTEM_RUN_DELAY_H

#include <stdint.h>

/* Of the main thread, since it started. 0 where the system does not tell. */
uint64_t run_delay_ns(void);

#endif
