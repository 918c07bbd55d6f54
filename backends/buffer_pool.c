#include "backends/buffer_pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int buffer_pool_open(struct buffer_pool *pool, unsigned count, unsigned size)
{
    memset(pool, 0, sizeof *pool);
    if (count == 0 || count > BUFFER_POOL_COUNT_MAX || (count & (count - 1)) != 0)
        return -EINVAL;
    if (size == 0 || size > BUFFER_POOL_SIZE_MAX)
        return -EINVAL;
    void *memory =
        mmap(NULL, (size_t)count * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (memory == MAP_FAILED)
        return -ENOMEM;
    pool->free_buffers = malloc(count * sizeof *pool->free_buffers);
    if (pool->free_buffers == NULL) {
        munmap(memory, (size_t)count * size);
        return -ENOMEM;
    }
    pool->memory = memory;
    pool->count = pool->free_count = count;
    pool->size = size;
    for (unsigned i = 0; i < count; i++)
        pool->free_buffers[i] = (uint16_t)(count - 1 - i);
    return 0;
}

void buffer_pool_close(struct buffer_pool *pool)
{
    if (pool->memory != NULL)
        munmap(pool->memory, (size_t)pool->count * pool->size);
    free(pool->free_buffers);
    memset(pool, 0, sizeof *pool);
}

void buffer_pool_give(struct buffer_pool *pool, uint16_t buffer)
{
    assert(buffer < pool->count && pool->free_count < pool->count);
    pool->free_buffers[pool->free_count++] = buffer;
}
