/* A fixed set of receive buffers of one size in one piece of memory, shared by all sources of a
 * backend. What it takes is settled when it is opened, and does not grow with connections. */
#ifndef BACKENDS_BUFFER_POOL_H
#define BACKENDS_BUFFER_POOL_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#define BUFFER_POOL_COUNT_MAX 32768u
#define BUFFER_POOL_SIZE_MAX (1u << 20)

struct buffer_pool {
    /* Page-aligned, count * size bytes; untouched pages cost nothing. */
    char *memory;
    uint16_t *free_buffers;
    unsigned count, size, free_count;
};

/* -EINVAL: count is no power of two in 1..32768, or size not in 1..1 MiB. -ENOMEM. */
int buffer_pool_open(struct buffer_pool *, unsigned count, unsigned size);
void buffer_pool_close(struct buffer_pool *); /* also of a zeroed one */

/* A buffer's number, or -ENOBUFS. The one given back last comes first, because it is warm in the
 * cache. */
static inline int buffer_pool_take(struct buffer_pool *pool)
{
    return pool->free_count > 0 ? pool->free_buffers[--pool->free_count] : -ENOBUFS;
}

static inline char *buffer_pool_data(const struct buffer_pool *pool, uint16_t buffer)
{
    return pool->memory + (size_t)buffer * pool->size;
}

void buffer_pool_give(struct buffer_pool *, uint16_t buffer);

#endif
