/* How many connections wait in the queue of a listening socket. */
#ifndef HARNESS_SUBJECTS_LISTEN_QUEUE_H
#define HARNESS_SUBJECTS_LISTEN_QUEUE_H

/* -errno; -ENOTSUP where the system does not tell. */
int listen_queue_length(int listener_fd);

#endif
