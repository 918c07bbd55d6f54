#include "loop/pool_ring.h"

#include <errno.h>
#include <stdlib.h>

int pool_ring_open(struct pool_ring *ring, uint64_t capacity)
{
    ring->slots = calloc(capacity, sizeof(struct pool_job *));
    ring->capacity = capacity;
    atomic_init(&ring->head, 0);
    atomic_init(&ring->tail, 0);
    return ring->slots == NULL ? -ENOMEM : 0;
}

void pool_ring_close(struct pool_ring *ring)
{
    free(ring->slots);
}

int pool_ring_make_room(struct pool_ring *ring, uint64_t count)
{
    struct pool_ring wider;
    uint64_t capacity = ring->capacity;
    while (capacity < count)
        capacity *= 2;
    if (pool_ring_open(&wider, capacity) < 0)
        return -ENOMEM;
    uint64_t head = atomic_load(&ring->head), tail = atomic_load(&ring->tail), next = head;
    for (uint64_t i = head; i != tail; i++) {
        struct pool_job *job = *pool_ring_slot(ring, i);
        if (job == NULL)
            continue;
        job->position = next++;
        *pool_ring_slot(&wider, job->position) = job;
    }
    free(ring->slots);
    ring->slots = wider.slots;
    ring->capacity = capacity;
    atomic_store(&ring->tail, next);
    return 0;
}
