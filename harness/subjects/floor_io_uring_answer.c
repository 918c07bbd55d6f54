/* Exchanges (harness/contract/exchange.h) on a bare ring: one multishot receive per connection,
 * which brings the request and then the client's reset, into buffers that the kernel takes from a
 * ring; one send; one close. No system call but the enters. */
#include "harness/subjects/floor_io_uring_server.h"

#include "backends/clock.h"
#include "backends/registry.h"

#include <errno.h>

int floor_io_uring_exchanges_open(struct accept_server *server, const struct accept_setup *setup,
                                  const char **what)
{
    struct backend_config config = setup->config ? *setup->config : backend_default_config();
    *what = "registering receive buffers";
    int r = floor_buffers_open(&server->buffers, &server->ring, &config);
    if (r < 0)
        return r;
    *what = "allocating the exchanges";
    return exchanges_open(&server->exchanges, setup);
}

void floor_io_uring_exchanges_close(struct accept_server *server)
{
    exchanges_close(&server->exchanges);
    floor_buffers_close(&server->buffers);
}

static int arm_receive(struct accept_server *server, int fd)
{
    struct io_uring_sqe *sqe = floor_io_uring_submission(server);
    if (sqe == NULL)
        return -EBUSY;
    floor_buffers_receive(sqe, fd, (uint64_t)(unsigned)fd << 8 | RECEIVE);
    server->exchanges.by_fd[fd].receiving = true;
    server->counters.changes++;
    return 0;
}

/* MSG_WAITALL: the kernel goes on with a send that did not fit into the socket at once. */
static int respond(struct accept_server *server, int fd)
{
    struct io_uring_sqe *sqe = floor_io_uring_submission(server);
    if (sqe == NULL)
        return -EBUSY;
    io_uring_prep_send(sqe, fd, server->exchanges.response, server->exchanges.bytes,
                       MSG_WAITALL | MSG_NOSIGNAL);
    sqe->user_data = (uint64_t)(unsigned)fd << 8 | SEND;
    server->exchanges.by_fd[fd].sending = true;
    return 0;
}

/* A connection that was just accepted. */
static int exchange_begin(struct accept_server *server, int fd)
{
    int r = exchanges_begin(&server->exchanges, fd);
    return r < 0 ? r : arm_receive(server, fd);
}

static int exchange_received(struct accept_server *server, int fd, const struct io_uring_cqe *cqe)
{
    struct exchange *exchange = &server->exchanges.by_fd[fd];
    bool was_whole = exchange->received >= server->exchanges.bytes;
    exchange->receiving = cqe->flags & IORING_CQE_F_MORE;
    if (cqe->flags & IORING_CQE_F_BUFFER)
        floor_buffers_give(&server->buffers, cqe->flags >> IORING_CQE_BUFFER_SHIFT);
    if (cqe->res > 0) {
        server->counters.events++;
        exchange->received += (unsigned)cqe->res;
    } else if (cqe->res != -ENOBUFS) {
        exchange->ended = true;
    }
    int r = 0;
    if (!was_whole && exchange->received >= server->exchanges.bytes)
        r = respond(server, fd);
    if (r == 0 && !exchange->receiving && !exchange->ended)
        r = arm_receive(server, fd);
    return r;
}

/* One completion of an exchange. 1: its response was sent whole; 0; -errno. */
static int exchange_step(struct accept_server *server, const struct io_uring_cqe *cqe)
{
    int fd = (int)(cqe->user_data >> 8), r = 0;
    struct exchange *exchange = &server->exchanges.by_fd[fd];
    bool is_whole = false;
    server->counters.completions++;
    if ((cqe->user_data & 0xff) == RECEIVE) {
        r = exchange_received(server, fd, cqe);
    } else {
        exchange->sending = false;
        is_whole =
            cqe->res == (int)server->exchanges.bytes; /* else the receive brings the reason */
    }
    if (r == 0 && exchange->ended && !exchange->receiving && !exchange->sending) {
        exchange->is_open = false;
        r = floor_io_uring_close_accepted(server, fd);
    }
    return r < 0 ? r : is_whole;
}

static int step(struct accept_server *server, const struct io_uring_cqe *cqe, uint64_t *answered)
{
    unsigned kind = cqe->user_data & 0xff;
    int r;
    if (kind == RECEIVE || kind == SEND) {
        r = exchange_step(server, cqe);
        *answered += r > 0;
    } else {
        r = floor_io_uring_result_of(server, cqe);
        if (r >= 0)
            r = exchange_begin(server, r);
    }
    return r < 0 && r != -EAGAIN ? r : 0;
}

int floor_io_uring_answer(struct accept_server *server, uint64_t deadline_ns, uint64_t *answered)
{
    *answered = 0;
    for (;;) {
        int r = floor_io_uring_arm(server);
        if (r == 0)
            r = floor_io_uring_enter(server, deadline_ns);
        unsigned head, seen = 0;
        struct io_uring_cqe *cqe;
        io_uring_for_each_cqe(&server->ring, head, cqe)
        {
            int stepped = step(server, cqe, answered);
            seen++;
            if (stepped < 0)
                r = stepped;
        }
        io_uring_cq_advance(&server->ring, seen);
        if (r == -ETIMEDOUT || (r == 0 && clock_now_ns() >= deadline_ns))
            return 0;
        if (r < 0)
            return r;
    }
}
