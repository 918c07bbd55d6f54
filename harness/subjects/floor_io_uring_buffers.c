#include "harness/subjects/floor_io_uring_buffers.h"

#include "backends/syscalls_io_uring.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

static size_t ring_bytes(const struct floor_buffers *buffers)
{
    return buffers->count * sizeof(struct io_uring_buf);
}

void floor_buffers_give(struct floor_buffers *buffers, unsigned buffer)
{
    io_uring_buf_ring_add(buffers->ring, floor_buffers_data(buffers, buffer), buffers->size,
                          (unsigned short)buffer, io_uring_buf_ring_mask(buffers->count), 0);
    io_uring_buf_ring_advance(buffers->ring, 1);
}

int floor_buffers_open(struct floor_buffers *buffers, struct io_uring *ring,
                       const struct backend_config *config)
{
    *buffers = (struct floor_buffers){.count = config->buffer_count, .size = config->buffer_size};
    buffers->memory = malloc((size_t)buffers->count * buffers->size);
    void *memory =
        mmap(NULL, ring_bytes(buffers), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return -ENOMEM;
    buffers->ring = memory;
    if (!buffers->memory)
        return -ENOMEM;
    struct io_uring_buf_reg registration = {
        .ring_addr = (uintptr_t)memory, .ring_entries = buffers->count, .bgid = FLOOR_BUFFER_GROUP};
    io_uring_buf_ring_init(buffers->ring);
    int r = sys_io_uring.register_buffer_ring(ring, &registration, 0);
    for (unsigned buffer = 0; buffer < buffers->count && r == 0; buffer++)
        floor_buffers_give(buffers, buffer);
    return r;
}

void floor_buffers_close(struct floor_buffers *buffers)
{
    if (buffers->ring)
        munmap(buffers->ring, ring_bytes(buffers));
    free(buffers->memory);
    *buffers = (struct floor_buffers){0};
}

void floor_buffers_receive(struct io_uring_sqe *sqe, int fd, uint64_t user_data)
{
    io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = FLOOR_BUFFER_GROUP;
    sqe->user_data = user_data;
}
