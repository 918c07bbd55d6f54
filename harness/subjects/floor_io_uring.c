/* floor:io_uring, the least that a server on io_uring can do: one multishot accept, results read
 * straight from the completion queue, descriptors in an array. No loop, no handles, no callbacks.
 * The ring is set up as that of the `io_uring` backend: what the backend costs more is what the
 * contract and the loop cost.
 *
 * Idle connections are watched by a one-shot poll each: one that reports has ended, and the trial
 * with it. */
#include "harness/subjects/floor_io_uring.h"
#include "harness/subjects/floor_io_uring_server.h"

#include "backends/clock.h"
#include "harness/subjects/floor_listener.h"
#include "harness/subjects/listen_queue.h"
#include "harness/subjects/refusal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int open_ring(struct io_uring *ring)
{
    struct backend_config config = backend_default_config();
    struct io_uring_params params = {.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER |
                                              IORING_SETUP_DEFER_TASKRUN,
                                     .cq_entries = config.completion_depth};
    int r = io_uring_queue_init_params(config.queue_depth, ring, &params);
    if (r < 0)
        return r;
    r = io_uring_register_ring_fd(ring);
    if (r < 0)
        io_uring_queue_exit(ring);
    return r < 0 ? r : 0;
}

static void floor_close(struct accept_server *server)
{
    if (server->ring_is_open)
        io_uring_queue_exit(&server->ring);
    for (unsigned i = 0; i < server->count; i++)
        close(server->fds[i]);
    floor_io_uring_exchanges_close(server);
    if (server->listener_fd >= 0)
        close(server->listener_fd);
    free(server);
}

static int floor_open(struct accept_server **out, const struct accept_setup *setup,
                      const char **what)
{
    size_t places = setup->capacity;
    struct accept_server *server = malloc(sizeof *server + places * sizeof server->fds[0]);
    *what = "allocating the table of connections";
    if (!server)
        return -ENOMEM;
    *server = (struct accept_server){.listener_fd = -1, .capacity = setup->capacity};
    memset(server->fds, 0xff,
           places * sizeof server->fds[0]); /* touched before anything is timed */
    *what = "setting up the ring";
    int r = open_ring(&server->ring);
    if (r == 0) {
        server->ring_is_open = true;
        server->listener_fd = floor_listen(setup->backlog, false, &server->port, what);
        r = server->listener_fd < 0 ? server->listener_fd : 0;
    }
    if (r == 0 && setup->bytes > 0)
        r = floor_io_uring_exchanges_open(server, setup, what);
    if (r < 0)
        floor_close(server);
    else
        *out = server;
    return r;
}

static uint16_t floor_port(const struct accept_server *server)
{
    return server->port;
}

static int floor_queued(const struct accept_server *server)
{
    return listen_queue_length(server->listener_fd);
}

struct io_uring_sqe *floor_io_uring_submission(struct accept_server *server)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&server->ring);
    while (sqe == NULL) {
        server->counters.enters++;
        if (io_uring_submit(&server->ring) < 0)
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
    int r = io_uring_submit_and_wait_timeout(&server->ring, &first, 1, &timeout, NULL);
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
    bool passes = cqe->res == -ECANCELED || cqe->res == -ECONNABORTED || cqe->res == -EINTR;
    return passes ? -EAGAIN : cqe->res;
}

static int floor_drain(struct accept_server *server, unsigned count, uint64_t deadline_ns)
{
    if (count > server->capacity - server->count)
        return -ENOBUFS;
    /* More than that may have been accepted: they stay in the completion queue. */
    unsigned wanted = server->count + count;
    while (server->count < wanted) {
        int error = floor_io_uring_arm(server);
        if (error == 0)
            error = floor_io_uring_enter(server, deadline_ns);
        unsigned head, seen = 0;
        struct io_uring_cqe *cqe;
        io_uring_for_each_cqe(&server->ring, head, cqe)
        {
            if (server->count == wanted)
                break;
            int result = floor_io_uring_result_of(server, cqe);
            seen++;
            if (result >= 0)
                server->fds[server->count++] = result;
            else if (result != -EAGAIN)
                error = result;
        }
        io_uring_cq_advance(&server->ring, seen);
        if (error < 0)
            return error;
    }
    return 0;
}

/* Takes the accept back and waits until it has ended, so that none comes before it is counted. */
static int floor_rest(struct accept_server *server)
{
    if (!server->armed)
        return 0;
    struct io_uring_sqe *sqe = floor_io_uring_submission(server);
    if (sqe == NULL)
        return -EBUSY;
    io_uring_prep_cancel64(sqe, ACCEPT, 0);
    sqe->user_data = QUIET;
    while (server->armed) {
        int error = floor_io_uring_enter(server, clock_now_ns() + NS_PER_S);
        unsigned head, seen = 0;
        struct io_uring_cqe *cqe;
        io_uring_for_each_cqe(&server->ring, head, cqe)
        {
            int result = floor_io_uring_result_of(server, cqe);
            seen++;
            if (result >= 0)
                close(result);
        }
        io_uring_cq_advance(&server->ring, seen);
        if (error < 0)
            return error;
    }
    return 0;
}

static int floor_hold(struct accept_server *server)
{
    for (; server->held < server->count; server->held++) {
        struct io_uring_sqe *sqe = floor_io_uring_submission(server);
        if (sqe == NULL)
            return -EBUSY;
        io_uring_prep_poll_add(sqe, server->fds[server->held], POLLIN);
        sqe->user_data = IDLE;
    }
    int submitted = io_uring_submit(&server->ring);
    return submitted < 0 ? submitted : 0;
}

static int floor_drop(struct accept_server *server)
{
    while (server->count > server->held)
        close(server->fds[--server->count]);
    return 0;
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

static int floor_serve(struct accept_server *server, uint64_t deadline_ns, uint64_t *accepted)
{
    *accepted = 0;
    for (;;) {
        int error = floor_io_uring_arm(server);
        if (error == 0)
            error = floor_io_uring_enter(server, deadline_ns);
        unsigned head, seen = 0;
        struct io_uring_cqe *cqe;
        io_uring_for_each_cqe(&server->ring, head, cqe)
        {
            int result = floor_io_uring_result_of(server, cqe);
            seen++;
            if (result >= 0) {
                ++*accepted;
                result = floor_io_uring_close_accepted(server, result);
            }
            if (result < 0 && result != -EAGAIN)
                error = result;
        }
        io_uring_cq_advance(&server->ring, seen);
        if (error == -ETIMEDOUT || (error == 0 && clock_now_ns() >= deadline_ns))
            return 0;
        if (error < 0)
            return error;
    }
}

static void floor_counters(const struct accept_server *server, struct backend_counters *counters)
{
    *counters = server->counters;
}

static uint32_t floor_granted(const struct accept_server *server)
{
    return FLOOR_IO_URING_FEATURES | (server->exchanges.by_fd ? BACKEND_BUFFER_RING : 0);
}

int floor_io_uring_available(const struct subject *subject, char *reason, uint32_t *granted)
{
    struct io_uring ring;
    *granted = 0;
    int r = open_ring(&ring);
    if (r < 0)
        return subject_refused(subject, r, reason);
    io_uring_queue_exit(&ring);
    *granted = FLOOR_IO_URING_FEATURES;
    return 0;
}

const struct accept_ops floor_io_uring_accept = {
    .open = floor_open,
    .port = floor_port,
    .queued = floor_queued,
    .rest = floor_rest,
    .drain = floor_drain,
    .hold = floor_hold,
    .drop = floor_drop,
    .serve = floor_serve,
    .answer = floor_io_uring_answer,
    .counters = floor_counters,
    .granted = floor_granted,
    .close = floor_close,
};
