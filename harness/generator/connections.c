#include "harness/generator/connections.h"

#include "backends/clock.h"
#include "harness/generator/generator_wait.h"
#include "harness/base/problem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Handshakes under way at once: well under tcp_max_syn_backlog, so that none needs a second try. */
#define WINDOW 128

struct fill {
    struct connections *connections;
    struct target *target;
    const struct control *control;
    struct generator_wait *wait;
    size_t to_start;
    /* By token; -1: free. */
    int pending[WINDOW];
    unsigned pending_count;
    /* When the last connection was completed. */
    uint64_t progress_ns;
};

void connections_hold(struct connections *connections)
{
    connections->held = connections->count;
}

void connections_drop(struct connections *connections, size_t keep)
{
    while (connections->count > keep)
        close(connections->fds[--connections->count]);
}

void connections_free(struct connections *connections)
{
    connections_drop(connections, 0);
    free(connections->fds);
    *connections = (struct connections){0};
}

static int reserve(struct connections *connections, size_t more)
{
    size_t needed = connections->count + more;
    if (needed <= connections->capacity)
        return 0;
    int *fds = realloc(connections->fds, needed * sizeof *fds);
    if (!fds)
        return -ENOMEM;
    connections->fds = fds;
    connections->capacity = needed;
    return 0;
}

static void complete(struct fill *fill, int fd)
{
    fill->connections->fds[fill->connections->count++] = fd;
    fill->progress_ns = clock_now_ns();
}

static int start_one(struct fill *fill)
{
    int fd;
    int r = target_connect(fill->target, &fd);
    if (r < 0)
        return r;
    fill->to_start--;
    if (r == 1) {
        complete(fill, fd);
        return 0;
    }
    uint32_t token = 0;
    while (fill->pending[token] >= 0)
        token++;
    r = generator_wait_add(fill->wait, fd, GENERATOR_WRITABLE, token);
    if (r < 0) {
        close(fd);
        return r;
    }
    fill->pending[token] = fd;
    fill->pending_count++;
    return 0;
}

static int settle(struct fill *fill, uint32_t token)
{
    int fd = fill->pending[token], number = 0;
    socklen_t size = sizeof number;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) < 0)
        number = errno;
    if (number)
        return -number;
    generator_wait_remove(fill->wait, fd, token);
    fill->pending[token] = -1;
    fill->pending_count--;
    complete(fill, fd);
    return 0;
}

/* Takes what is complete; waits for it when the window is full or nothing is left to start. */
static int collect(struct fill *fill)
{
    uint32_t ready[WINDOW + 1];
    uint64_t timeout_ns = fill->progress_ns + CONNECT_TIMEOUT_NS;
    bool must_wait = fill->pending_count == WINDOW || (fill->pending_count && !fill->to_start);
    int count = generator_wait_next(fill->wait, must_wait ? timeout_ns : 0, ready, WINDOW + 1);
    if (count < 0)
        return count;
    for (int i = 0; i < count; i++) {
        int r = 0;
        if (ready[i] < WINDOW)
            r = settle(fill, ready[i]);
        else if (control_ended(fill->control))
            r = -ECANCELED;
        else /* a command that came early waits its turn */
            generator_wait_remove(fill->wait, fill->control->fd, WINDOW);
        if (r < 0)
            return r;
    }
    return count == 0 && must_wait && clock_now_ns() >= timeout_ns ? -ETIMEDOUT : 0;
}

static int run(struct fill *fill)
{
    int r = generator_wait_add(fill->wait, fill->control->fd, GENERATOR_READABLE, WINDOW);
    fill->progress_ns = clock_now_ns();
    while (r == 0 && (fill->to_start || fill->pending_count)) {
        for (unsigned i = 0; i < WINDOW && r == 0; i++)
            if (fill->to_start && fill->pending_count < WINDOW)
                r = start_one(fill);
        if (r == 0)
            r = collect(fill);
    }
    for (uint32_t token = 0; token < WINDOW; token++)
        if (fill->pending[token] >= 0)
            generator_wait_close_fd(fill->wait, fill->pending[token], token);
    return r;
}

int connections_fill(struct connections *connections, struct target *target, size_t count,
                     const struct control *control, char *problem)
{
    size_t before = connections->count;
    struct fill fill = {
        .connections = connections, .target = target, .control = control, .to_start = count};
    memset(fill.pending, 0xff, sizeof fill.pending);
    int r = count > CONNECTIONS_MAX - before ? -E2BIG : reserve(connections, count);
    if (r == 0)
        r = generator_wait_open(&fill.wait, WINDOW + 1);
    if (r == 0) {
        r = run(&fill);
        generator_wait_close(fill.wait);
    }
    if (r == 0)
        return 0;
    size_t done = connections->count - before;
    connections_drop(connections, before);
    if (r == -E2BIG)
        return problem_say(problem, r, "the generator keeps at most %u connections",
                           CONNECTIONS_MAX);
    return target_problem(target, r, done, count, problem);
}
