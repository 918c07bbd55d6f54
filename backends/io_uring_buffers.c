#include "backends/io_uring_buffers.h"

#include "backends/syscalls_io_uring.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static unsigned mask_of(const struct ring_buffers *buffers)
{
    return buffers->pool.count - 1;
}

static size_t ring_bytes(const struct ring_buffers *buffers)
{
    return buffers->pool.count * sizeof(struct io_uring_buf);
}

void ring_buffers_give(struct ring_buffers *buffers, uint16_t buffer)
{
    assert(buffer < buffers->pool.count);
    buffers->given[buffers->tail++ & mask_of(buffers)] = buffer;
    buffers->available++;
    if (buffers->ring == NULL)
        return;
    io_uring_buf_ring_add(buffers->ring, buffer_pool_data(&buffers->pool, buffer),
                          buffers->pool.size, buffer, (int)mask_of(buffers), 0);
    io_uring_buf_ring_advance(buffers->ring, 1);
}

uint16_t ring_buffers_took(struct ring_buffers *buffers)
{
    assert(buffers->available > 0);
    buffers->available--;
    if (buffers->ring == NULL)
        return 0;
    return buffers->given[buffers->head++ & mask_of(buffers)];
}

bool ring_buffers_to_provide(struct ring_buffers *buffers, uint16_t *buffer)
{
    if (buffers->ring != NULL || buffers->head == buffers->tail)
        return false;
    *buffer = buffers->given[buffers->head++ & mask_of(buffers)];
    return true;
}

void ring_buffers_provide(const struct ring_buffers *buffers, struct io_uring_sqe *sqe,
                          unsigned first, unsigned count)
{
    io_uring_prep_provide_buffers(sqe, buffer_pool_data(&buffers->pool, (uint16_t)first),
                                  (int)buffers->pool.size, (int)count, RING_BUFFER_GROUP,
                                  (int)first);
}

static int register_ring(struct ring_buffers *buffers, struct ring *ring)
{
    void *memory =
        mmap(NULL, ring_bytes(buffers), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return -ENOMEM;
    struct io_uring_buf_reg registration = {.ring_addr = (uintptr_t)memory,
                                            .ring_entries = buffers->pool.count,
                                            .bgid = RING_BUFFER_GROUP};
    io_uring_buf_ring_init(memory);
    int r = sys_io_uring.register_buffer_ring(&ring->uring, &registration, 0);
    if (r < 0) {
        munmap(memory, ring_bytes(buffers));
        return r;
    }
    buffers->ring = memory;
    for (unsigned buffer = 0; buffer < buffers->pool.count; buffer++)
        ring_buffers_give(buffers, (uint16_t)buffer);
    return 0;
}

static int provide_all(struct ring_buffers *buffers, struct ring *ring)
{
    struct io_uring_sqe *sqe = ring_submission(ring);
    if (sqe == NULL)
        return -EBUSY;
    ring_buffers_provide(buffers, sqe, 0, buffers->pool.count);
    int r = ring_run(ring);
    if (r < 0)
        return r;
    buffers->available = buffers->pool.count;
    return 0;
}

int ring_buffers_open(struct ring_buffers *buffers, struct ring *ring,
                      const struct backend_config *config)
{
    memset(buffers, 0, sizeof *buffers);
    int r = buffer_pool_open(&buffers->pool, config->buffer_count, config->buffer_size);
    if (r < 0)
        return r;
    buffers->given = malloc(buffers->pool.count * sizeof *buffers->given);
    if (buffers->given == NULL)
        r = -ENOMEM;
    else if (config->features & BACKEND_BUFFER_RING)
        r = register_ring(buffers, ring);
    else
        r = provide_all(buffers, ring);
    if (r < 0)
        ring_buffers_close(buffers);
    return r;
}

void ring_buffers_close(struct ring_buffers *buffers)
{
    if (buffers->ring != NULL)
        munmap(buffers->ring, ring_bytes(buffers));
    free(buffers->given);
    buffer_pool_close(&buffers->pool);
    buffers->ring = NULL;
    buffers->given = NULL;
}
