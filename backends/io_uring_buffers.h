/* The receive buffers of an io_uring backend: one group from which the kernel takes when data is
 * there. They are given to the kernel either through a ring in shared memory (BACKEND_BUFFER_RING)
 * or by a request for each (PROVIDE_BUFFERS). What they take is count * size bytes, however many
 * connections there are. */
#ifndef BACKENDS_IO_URING_BUFFERS_H
#define BACKENDS_IO_URING_BUFFERS_H

#include "backends/buffer_pool.h"
#include "backends/io_uring_ring.h"

#define RING_BUFFER_GROUP 0

struct ring_buffers {
    struct buffer_pool pool;
    /* NULL: by requests. */
    struct io_uring_buf_ring *ring;
    /* Ring: in the order in which the kernel takes them; requests: to be provided again. */
    uint16_t *given;
    /* Places in `given`, as running numbers. */
    unsigned head, tail;
    /* How many the kernel has, or is about to be given. */
    unsigned available;
};

/* -errno of registering; nothing is left behind. By requests, the first one is made and waited for.
 */
int ring_buffers_open(struct ring_buffers *, struct ring *, const struct backend_config *);
/* After the ring is closed: until then the kernel may write to the buffers. */
void ring_buffers_close(struct ring_buffers *);

void ring_buffers_give(struct ring_buffers *, uint16_t buffer);

/* The kernel has used one; which one it is, its completion says. With a buffer ring it is the one
 * that was given first: for a completion that used several, this says which. */
uint16_t ring_buffers_took(struct ring_buffers *);

/* By requests: whether one has to be provided again, and which. */
bool ring_buffers_to_provide(struct ring_buffers *, uint16_t *buffer);

void ring_buffers_provide(const struct ring_buffers *, struct io_uring_sqe *, unsigned first,
                          unsigned count);

#endif
