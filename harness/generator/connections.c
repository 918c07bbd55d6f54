#include "harness/generator/connections.h"

#include "backends/clock.h"
#include "harness/generator/generator_wait.h"
#include "harness/base/problem.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Handshakes under way at once, of each thread: together well under tcp_max_syn_backlog, so that
 * none needs a second try. */
#define WINDOW 64

/* Fewer are not worth waking another thread for. */
#define SHARED_MIN 16

/* What the threads have in common: each takes the next connection that nobody has taken. */
struct fill {
    const struct control *control;
    /* Of the connections that are made; -1 while it is not complete. */
    int *fds;
    /* Sockets to be used again, by place; -1: there is none. */
    int *spares;
    size_t count, spare_count;
    atomic_size_t next, done;
    /* -errno, of the thread that failed first; then all end. */
    atomic_int error;
};

/* One thread's part. */
struct hand {
    struct fill *fill;
    /* Its own: it keeps the source address that is next. */
    struct target target;
    struct source_addresses sources;
    struct generator_wait *wait;
    /* By token: what it is to be, -1: free, and its place in fill->fds. */
    int pending[WINDOW];
    size_t place[WINDOW];
    unsigned pending_count;
    bool all_taken;
    /* When its last connection was completed. */
    uint64_t progress_ns;
};

void connections_hold(struct connections *connections)
{
    connections->held = connections->count;
}

/* ---- ending them ---- */

struct drop {
    const int *fds;
    /* Where the sockets go; NULL: nowhere, they are closed. */
    int *spares;
    size_t count;
    atomic_size_t next;
};

static void drop_some(void *context)
{
    struct drop *drop = context;
    for (size_t i; (i = atomic_fetch_add(&drop->next, 1)) < drop->count;) {
        bool spared = drop->spares != NULL && target_disconnect(drop->fds[i]) == 0;
        if (drop->spares != NULL)
            drop->spares[i] = spared ? drop->fds[i] : -1;
        if (!spared)
            close(drop->fds[i]);
    }
}

static void drop_all_but(struct connections *connections, size_t keep, int *spares)
{
    if (connections->count == keep)
        return;
    struct drop drop = {
        .fds = connections->fds + keep, .spares = spares, .count = connections->count - keep};
    bool shared = connections->helper != NULL && drop.count >= SHARED_MIN;
    if (shared)
        helper_begin(connections->helper, drop_some, &drop);
    drop_some(&drop);
    if (shared)
        helper_wait(connections->helper);
    connections->count = keep;
}

static void close_spares(struct connections *connections)
{
    while (connections->spare_count > 0) {
        int fd = connections->spares[--connections->spare_count];
        if (fd >= 0)
            close(fd);
    }
}

/* Without memory for them there are no spares. */
void connections_drop(struct connections *connections)
{
    size_t count = connections->count - connections->held;
    close_spares(connections);
    if (count > connections->spare_capacity) {
        int *spares = realloc(connections->spares, count * sizeof *spares);
        if (spares != NULL) {
            connections->spares = spares;
            connections->spare_capacity = count;
        }
    }
    bool spared = count > 0 && count <= connections->spare_capacity;
    drop_all_but(connections, connections->held, spared ? connections->spares : NULL);
    connections->spare_count = spared ? count : 0;
}

void connections_release(struct connections *connections)
{
    connections->held = 0;
    close_spares(connections);
    drop_all_but(connections, 0, NULL);
}

void connections_free(struct connections *connections)
{
    connections_release(connections);
    free(connections->fds);
    free(connections->spares);
    *connections = (struct connections){.helper = connections->helper};
}

/* ---- making them ---- */

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

static void complete(struct hand *hand, size_t place, int fd)
{
    hand->fill->fds[place] = fd;
    atomic_fetch_add(&hand->fill->done, 1);
    hand->progress_ns = clock_now_ns();
}

/* A spare that cannot be connected again is no loss: a new one may have another source address. */
static int connect_place(struct hand *hand, size_t place, int *fd)
{
    struct fill *fill = hand->fill;
    int spare = place < fill->spare_count ? fill->spares[place] : -1;
    if (spare >= 0) {
        fill->spares[place] = -1;
        int r = target_connect_again(&hand->target, spare);
        *fd = spare;
        if (r >= 0)
            return r;
        close(spare);
    }
    return target_connect(&hand->target, fd);
}

static int start_one(struct hand *hand)
{
    int fd;
    size_t place = atomic_fetch_add(&hand->fill->next, 1);
    if (place >= hand->fill->count) {
        hand->all_taken = true;
        return 0;
    }
    int r = connect_place(hand, place, &fd);
    if (r < 0)
        return r;
    if (r == 1) {
        complete(hand, place, fd);
        return 0;
    }
    uint32_t token = 0;
    while (hand->pending[token] >= 0)
        token++;
    r = generator_wait_add(hand->wait, fd, GENERATOR_WRITABLE, token);
    if (r < 0) {
        close(fd);
        return r;
    }
    hand->pending[token] = fd;
    hand->place[token] = place;
    hand->pending_count++;
    return 0;
}

static int settle(struct hand *hand, uint32_t token)
{
    int fd = hand->pending[token], number = 0;
    socklen_t size = sizeof number;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) < 0)
        number = errno;
    if (number)
        return -number;
    generator_wait_remove(hand->wait, fd, token);
    hand->pending[token] = -1;
    hand->pending_count--;
    complete(hand, hand->place[token], fd);
    return 0;
}

/* Takes what is complete; waits for it when the window is full or nothing is left to start. */
static int collect(struct hand *hand)
{
    uint32_t ready[WINDOW + 1];
    uint64_t timeout_ns = hand->progress_ns + CONNECT_TIMEOUT_NS;
    bool must_wait = hand->pending_count == WINDOW || (hand->pending_count && hand->all_taken);
    int count = generator_wait_next(hand->wait, must_wait ? timeout_ns : 0, ready, WINDOW + 1);
    if (count < 0)
        return count;
    for (int i = 0; i < count; i++) {
        int r = 0;
        if (ready[i] < WINDOW)
            r = settle(hand, ready[i]);
        else if (control_ended(hand->fill->control))
            r = -ECANCELED;
        else /* a command that came early waits its turn */
            generator_wait_remove(hand->wait, hand->fill->control->fd, WINDOW);
        if (r < 0)
            return r;
    }
    return count == 0 && must_wait && clock_now_ns() >= timeout_ns ? -ETIMEDOUT : 0;
}

static int make_some(struct hand *hand)
{
    struct fill *fill = hand->fill;
    int r = generator_wait_add(hand->wait, fill->control->fd, GENERATOR_READABLE, WINDOW);
    hand->progress_ns = clock_now_ns();
    while (r == 0 && (!hand->all_taken || hand->pending_count) && atomic_load(&fill->error) == 0) {
        for (unsigned i = 0; i < WINDOW && r == 0; i++)
            if (!hand->all_taken && hand->pending_count < WINDOW)
                r = start_one(hand);
        if (r == 0)
            r = collect(hand);
    }
    for (uint32_t token = 0; token < WINDOW; token++)
        if (hand->pending[token] >= 0)
            generator_wait_close_fd(hand->wait, hand->pending[token], token);
    return r;
}

static void run_hand(void *context)
{
    struct hand *hand = context;
    int r = generator_wait_open(&hand->wait, WINDOW + 1), none = 0;
    if (r == 0) {
        r = make_some(hand);
        generator_wait_close(hand->wait);
    }
    if (r < 0)
        atomic_compare_exchange_strong(&hand->fill->error, &none, r);
}

static void hand_set(struct hand *hand, struct fill *fill, const struct target *target)
{
    hand->fill = fill;
    hand->target = *target;
    if (target->sources != NULL) {
        hand->sources = *target->sources;
        hand->target.sources = &hand->sources;
    }
    memset(hand->pending, 0xff, sizeof hand->pending);
}

static void run_fill(struct fill *fill, struct target *target, struct helper *helper)
{
    struct hand own = {0}, other = {0};
    bool shared = helper != NULL && fill->count >= SHARED_MIN;
    hand_set(&own, fill, target);
    hand_set(&other, fill, target);
    if (shared)
        helper_begin(helper, run_hand, &other);
    run_hand(&own);
    if (shared)
        helper_wait(helper);
    if (target->sources != NULL)
        target->sources->next = own.sources.next;
}

int connections_fill(struct connections *connections, struct target *target, size_t count,
                     const struct control *control, char *problem)
{
    size_t before = connections->count;
    int r = count > CONNECTIONS_MAX - before ? -E2BIG : reserve(connections, count);
    if (r == -E2BIG)
        return problem_say(problem, r, "the generator keeps at most %u connections",
                           CONNECTIONS_MAX);
    if (r < 0)
        return target_problem(target, r, 0, count, problem);
    struct fill fill = {
        .control = control,
        .fds = connections->fds + before,
        .spares = connections->spares,
        .count = count,
        .spare_count = connections->spare_count,
    };
    memset(fill.fds, 0xff, count * sizeof *fill.fds);
    run_fill(&fill, target, connections->helper);
    close_spares(connections);
    r = atomic_load(&fill.error);
    if (r == 0) {
        connections->count += count;
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        if (fill.fds[i] >= 0)
            close(fill.fds[i]);
    return target_problem(target, r, atomic_load(&fill.done), count, problem);
}
