/* A ring as the two io_uring mechanisms use it: set up with the features that a variant asks for,
 * entered once per wait, refused as a whole when the kernel refuses any of them. */
#ifndef BACKENDS_IO_URING_RING_H
#define BACKENDS_IO_URING_RING_H

#include "backends/backend.h"
#include "backends/source_table.h"

#include <liburing.h>

/* Parts of the kernel's interface that liburing 2.3 has no name for. */
#ifndef IORING_RECVSEND_BUNDLE
#define IORING_RECVSEND_BUNDLE (1U << 4)
#endif
#define RING_FEAT_RECVSEND_BUNDLE (1U << 14) /* Linux 6.10 */
#define RING_REGISTER_NAPI 27                /* Linux 6.9 */

struct ring {
    struct io_uring uring;
    struct backend_counters *counters;
    /* backend_feature bits. */
    uint32_t granted;
};

/* -EINVAL: depths that the kernel does not take, or a feature that it does not know; -EPERM:
 * forbidden by kernel.io_uring_disabled or by a seccomp filter; -ENOSYS; -ENOMEM: also the
 * locked-memory limit, after half a second in which the memory of another ring may come back. */
int ring_open(struct ring *, const struct backend_config *, struct backend_counters *);
void ring_close(struct ring *);

/* A zeroed submission entry for `fd`, or NULL: the queue is full, enter first. */
struct io_uring_sqe *ring_submission(struct ring *);

/* Hands everything in the submission queue to the kernel and waits until a completion is there, or
 * the deadline has passed, or a signal came: one system call. Where the kernel has more completions
 * than it gives at a time, others follow that do not wait, until there are `wanted` or no more. 0,
 * or -EINTR, -ETIME, or -EBUSY (the kernel wants completions taken first), or what else went wrong.
 */
int ring_enter(struct ring *, uint64_t deadline_ns, unsigned wanted);

/* Runs the one request that stands in the submission queue to its end, before anything else is
 * asked of the ring. Its result, or as ring_enter(). */
int ring_run(struct ring *);

/* Whether the file in a slot of the ring's table is closed at once when the slot is: Linux 6.1
 * takes up to a second (6.1.192), and so long the peer of a connection waits for its end. For a
 * ring with a table, on which nothing has run. 0; -EOPNOTSUPP: not within 200 ms; other -errno. */
int ring_closes_slots_at_once(struct ring *);

/* The next completion, or NULL. Valid until ring_done(). */
static inline struct io_uring_cqe *ring_completion(struct ring *ring)
{
    unsigned head = *ring->uring.cq.khead;
    if (head == io_uring_smp_load_acquire(ring->uring.cq.ktail))
        return NULL;
    return &ring->uring.cq.cqes[head & *ring->uring.cq.kring_mask];
}

static inline void ring_done(struct ring *ring)
{
    ring->counters->completions++;
    io_uring_cq_advance(&ring->uring, 1);
}

/* What a completion is about: the source's token with an operation in the upper bits of the slot.
 */
#define RING_OPERATION_SHIFT 28
#define RING_SLOT_MASK ((UINT32_C(1) << RING_OPERATION_SHIFT) - 1)

static inline uint64_t ring_token(const struct io_source *source, unsigned operation)
{
    return source_token(source) | (uint64_t)operation << RING_OPERATION_SHIFT;
}

/* One that concerns no source, with a number of up to 28 bits. */
static inline uint64_t ring_free_token(unsigned operation, unsigned number)
{
    return (uint64_t)operation << RING_OPERATION_SHIFT | number;
}

static inline unsigned ring_operation(uint64_t token)
{
    return (uint32_t)token >> RING_OPERATION_SHIFT;
}

static inline struct io_source *ring_source(const struct source_table *table, uint64_t token)
{
    uint64_t operation_bits = (uint64_t)~RING_SLOT_MASK & UINT32_MAX;
    return source_table_find(table, token & ~operation_bits);
}

#endif
