/* Receive buffers that the kernel takes from a ring by itself, for floor:io_uring. */
#ifndef HARNESS_SUBJECTS_FLOOR_IO_URING_BUFFERS_H
#define HARNESS_SUBJECTS_FLOOR_IO_URING_BUFFERS_H

#include "backends/backend.h"

#include <liburing.h>

#define FLOOR_BUFFER_GROUP 0

struct floor_buffers {
    struct io_uring_buf_ring *ring;
    char *memory;
    unsigned count, size;
};

/* Registers config->buffer_count of them, and gives them all. -errno; floor_buffers_close() has to
 * follow all the same, after the ring. */
int floor_buffers_open(struct floor_buffers *, struct io_uring *, const struct backend_config *);
void floor_buffers_close(struct floor_buffers *);

static inline char *floor_buffers_data(const struct floor_buffers *buffers, unsigned buffer)
{
    return buffers->memory + (size_t)buffer * buffers->size;
}

/* Gives one to the kernel. */
void floor_buffers_give(struct floor_buffers *, unsigned buffer);

/* Has the kernel receive into them for as long as the connection lives. */
void floor_buffers_receive(struct io_uring_sqe *, int fd, uint64_t user_data);

#endif
