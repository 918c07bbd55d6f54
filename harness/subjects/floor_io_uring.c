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
#include "backends/syscalls.h"
#include "harness/subjects/floor_listener.h"
#include "harness/subjects/listen_queue.h"
#include "harness/subjects/refusal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

static void floor_close(struct accept_server *server)
{
    if (server->ring_is_open)
        io_uring_queue_exit(&server->ring);
    for (unsigned i = 0; i < server->count; i++)
        sys.close(server->fds[i]);
    floor_io_uring_exchanges_close(server);
    if (server->listener_fd >= 0)
        sys.close(server->listener_fd);
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
    int r = floor_io_uring_open_ring(&server->ring);
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

static int floor_drain(struct accept_server *server, unsigned count, uint64_t deadline_ns)
{
    if (count > server->capacity - server->count)
        return -ENOBUFS;
    /* More than that may have been accepted: they stay in the completion queue. */
    unsigned wanted = server->count + count;
    while (server->count < wanted) {
        int r = floor_io_uring_arm(server);
        if (r == 0)
            r = floor_io_uring_enter(server, deadline_ns);
        unsigned head, seen = 0;
        struct io_uring_cqe *cqe;
        io_uring_for_each_cqe(&server->ring, head, cqe)
        {
            if (server->count == wanted)
                break;
            int fd = floor_io_uring_result_of(server, cqe);
            seen++;
            if (fd >= 0)
                server->fds[server->count++] = fd;
            else if (fd != -EAGAIN)
                r = fd;
        }
        io_uring_cq_advance(&server->ring, seen);
        if (r < 0)
            return r;
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
        int r = floor_io_uring_enter(server, clock_now_ns() + NS_PER_S);
        unsigned head, seen = 0;
        struct io_uring_cqe *cqe;
        io_uring_for_each_cqe(&server->ring, head, cqe)
        {
            int fd = floor_io_uring_result_of(server, cqe);
            seen++;
            if (fd >= 0)
                sys.close(fd);
        }
        io_uring_cq_advance(&server->ring, seen);
        if (r < 0)
            return r;
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
    return floor_io_uring_submit(server);
}

static int floor_drop(struct accept_server *server)
{
    while (server->count > server->held)
        sys.close(server->fds[--server->count]);
    return 0;
}

static int floor_serve(struct accept_server *server, uint64_t deadline_ns, uint64_t *accepted)
{
    *accepted = 0;
    for (;;) {
        int r = floor_io_uring_arm(server);
        if (r == 0)
            r = floor_io_uring_enter(server, deadline_ns);
        unsigned head, seen = 0;
        struct io_uring_cqe *cqe;
        io_uring_for_each_cqe(&server->ring, head, cqe)
        {
            int step = floor_io_uring_result_of(server, cqe);
            seen++;
            if (step >= 0) {
                ++*accepted;
                step = floor_io_uring_close_accepted(server, step);
            }
            if (step < 0 && step != -EAGAIN)
                r = step;
        }
        io_uring_cq_advance(&server->ring, seen);
        if (r == -ETIMEDOUT || (r == 0 && clock_now_ns() >= deadline_ns))
            return 0;
        if (r < 0)
            return r;
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
    int r = floor_io_uring_open_ring(&ring);
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
