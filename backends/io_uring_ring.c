#include "backends/io_uring_ring.h"

#include "backends/clock.h"
#include "backends/syscalls_io_uring.h"

#include <errno.h>
#include <string.h>

/* The kernel's struct io_uring_napi. */
struct napi_request {
    uint32_t busy_poll_us;
    uint8_t prefer_busy_poll;
    uint8_t opcode;
    uint8_t pad[2];
    uint32_t parameter;
    uint32_t reserved;
};

static const struct {
    uint32_t feature;
    unsigned flags;
} setup_flags[] = {
    {BACKEND_COOP_TASKRUN, IORING_SETUP_COOP_TASKRUN},
    {BACKEND_SINGLE_ISSUER, IORING_SETUP_SINGLE_ISSUER},
    {BACKEND_DEFER_TASKRUN, IORING_SETUP_DEFER_TASKRUN},
    {BACKEND_SQPOLL, IORING_SETUP_SQPOLL},
};

static int register_extras(struct ring *ring, uint32_t asked)
{
    if (asked & BACKEND_REGISTERED_RING) {
        int r = sys_io_uring.register_ring_fd(&ring->uring);
        if (r < 0)
            return r;
    }
    if (asked & BACKEND_NAPI) {
        struct napi_request request = {.busy_poll_us = 50, .prefer_busy_poll = 1};
        int r = sys_io_uring.register_other((unsigned)ring->uring.ring_fd, RING_REGISTER_NAPI,
                                            &request, 1);
        if (r < 0)
            return r;
    }
    return 0;
}

int ring_open(struct ring *ring, const struct backend_config *config,
              struct backend_counters *counters)
{
    struct io_uring_params params = {
        .flags = IORING_SETUP_CQSIZE, .cq_entries = config->completion_depth, .sq_thread_idle = 10};
    for (size_t i = 0; i < sizeof setup_flags / sizeof setup_flags[0]; i++)
        if (config->features & setup_flags[i].feature)
            params.flags |= setup_flags[i].flags;
    memset(ring, 0, sizeof *ring);
    ring->counters = counters;
    int r = sys_io_uring.queue_init(config->queue_depth, &ring->uring, &params);
    if (r < 0)
        return r;
    /* Without it the kernel would drop completions that find no room, and a request would never
     * end. */
    if (!(params.features & IORING_FEAT_NODROP) || !(params.features & IORING_FEAT_EXT_ARG))
        r = -ENOTSUP;
    if (config->features & BACKEND_BUNDLE && !(params.features & RING_FEAT_RECVSEND_BUNDLE))
        r = -ENOTSUP;
    if (r >= 0)
        r = register_extras(ring, config->features);
    if (r < 0) {
        io_uring_queue_exit(&ring->uring);
        return r;
    }
    ring->granted = config->features;
    return 0;
}

void ring_close(struct ring *ring)
{
    io_uring_queue_exit(&ring->uring);
}

struct io_uring_sqe *ring_submission(struct ring *ring)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring->uring);
    if (sqe == NULL)
        return NULL;
    memset(sqe, 0, sizeof *sqe);
    ring->counters->submissions++;
    return sqe;
}

static int enter(struct ring *ring, uint64_t deadline_ns)
{
    struct io_uring *uring = &ring->uring;
    if (deadline_ns == 0)
        return sys_io_uring.submit_and_get_events(uring);
    if (deadline_ns == BACKEND_NO_DEADLINE)
        return sys_io_uring.submit_and_wait(uring, 1);
    struct timespec left = {0};
    clock_until(deadline_ns, &left);
    struct __kernel_timespec timeout = {.tv_sec = left.tv_sec, .tv_nsec = left.tv_nsec};
    struct io_uring_cqe *first;
    return sys_io_uring.submit_and_wait_timeout(uring, &first, 1, &timeout, NULL);
}

int ring_enter(struct ring *ring, uint64_t deadline_ns)
{
    ring->counters->enters++;
    if (IO_URING_READ_ONCE(*ring->uring.sq.kflags) & IORING_SQ_CQ_OVERFLOW)
        ring->counters->overflows++;
    int r = enter(ring, deadline_ns);
    /* A signal that ends the waiting is not reported by an enter that has submitted something. */
    if (r >= 0 && deadline_ns == BACKEND_NO_DEADLINE && ring_completion(ring) == NULL)
        return -EINTR;
    return r < 0 ? r : 0;
}
