/* floor:io_uring of the echo workload: one multishot accept, one multishot receive per connection,
 * and a send from the very buffer that the kernel received into. Of each connection one send is
 * under way at a time, so that bytes keep their order. No system call but the enters.
 *
 * A receive that finds no buffer ends; it is made again once one has been given back. */
#include "harness/subjects/floor_io_uring.h"

#include "backends/accept_errors.h"
#include "backends/clock.h"
#include "backends/syscalls.h"
#include "backends/syscalls_io_uring.h"
#include "harness/subjects/echo_pump.h"
#include "harness/subjects/floor_io_uring_buffers.h"
#include "harness/subjects/floor_io_uring_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = -1 };

struct connection {
    int fd;
    /* Buffers that wait to be sent, the first one is on its way; NONE. */
    int first, last;
    /* Of the list of those whose receive has ended for want of a buffer; NONE. */
    int next_starved;
};

struct echo_server {
    struct io_uring ring;
    bool ring_is_open;
    int listener_fd;
    uint16_t port;
    unsigned capacity;
    struct echo_progress progress;
    struct backend_counters counters;
    struct floor_buffers buffers;
    /* By buffer: the next one of its connection, and the bytes in it. */
    int *next_buffer;
    unsigned *buffer_bytes;
    int first_starved;
    bool gave_buffer;
    /* The first progress.accepted are open; user_data has the place above the kind. */
    struct connection *connections;
};

static struct io_uring_sqe *submission(struct echo_server *server)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&server->ring);
    while (sqe == NULL) {
        server->counters.enters++;
        if (sys_io_uring.submit_and_get_events(&server->ring) < 0)
            return NULL;
        sqe = io_uring_get_sqe(&server->ring);
    }
    server->counters.submissions++;
    return sqe;
}

static int arm_accept(struct echo_server *server)
{
    struct io_uring_sqe *sqe = submission(server);
    if (sqe == NULL)
        return -EBUSY;
    io_uring_prep_multishot_accept(sqe, server->listener_fd, NULL, NULL, SOCK_CLOEXEC);
    sqe->user_data = ACCEPT;
    server->counters.changes++;
    return 0;
}

static int arm_receive(struct echo_server *server, unsigned place)
{
    struct io_uring_sqe *sqe = submission(server);
    if (sqe == NULL)
        return -EBUSY;
    floor_buffers_receive(sqe, server->connections[place].fd, (uint64_t)place << 8 | RECEIVE);
    server->counters.changes++;
    return 0;
}

/* MSG_WAITALL: the kernel goes on with a send that did not fit into the socket at once. */
static int send_first(struct echo_server *server, unsigned place)
{
    const struct connection *connection = &server->connections[place];
    struct io_uring_sqe *sqe = submission(server);
    if (sqe == NULL)
        return -EBUSY;
    io_uring_prep_send(sqe, connection->fd,
                       floor_buffers_data(&server->buffers, (unsigned)connection->first),
                       server->buffer_bytes[connection->first], MSG_WAITALL | MSG_NOSIGNAL);
    sqe->user_data = (uint64_t)place << 8 | SEND;
    return 0;
}

/* ---- completions ---- */

static int accepted(struct echo_server *server, const struct io_uring_cqe *cqe)
{
    int r = cqe->flags & IORING_CQE_F_MORE ? 0 : arm_accept(server);
    if (cqe->res < 0)
        return accept_error_passes(cqe->res) ? r : cqe->res;
    if (server->progress.accepted == server->capacity) {
        sys.close(cqe->res);
        return -ENOBUFS;
    }
    unsigned place = (unsigned)server->progress.accepted++;
    server->counters.events++;
    server->connections[place] =
        (struct connection){.fd = cqe->res, .first = NONE, .last = NONE, .next_starved = NONE};
    return r < 0 ? r : arm_receive(server, place);
}

static int received(struct echo_server *server, unsigned place, const struct io_uring_cqe *cqe)
{
    struct connection *connection = &server->connections[place];
    if (cqe->res == -ENOBUFS) {
        server->counters.starvations++;
        connection->next_starved = server->first_starved;
        server->first_starved = (int)place;
        return 0;
    }
    if (cqe->res <= 0)
        return cqe->res == 0 ? -ECONNRESET : cqe->res;
    int buffer = (int)(cqe->flags >> IORING_CQE_BUFFER_SHIFT), r = 0;
    server->counters.events++;
    server->buffer_bytes[buffer] = (unsigned)cqe->res;
    server->next_buffer[buffer] = NONE;
    bool idle = connection->first == NONE;
    if (idle)
        connection->first = buffer;
    else
        server->next_buffer[connection->last] = buffer;
    connection->last = buffer;
    if (idle)
        r = send_first(server, place);
    if (r == 0 && !(cqe->flags & IORING_CQE_F_MORE))
        r = arm_receive(server, place);
    return r;
}

static int sent(struct echo_server *server, unsigned place, const struct io_uring_cqe *cqe)
{
    struct connection *connection = &server->connections[place];
    int buffer = connection->first;
    if (cqe->res != (int)server->buffer_bytes[buffer])
        return cqe->res < 0 && cqe->res != -EPIPE ? cqe->res : -ECONNRESET;
    server->progress.bytes += (uint64_t)cqe->res;
    connection->first = server->next_buffer[buffer];
    floor_buffers_give(&server->buffers, (unsigned)buffer);
    server->gave_buffer = true;
    return connection->first == NONE ? 0 : send_first(server, place);
}

static int completed(struct echo_server *server, const struct io_uring_cqe *cqe)
{
    unsigned place = (unsigned)(cqe->user_data >> 8);
    server->counters.completions++;
    switch (cqe->user_data & 0xff) {
    case ACCEPT:
        return accepted(server, cqe);
    case RECEIVE:
        return received(server, place, cqe);
    default:
        return sent(server, place, cqe);
    }
}

/* All of them: one that has nothing to receive would keep the others waiting. */
static int receive_again(struct echo_server *server)
{
    int r = 0;
    server->gave_buffer = false;
    while (server->first_starved != NONE && r == 0) {
        unsigned place = (unsigned)server->first_starved;
        server->first_starved = server->connections[place].next_starved;
        server->counters.rearms++;
        r = arm_receive(server, place);
    }
    return r;
}

/* 0, -ETIME, or another -errno. */
static int enter(struct echo_server *server, uint64_t deadline_ns)
{
    struct timespec left = {0};
    clock_until(deadline_ns, &left);
    struct __kernel_timespec timeout = {.tv_sec = left.tv_sec, .tv_nsec = left.tv_nsec};
    struct io_uring_cqe *first;
    server->counters.waits++;
    server->counters.enters++;
    int r = sys_io_uring.submit_and_wait_timeout(&server->ring, &first, 1, &timeout, NULL);
    return r < 0 && r != -EINTR && r != -EBUSY ? r : 0;
}

static int floor_serve(struct echo_server *server, uint64_t deadline_ns)
{
    for (;;) {
        int r = enter(server, deadline_ns);
        unsigned head, seen = 0;
        struct io_uring_cqe *cqe;
        io_uring_for_each_cqe(&server->ring, head, cqe)
        {
            int stepped = completed(server, cqe);
            seen++;
            if (stepped < 0)
                r = stepped;
        }
        io_uring_cq_advance(&server->ring, seen);
        if (r == 0 && server->gave_buffer)
            r = receive_again(server);
        if (r == -ETIME || (r == 0 && clock_now_ns() >= deadline_ns))
            return 0;
        if (r < 0)
            return r;
    }
}

/* ---- opening and closing ---- */

static void floor_close(struct echo_server *server)
{
    if (server->ring_is_open)
        io_uring_queue_exit(&server->ring);
    for (uint64_t i = 0; i < server->progress.accepted; i++)
        sys.close(server->connections[i].fd);
    floor_buffers_close(&server->buffers);
    if (server->listener_fd >= 0)
        sys.close(server->listener_fd);
    free(server->connections);
    free(server->next_buffer);
    free(server->buffer_bytes);
    free(server);
}

static int take_memory(struct echo_server *server, const struct echo_setup *setup)
{
    unsigned buffers = setup->config->buffer_count;
    server->capacity = setup->capacity;
    server->connections = malloc(setup->capacity * sizeof *server->connections);
    server->next_buffer = calloc(buffers, sizeof *server->next_buffer);
    server->buffer_bytes = calloc(buffers, sizeof *server->buffer_bytes);
    if (!server->connections || !server->next_buffer || !server->buffer_bytes)
        return -ENOMEM;
    /* Touched before anything is timed. */
    memset(server->connections, 0, setup->capacity * sizeof *server->connections);
    return 0;
}

static int floor_open(struct echo_server **out, const struct echo_setup *setup, const char **what)
{
    *what = "allocating the connections";
    struct echo_server *server = calloc(1, sizeof *server);
    if (!server)
        return -ENOMEM;
    server->listener_fd = -1;
    server->first_starved = NONE;
    int r = take_memory(server, setup);
    if (r == 0) {
        *what = "setting up the ring";
        r = floor_io_uring_open_ring(&server->ring);
        server->ring_is_open = r == 0;
    }
    if (r == 0) {
        *what = "registering receive buffers";
        r = floor_buffers_open(&server->buffers, &server->ring, setup->config);
    }
    if (r == 0) {
        server->listener_fd = echo_listen(setup, false, &server->port, what);
        r = server->listener_fd < 0 ? server->listener_fd : arm_accept(server);
    }
    if (r < 0)
        floor_close(server);
    else
        *out = server;
    return r;
}

static uint16_t floor_port(const struct echo_server *server)
{
    return server->port;
}

static void floor_progress(const struct echo_server *server, struct echo_progress *progress)
{
    *progress = server->progress;
}

static void floor_counters(const struct echo_server *server, struct backend_counters *counters)
{
    *counters = server->counters;
}

static uint32_t floor_granted(const struct echo_server *server)
{
    (void)server;
    return FLOOR_IO_URING_FEATURES | BACKEND_BUFFER_RING;
}

const struct echo_ops floor_io_uring_echo = {
    .open = floor_open,
    .port = floor_port,
    .serve = floor_serve,
    .progress = floor_progress,
    .counters = floor_counters,
    .granted = floor_granted,
    .close = floor_close,
};
