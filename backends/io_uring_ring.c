#include "backends/io_uring_ring.h"

#include "backends/clock.h"
#include "backends/clock_linux.h"
#include "backends/syscalls.h"
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
    /* The flag tells of task work that an enter has left: see ring_enter(). */
    {BACKEND_DEFER_TASKRUN, IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG},
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

/* The memory of a ring that was closed counts against the limit of locked memory for some
 * milliseconds more, so that one opened right after it is refused (seen with limits of 256 to 1,024
 * KiB on Linux 6.18). */
#define MEMORY_WAIT_NS (500 * NS_PER_MS)

static int init_queue(struct ring *ring, unsigned depth, struct io_uring_params *params)
{
    const struct io_uring_params asked = *params;
    uint64_t end_ns = clock_now_ns() + MEMORY_WAIT_NS;
    for (;;) {
        int r = sys_io_uring.queue_init(depth, &ring->uring, params);
        if (r != -ENOMEM || clock_now_ns() >= end_ns)
            return r;
        sys.poll(NULL, 0, &(struct timespec){.tv_nsec = (long)(10 * NS_PER_MS)});
        *params = asked;
    }
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
    int r = init_queue(ring, config->queue_depth, &params);
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
    if (deadline_ns == BACKEND_NO_DEADLINE)
        return sys_io_uring.submit_and_wait(uring, 1);
    struct timespec left;
    clock_until(deadline_ns, &left);
    /* With a time-out of zero the kernel would start a timer all the same, and may sleep until it
     * fires. */
    if (left.tv_sec == 0 && left.tv_nsec == 0) {
        int r = sys_io_uring.submit_and_get_events(uring);
        return r < 0 || deadline_ns == 0 ? r : -ETIME;
    }
    struct __kernel_timespec timeout;
    clock_kernel_time(&left, &timeout);
    struct io_uring_cqe *first;
    return sys_io_uring.submit_and_wait_timeout(uring, &first, 1, &timeout, NULL);
}

/* The kernel has more completions than it has posted, and there is room for one. */
static bool has_left_work(const struct ring *ring, unsigned wanted)
{
    const struct io_uring *uring = &ring->uring;
    unsigned ready = io_uring_cq_ready(uring);
    return IO_URING_READ_ONCE(*uring->sq.kflags) & IORING_SQ_TASKRUN && ready < wanted &&
           ready < uring->cq.ring_entries;
}

/* Pieces of deferred task work that an enter runs at most, unless it waits for more completions
 * (IO_LOCAL_TW_DEFAULT_MAX, Linux 6.13; all of them before). */
#define WORK_PER_ENTER 20

/* What an enter has left would be asked for by the next wait, so no call is made that would not be
 * made then. One that waits for `wanted` with a time of 0 would give all at once, and sleep: that
 * took 30 us (Linux 6.18, a virtual machine), ten times an enter. What is new comes behind what was
 * there, so the number of calls is bounded. */
static int fetch_rest(struct ring *ring, unsigned wanted)
{
    int r = 0;
    for (unsigned i = 0; i < wanted / WORK_PER_ENTER + 1 && has_left_work(ring, wanted); i++) {
        ring->counters->enters++;
        r = sys_io_uring.submit_and_get_events(&ring->uring);
        if (r < 0)
            break;
    }
    /* What is there already is worth more than the reason to stop. */
    return r == -EINTR || r == -EBUSY || r == -EAGAIN || r > 0 ? 0 : r;
}

int ring_enter(struct ring *ring, uint64_t deadline_ns, unsigned wanted)
{
    ring->counters->enters++;
    if (IO_URING_READ_ONCE(*ring->uring.sq.kflags) & IORING_SQ_CQ_OVERFLOW)
        ring->counters->overflows++;
    int r = enter(ring, deadline_ns);
    /* A signal that ends the waiting is not reported by an enter that has submitted something. */
    if (r >= 0 && deadline_ns == BACKEND_NO_DEADLINE && ring_completion(ring) == NULL)
        return -EINTR;
    if (r >= 0 && has_left_work(ring, wanted))
        return fetch_rest(ring, wanted);
    return r < 0 ? r : 0;
}

int ring_run(struct ring *ring)
{
    int r;
    do
        r = ring_enter(ring, BACKEND_NO_DEADLINE, 1);
    while (r == -EINTR);
    if (r < 0)
        return r;
    r = ring_completion(ring)->res;
    ring_done(ring);
    return r;
}

/* Closes the slot that holds the writing end of a pipe, of which the reading end tells. */
int ring_closes_slots_at_once(struct ring *ring)
{
    struct timespec most = clock_timespec(200 * NS_PER_MS);
    int fds[2];
    int r = sys.pipe(fds);
    if (r < 0)
        return r;
    io_uring_prep_files_update(ring_submission(ring), &fds[1], 1, 0);
    r = ring_run(ring);
    sys.close(fds[1]);
    if (r >= 0) {
        io_uring_prep_close_direct(ring_submission(ring), 0);
        r = ring_run(ring);
    }
    struct pollfd end = {.fd = fds[0], .events = POLLIN};
    while (r >= 0 && (r = sys.poll(&end, 1, &most)) == -EINTR)
        r = 0;
    sys.close(fds[0]);
    return r < 0 ? r : r == 0 ? -EOPNOTSUPP : 0;
}
