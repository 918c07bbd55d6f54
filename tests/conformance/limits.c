/* Numbers: high descriptors, many sources, small queues, and configurations that must be refused.
 */
#include "tests/conformance/cases.h"
#include "tests/conformance/network.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

/* The same open file at a number of at least `lowest`. */
static int move_up(int fd, int lowest)
{
    int high = fcntl(fd, F_DUPFD, lowest);
    expect_that(high, >=, lowest);
    close(fd);
    return high;
}

static void use_high_descriptors(struct fixture *f, int lowest)
{
    struct sockaddr_in address;
    int ends[2];
    struct endpoint *server =
        adopt(f, move_up(listen_anywhere(8, &address), lowest), IO_WANT_ACCEPT);
    int peer = peer_connect(f, &address);
    unsigned accepts = server->accepts;
    WAIT_UNTIL(f, server->accepts == accepts + 1);
    struct endpoint *source = adopt(f, move_up(take_accepted(f), lowest), IO_WANT_RECV);
    expect_equal(peer_send_pattern(peer, 0, 5000), 5000);
    WAIT_UNTIL(f, source->received == 5000);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");

    struct io_send send = {.data = "up here", .length = 7};
    if (start_send(f, source, &send) == 0)
        WAIT_UNTIL(f, source->sends == 1);
    expect_equal(send.sent, 7);

    expect_equal(pipe(ends), 0);
    peer_track(f, ends[1]);
    struct endpoint *reader = adopt(f, move_up(ends[0], lowest), IO_WANT_READABLE);
    expect_quiet(f, 5);
    expect_equal(write(ends[1], "a", 1), 1);
    WAIT_UNTIL(f, reader->polls == 2);
    release_wholly(f, reader);
    peer_reset(f, peer);
    WAIT_UNTIL(f, source->receive_errors + source->ends == 1);
    release_wholly(f, source);
    release_wholly(f, server);
}

void descriptors_above_FD_SETSIZE_work_like_any_other(struct fixture *f)
{
    struct rlimit limit;
    need_descriptors(f, 5100);
    expect_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    backend_start(f);
    use_high_descriptors(f, FD_SETSIZE - 1);
    use_high_descriptors(f, 5000);
    use_high_descriptors(f, 64);
    use_high_descriptors(f, limit.rlim_cur > 60000 ? 60000 : (int)limit.rlim_cur - 8);
    use_high_descriptors(f, 3);
}

/* Bytes to each of `count` sources, in an order that is not theirs, and an end of file at last. */
static void use_many_sources(struct fixture *f, unsigned count)
{
    struct endpoint **sources = calloc(count, sizeof *sources);
    int *peers = calloc(count, sizeof *peers);
    need_descriptors(f, 2 * count + 50);
    backend_start(f);
    for (unsigned i = 0; i < count; i++)
        sources[i] = connection(f, &peers[i], IO_WANT_RECV);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < count; i++)
            expect_equal(peer_send_pattern(peers[i * 7919 % count], 20 * round, 20), 20);
        for (unsigned i = 0; i < count; i++)
            WAIT_UNTIL(f, sources[i]->received == 20 * (round + 1));
        /* All of them change between two waits. */
        for (unsigned i = 0; i < count; i++)
            set_interest(f, sources[i], 0);
        wait_once(f, 0);
        for (unsigned i = 0; i < count; i++)
            set_interest(f, sources[i], IO_WANT_RECV);
    }
    for (unsigned i = 0; i < count; i += 2)
        shutdown(peers[i], SHUT_WR);
    for (unsigned i = 0; i < count; i += 2)
        WAIT_UNTIL(f, sources[i]->ends == 1);
    expect_quiet(f, 10);
    for (unsigned i = 0; i < count; i++) {
        expect(!sources[i]->garbled, "every byte in its place: none lost, doubled or swapped");
        if (i % 4 == 1)
            release(f, sources[i]);
    }
    for (unsigned i = 1; i < count; i += 4)
        WAIT_UNTIL(f, is_over(sources[i]));
    free(sources);
    free(peers);
}

void two_thousand_sources_are_all_served(struct fixture *f)
{
    use_many_sources(f, 2000);
}

/* What is sent here has arrived when the call is over, as it need not have over TCP. */
static struct endpoint *local_connection(struct fixture *f, int *peer, uint16_t want)
{
    int ends[2];
    expect_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    *peer = ends[1];
    peer_track(f, ends[1]);
    return adopt(f, ends[0], want);
}

/* In one wait; with SQPOLL in several, because a thread of the kernel posts results, and has to
 * find a CPU for that first. */
static void expect_all_at_once(struct fixture *f, int ready)
{
    unsigned waits = f->variant->asked & BACKEND_SQPOLL ? (unsigned)ready : 1;
    int seen = 0;
    for (unsigned i = 0; i < waits && seen < ready; i++)
        seen += wait_once(f, in_ms(1000));
    expect_equal(seen, ready);
}

/* Budgets are the same for all: who is given less per wait makes more waits for the same work. */
void a_wait_gives_all_that_is_ready_and_has_room(struct fixture *f)
{
    enum { READY = 100, ROOM = 256 };
    struct endpoint *sources[READY];
    int peers[READY];
    need_descriptors(f, 2 * READY + 50);
    f->config.buffer_count = 2 * ROOM;
    f->capacity = ROOM;
    backend_start(f);
    for (unsigned i = 0; i < READY; i++)
        sources[i] = local_connection(f, &peers[i], IO_WANT_RECV);
    expect_quiet(f, 5);
    for (unsigned round = 1; round <= 3; round++) {
        for (unsigned i = 0; i < READY; i++)
            peer_send(f, peers[i], "a", 1);
        expect_all_at_once(f, READY);
    }

    /* Who is readable is told again in each of several waits. */
    if (f->variant->asked & BACKEND_SQPOLL)
        return;
    for (unsigned i = 0; i < READY; i++)
        set_interest(f, sources[i], IO_WANT_READABLE);
    expect_quiet_after_withdrawal(f, 5);
    for (unsigned i = 0; i < READY; i++)
        peer_send(f, peers[i], "a", 1);
    expect_all_at_once(f, READY);
}

void an_event_array_of_a_thousand_is_served(struct fixture *f)
{
    f->capacity = CAPACITY_MAX;
    f->config.buffer_count = 1024;
    use_many_sources(f, 700);
}

/* Queues that overflow at once where there are any (io_uring); the others do not look at these
 * limits. */
void small_queues_and_few_buffers_lose_nothing(struct fixture *f)
{
    f->config.queue_depth = 2;
    f->config.completion_depth = 4;
    f->config.buffer_count = 2;
    f->config.buffer_size = 7;
    f->capacity = 5;
    use_many_sources(f, 150);
}

void a_configuration_out_of_range_is_refused(struct fixture *f)
{
    const struct {
        unsigned accept_budget, receive_budget, buffer_count, buffer_size;
    } bad[] = {
        {1, 1, 0, 4096},      {1, 1, 3, 4096}, {1, 1, 65536, 64},         {1, 1, 32769, 64},
        {1, 1, 1u << 31, 64}, {1, 1, 8, 0},    {1, 1, 8, (1u << 20) + 1}, {1, 1, 8, UINT32_MAX},
        {0, 1, 8, 4096},      {1, 0, 8, 4096},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct backend *backend = NULL;
        f->config.accept_budget = bad[i].accept_budget;
        f->config.receive_budget = bad[i].receive_budget;
        f->config.buffer_count = bad[i].buffer_count;
        f->config.buffer_size = bad[i].buffer_size;
        int r = backend_open(&backend, f->variant, &f->config);
        if (r >= 0)
            f->ops->close(backend);
        if (r != -EINVAL)
            fail_case("configuration %zu was answered with %d, not -EINVAL", i, r);
    }
}

void the_smallest_configuration_is_enough(struct fixture *f)
{
    int peer;
    f->config.accept_budget = f->config.receive_budget = 1;
    f->config.buffer_count = 1;
    f->config.buffer_size = 1;
    f->capacity = 1;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    expect_equal(peer_send_pattern(peer, 0, 300), 300);
    peer_close(f, peer);
    WAIT_UNTIL(f, source->ends == 1);
    expect_equal(source->receives, 300);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
}

void opening_and_closing_again_and_again_leaves_nothing(struct fixture *f)
{
    for (int i = 0; i < 100; i++) {
        backend_start(f);
        if (i % 2 == 0)
            expect_equal(wait_once(f, 0), 0);
        if (i % 3 == 0)
            expect_that(f->ops->wake(f->backend), >=, 0);
        backend_stop(f);
    }
}

void two_backends_in_one_thread_do_not_disturb_each_other(struct fixture *f)
{
    struct fixture other;
    struct endpoint *here, *there;
    int peer, far_peer;
    expect_equal(fixture_init(&other, f->variant), 0);
    backend_start(f);
    backend_start(&other);
    here = connection(f, &peer, IO_WANT_RECV);
    there = connection(&other, &far_peer, IO_WANT_RECV);
    wait_once(f, 0);
    wait_once(&other, 0);
    expect_equal(peer_send_pattern(peer, 0, 100), 100);
    expect_quiet(&other, 10);
    expect_equal(peer_send_pattern(far_peer, 0, 100), 100);
    expect_that(f->ops->wake(other.backend), >=, 0);
    WAIT_UNTIL(f, here->received == 100);
    expect_quiet(f, 10);
    WAIT_UNTIL(&other, there->received == 100 && other.wakes == 1);
    backend_stop(f);
    expect_equal(peer_send_pattern(far_peer, 100, 100), 100);
    WAIT_UNTIL(&other, there->received == 200);
    backend_stop(&other);
    fixture_close_peers(&other);
    fixture_free(&other);
}
