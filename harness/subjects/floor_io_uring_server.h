/* The ring of floor:io_uring, which its drain and its exchanges share. */
#ifndef HARNESS_SUBJECTS_FLOOR_IO_URING_SERVER_H
#define HARNESS_SUBJECTS_FLOOR_IO_URING_SERVER_H

#include "harness/subjects/floor_exchanges.h"
#include "harness/subjects/floor_io_uring_buffers.h"

#include <liburing.h>
#include <stdbool.h>

/* The low byte of user_data; RECEIVE and SEND have the descriptor above it. */
enum token { ACCEPT = 1, IDLE, QUIET, RECEIVE, SEND };

struct accept_server {
    struct io_uring ring;
    bool ring_is_open, armed;
    int listener_fd;
    uint16_t port;
    unsigned capacity;
    /* Connections in fds. */
    unsigned count;
    unsigned held;
    struct backend_counters counters;
    /* Closed when nothing of them is in the kernel: a descriptor's number then names no other
     * before its last completion has been seen. */
    struct exchanges exchanges;
    struct floor_buffers buffers;
    int fds[];
};

/* As that of the `io_uring` backend. */
int floor_io_uring_open_ring(struct io_uring *);

/* Room for one more request, after submitting if need be; NULL: the ring is broken. */
struct io_uring_sqe *floor_io_uring_submission(struct accept_server *);

/* One enter that submits and waits for nothing. */
int floor_io_uring_submit(struct accept_server *);

/* One enter: submits, and waits for a completion until deadline_ns. -ETIMEDOUT. */
int floor_io_uring_enter(struct accept_server *, uint64_t deadline_ns);

/* Has connections accepted, unless they are already. */
int floor_io_uring_arm(struct accept_server *);

/* What one completion of another kind than RECEIVE and SEND says: a descriptor, -EAGAIN for one
 * that says nothing of interest, or an error. */
int floor_io_uring_result_of(struct accept_server *, const struct io_uring_cqe *);

/* Closing goes through the ring as well: no system call of its own. */
int floor_io_uring_close_accepted(struct accept_server *, int fd);

/* ---- floor_io_uring_answer.c ---- */

int floor_io_uring_exchanges_open(struct accept_server *, const struct accept_setup *,
                                  const char **what);
/* After the ring. */
void floor_io_uring_exchanges_close(struct accept_server *);

/* As in struct accept_ops. */
int floor_io_uring_answer(struct accept_server *, uint64_t deadline_ns, uint64_t *answered);

#endif
