#include "harness/subjects/floor_io_uring_server.h"

#include "backends/accept_errors.h"
#include "backends/clock.h"
#include "backends/syscalls_io_uring.h"

#include <errno.h>

int floor_io_uring_open_ring(struct io_uring *ring)
{
    struct backend_config config = backend_default_config();
    struct io_uring_params params = {.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER |
                                              IORING_SETUP_DEFER_TASKRUN,
                                     .cq_entries = config.completion_depth};
    int r = sys_io_uring.queue_init(config.queue_depth, ring, &params);
    if (r < 0)
        return r;
    r = sys_io_uring.register_ring_fd(ring);
    if (r < 0)
        io_uring_queue_exit(ring);
    return r < 0 ? r : 0;
}

int floor_io_uring_submit(struct accept_server *server)
{
    server->counters.enters++;
    int r = sys_io_uring.submit_and_get_events(&server->ring);
    return r < 0 ? r : 0;
}

struct io_uring_sqe *floor_io_uring_submission(struct accept_server *server)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&server->ring);
    while (sqe == NULL) {
        if (floor_io_uring_submit(server) < 0)
            return NULL;
        sqe = io_uring_get_sqe(&server->ring);
    }
    server->counters.submissions++;
    return sqe;
}

int floor_io_uring_enter(struct accept_server *server, uint64_t deadline_ns)
{
    struct timespec left = {0};
    clock_until(deadline_ns, &left);
    struct __kernel_timespec timeout = {.tv_sec = left.tv_sec, .tv_nsec = left.tv_nsec};
    struct io_uring_cqe *first;
    server->counters.waits++;
    server->counters.enters++;
    int r = sys_io_uring.submit_and_wait_timeout(&server->ring, &first, 1, &timeout, NULL);
    if (r == -ETIME)
        return -ETIMEDOUT;
    return r < 0 && r != -EINTR && r != -EBUSY ? r : 0;
}

int floor_io_uring_arm(struct accept_server *server)
{
    if (server->armed)
        return 0;
    struct io_uring_sqe *sqe = floor_io_uring_submission(server);
    if (sqe == NULL)
        return -EBUSY;
    io_uring_prep_multishot_accept(sqe, server->listener_fd, NULL, NULL, SOCK_CLOEXEC);
    sqe->user_data = ACCEPT;
    server->armed = true;
    server->counters.changes++;
    return 0;
}

int floor_io_uring_result_of(struct accept_server *server, const struct io_uring_cqe *cqe)
{
    server->counters.completions++;
    if (cqe->user_data == IDLE)
        return cqe->res == -ECANCELED ? -EAGAIN : -ECONNRESET;
    if (cqe->user_data != ACCEPT)
        return -EAGAIN;
    if (!(cqe->flags & IORING_CQE_F_MORE))
        server->armed = false;
    if (cqe->res >= 0) {
        server->counters.events++;
        return cqe->res;
    }
    bool passes = cqe->res == -ECANCELED || accept_error_passes(cqe->res);
    return passes ? -EAGAIN : cqe->res;
}

int floor_io_uring_close_accepted(struct accept_server *server, int fd)
{
    struct io_uring_sqe *sqe = floor_io_uring_submission(server);
    if (sqe == NULL)
        return -EBUSY;
    io_uring_prep_close(sqe, fd);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    sqe->user_data = QUIET;
    return 0;
}
