/* A queue of jobs as an array of pointers, one side of which is a single thread.
 *
 * Pointers in a row, and not a list through the jobs: the other side finds the next job without
 * waiting for the memory of this one, which another processor has just written.
 *
 * Positions only ever rise; the slot of a position is its remainder by the capacity, a power of
 * two. The owner takes care that no more than that stand in the queue. */
#ifndef LOOP_POOL_RING_H
#define LOOP_POOL_RING_H

#include "loop/pool.h"

#include <stdatomic.h>

/* Longer than a cache line where processors fetch two at a time. */
#define POOL_APART 128

struct pool_ring {
    /* Where the next one goes: written by who puts. */
    _Alignas(POOL_APART) _Atomic uint64_t tail;
    /* The oldest: written by who takes. */
    _Alignas(POOL_APART) _Atomic uint64_t head;
    _Alignas(POOL_APART) struct pool_job **slots;
    uint64_t capacity;
};

int pool_ring_open(struct pool_ring *, uint64_t capacity); /* a power of two; -ENOMEM */
void pool_ring_close(struct pool_ring *);
/* Makes the capacity `count` at least and leaves out emptied slots: positions change, and each job
 * is told its own. With both sides kept away. -ENOMEM: nothing has changed. */
int pool_ring_make_room(struct pool_ring *, uint64_t count);

static inline struct pool_job **pool_ring_slot(const struct pool_ring *ring, uint64_t position)
{
    return &ring->slots[position & (ring->capacity - 1)];
}

/* The side that puts. Sequentially consistent, because it then asks whether the other side has gone
 * to sleep, and the other side, before it sleeps, asks whether something was put. */
static inline void pool_ring_put(struct pool_ring *ring, struct pool_job *job)
{
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    *pool_ring_slot(ring, tail) = job;
    atomic_store(&ring->tail, tail + 1);
}

#endif
