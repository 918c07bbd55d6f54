/* The listening socket of a floor: nothing but the calls that it takes. */
#ifndef HARNESS_SUBJECTS_FLOOR_LISTENER_H
#define HARNESS_SUBJECTS_FLOOR_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

/* On 127.0.0.1, at a port that the system chooses. The descriptor, or -errno and `what` names the
 * step. */
int floor_listen(unsigned backlog, bool nonblocking, uint16_t *port, const char **what);

#endif
