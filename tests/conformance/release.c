/* Releasing: what is gone is gone, whatever the kernel still has to say about it. */
#include "tests/conformance/cases.h"
#include "tests/conformance/network.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

void adopting_and_releasing_without_a_wait_between_leaves_nothing(struct fixture *f)
{
    backend_start(f);
    for (int i = 0; i < 200; i++) {
        int ends[2];
        expect_equal(pipe(ends), 0);
        struct endpoint *source = adopt(f, ends[0], i % 2 == 0 ? IO_WANT_READABLE : 0);
        release_wholly(f, source);
        expect(!descriptor_is_open(ends[0]), "the descriptor to be closed");
        close(ends[1]);
    }
    expect_equal(wait_once(f, 0), 0);
}

/* Accepted ones, which may be no descriptors of the process (io_uring:+direct): Linux 6.1 closes
 * such a one up to a second late. */
void the_peer_of_a_released_connection_sees_its_end_within_200_ms(struct fixture *f)
{
    struct sockaddr_in address;
    backend_start(f);
    struct endpoint *server = listener(f, 8, &address, IO_WANT_ACCEPT);
    for (unsigned round = 0; round < 3; round++) {
        struct pollfd peer = {.fd = peer_connect(f, &address), .events = POLLIN};
        WAIT_UNTIL(f, server->accepts == round + 1);
        release_wholly(f, adopt(f, take_accepted(f), IO_WANT_RECV));
        if (poll(&peer, 1, 200) == 0)
            fail_case("the peer saw no end within 200 ms of the release, round %u", round);
        expect(peer_sees_the_end(peer.fd), "the peer to see the end");
    }
}

void a_release_is_over_at_once_or_by_one_closed_result(struct fixture *f)
{
    struct endpoint *sources[30];
    int fds[30], peers[30];
    unsigned announced = 0, closed = 0;
    backend_start(f);
    for (int i = 0; i < 30; i++) {
        sources[i] = connection(f, &peers[i], i % 3 == 0 ? 0 : IO_WANT_RECV);
        fds[i] = sources[i]->source.fd;
        if (i % 3 == 2)
            expect_equal(peer_send_pattern(peers[i], 0, 100), 100);
    }
    wait_once(f, 0);
    for (int i = 0; i < 30; i++)
        announced += release(f, sources[i]) == 0;
    while (closed < announced) {
        wait_some(f, "the IO_CLOSED that were announced");
        closed = 0;
        for (int i = 0; i < 30; i++)
            closed += sources[i]->closes;
    }
    expect_quiet(f, 20);
    for (int i = 0; i < 30; i++) {
        expect_between(sources[i]->closes, 0, 1, "IO_CLOSED of one source");
        expect(!descriptor_is_open(fds[i]), "the descriptor to be closed");
        expect(peer_sees_the_end(peers[i]), "the peer to see the end of the connection");
    }
}

static void release_first_receiver(struct fixture *f, struct endpoint *endpoint,
                                   const struct io_event *event)
{
    if (event->kind == IO_RECV)
        release(f, endpoint);
}

void a_source_released_by_its_own_result_yields_no_more(struct fixture *f)
{
    int peer;
    f->config.buffer_size = 16;
    f->config.receive_budget = 4;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    expect_equal(peer_send_pattern(peer, 0, 1000), 1000);
    f->on_event = release_first_receiver;
    WAIT_UNTIL(f, is_over(source));
    expect_quiet(f, 20);
    expect_equal(source->receives, 0);
}

/* Whichever of them is told first releases all the others. */
static void release_the_others(struct fixture *f, struct endpoint *endpoint,
                               const struct io_event *event)
{
    struct endpoint **sources = f->context;
    if (event->kind != IO_RECV)
        return;
    for (int i = 0; i < 10; i++)
        if (sources[i] != endpoint && sources[i]->state == ENDPOINT_ADOPTED)
            release(f, sources[i]);
}

static void release_others_in_one_batch(struct fixture *f, unsigned capacity)
{
    struct endpoint *sources[10];
    int peers[10], fds[10];
    unsigned served = 0;
    f->capacity = capacity;
    backend_start(f);
    for (int i = 0; i < 10; i++) {
        sources[i] = connection(f, &peers[i], IO_WANT_RECV);
        fds[i] = sources[i]->source.fd;
    }
    wait_once(f, 0);
    for (int i = 0; i < 10; i++)
        expect_equal(peer_send_pattern(peers[i], 0, 10), 10);
    f->on_event = release_the_others;
    f->context = sources;
    wait_some(f, "bytes of any of ten sources");
    for (int i = 0; i < 10; i++) {
        WAIT_UNTIL(f, sources[i]->state != ENDPOINT_CLOSING);
        served += sources[i]->received == 10;
    }
    expect_quiet(f, 20);
    expect_equal(served, 1);
    for (int i = 0; i < 10; i++)
        expect_equal(descriptor_is_open(fds[i]), sources[i]->state == ENDPOINT_ADOPTED);
}

void sources_released_in_the_batch_that_has_results_of_them_yield_no_more(struct fixture *f)
{
    release_others_in_one_batch(f, 64);
}

void ready_sources_that_the_event_array_had_no_room_for_can_be_released(struct fixture *f)
{
    release_others_in_one_batch(f, 1);
}

void both_ends_of_a_connection_can_be_released_in_one_batch(struct fixture *f)
{
    int ends[2];
    struct endpoint *sources[10] = {NULL};
    f->config.buffer_size = 16;
    backend_start(f);
    connect_pair(f, ends);
    for (int i = 0; i < 2; i++)
        expect_equal(peer_send_pattern(ends[i], 0, 100), 100);
    for (int i = 0; i < 10; i++)
        sources[i] = i < 2 ? adopt(f, ends[i], IO_WANT_RECV) : sources[0];
    f->on_event = release_the_others;
    f->context = sources;
    wait_some(f, "bytes of either end");
    f->on_event = release_first_receiver;
    for (int i = 0; i < 2; i++)
        WAIT_UNTIL(f, is_over(sources[i]));
    expect_quiet(f, 20);
    for (int i = 0; i < 2; i++)
        expect(!descriptor_is_open(ends[i]), "the descriptor to be closed");
}

/* A new connection with the descriptor number `fd`. */
static int connect_as(struct fixture *f, int fd)
{
    int ends[2];
    connect_pair(f, ends);
    if (ends[1] == fd)
        ends[1] = dup(fd); /* makes room; the number itself is taken over below */
    peer_track(f, ends[1]);
    if (ends[0] != fd) {
        expect_equal(dup2(ends[0], fd), fd);
        close(ends[0]);
    }
    return ends[1];
}

void a_descriptor_number_used_again_at_once_hears_nothing_of_the_old_one(struct fixture *f)
{
    int old_peer;
    backend_start(f);
    struct endpoint *old = connection(f, &old_peer, IO_WANT_RECV);
    wait_once(f, 0);
    for (int round = 0; round < 20; round++) {
        int fd = old->source.fd;
        expect_equal(peer_send_pattern(old_peer, 0, 100), 100);
        if (round % 2 == 0)
            peer_close(f, old_peer);
        if (round % 3 == 0)
            WAIT_UNTIL(f, old->received > 0);
        release_wholly(f, old);
        int new_peer = connect_as(f, fd);
        struct endpoint *new = adopt(f, fd, IO_WANT_RECV);
        expect_quiet(f, 5);
        expect_equal(peer_send_pattern(new_peer, 0, 50), 50);
        WAIT_UNTIL(f, new->received == 50);
        expect_equal(new->results, new->receives);
        old = new;
        old->received = 0;
        old_peer = new_peer;
    }
}

/* man 7 epoll, Q6: a registration lives as long as the open file, which a duplicate or a child
 * keeps. */
void a_duplicate_of_a_released_descriptor_delivers_nothing_and_does_not_spin(struct fixture *f)
{
    int peers[2], writer;
    backend_start(f);
    struct endpoint *sources[] = {connection(f, &peers[0], IO_WANT_RECV),
                                  connection(f, &peers[1], IO_WANT_RECV),
                                  pipe_reader(f, &writer, IO_WANT_READABLE)};
    wait_once(f, 0);
    for (int i = 0; i < 3; i++)
        peer_track(f, dup(sources[i]->source.fd));
    set_interest(f, sources[1], 0); /* released while the kernel has yet to be told this */
    for (int i = 0; i < 3; i++)
        release_wholly(f, sources[i]);
    for (int i = 0; i < 2; i++)
        expect_equal(peer_send_pattern(peers[i], 0, 100), 100);
    expect_equal(write(writer, "a", 1), 1);
    expect_quiet(f, 50);
    peer_close(f, writer);
    peer_reset(f, peers[0]);
    expect_quiet(f, 50);
    /* Where the kernel keeps registrations, they are to be gone, not only ignored. */
    if (f->variant->tier == TIER_READINESS)
        expect_equal(f->backend->counters.stale_drops, 0);
}

/* The generation is what tells a late event of the old source from one of the new. */
void a_slot_that_is_used_again_has_another_generation(struct fixture *f)
{
    struct token {
        uint32_t slot, generation;
    } seen[300];
    backend_start(f);
    for (int i = 0; i < 300; i++) {
        int ends[2];
        expect_equal(pipe(ends), 0);
        struct endpoint *source = adopt(f, ends[0], IO_WANT_READABLE);
        seen[i] = (struct token){source->source.slot, source->source.generation};
        for (int before = 0; before < i; before++)
            if (seen[before].slot == seen[i].slot)
                expect_that(seen[before].generation, !=, seen[i].generation);
        if (i % 3 == 0)
            wait_once(f, 0);
        release_wholly(f, source);
        close(ends[1]);
    }
}

void a_source_released_with_its_change_still_untold_is_forgotten(struct fixture *f)
{
    int peer;
    backend_start(f);
    struct endpoint *stays = connection(f, &peer, IO_WANT_RECV);
    for (int i = 0; i < 10; i++) {
        int other;
        struct endpoint *source = connection(f, &other, IO_WANT_RECV);
        if (i % 2 == 0)
            wait_once(f, 0);
        set_interest(f, source, i % 3 == 0 ? 0 : IO_WANT_READABLE);
        expect_equal(peer_send_pattern(other, 0, 10), 10);
        release_wholly(f, source);
    }
    expect_quiet(f, 20);
    expect_equal(peer_send_pattern(peer, 0, 10), 10);
    WAIT_UNTIL(f, stays->received == 10);
}

void released_sources_give_every_buffer_back(struct fixture *f)
{
    int peer;
    f->config.buffer_count = 4;
    f->config.buffer_size = 64;
    f->config.receive_budget = 2;
    backend_start(f);
    for (int i = 0; i < 50; i++) {
        struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
        expect_equal(peer_send_pattern(peer, 0, 2000), 2000);
        f->hold_buffers = i % 2 == 1; /* kept beyond the release of their source */
        if (i % 2 == 1)
            WAIT_UNTIL(f, f->held_count == 4);
        else if (i % 4 == 0)
            wait_some(f, "the first bytes");
        release_wholly(f, source);
        recycle_all(f);
        peer_close(f, peer);
    }
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    f->hold_buffers = true;
    expect_equal(peer_send_pattern(peer, 0, 256), 256);
    WAIT_UNTIL(f, f->held_count == 4);
    expect_equal(source->received, 256);
}

void sources_that_wait_for_a_buffer_can_be_released(struct fixture *f)
{
    struct endpoint *sources[8];
    int peers[8];
    f->config.buffer_count = 2;
    f->config.buffer_size = 64;
    backend_start(f);
    f->hold_buffers = true;
    for (int i = 0; i < 8; i++) {
        sources[i] = connection(f, &peers[i], IO_WANT_RECV);
        expect_equal(peer_send_pattern(peers[i], 0, 1000), 1000);
    }
    WAIT_UNTIL(f, f->held_count == 2);
    expect_quiet(f, 10);
    for (int i = 1; i < 8; i++)
        release_wholly(f, sources[i]);
    f->hold_buffers = false;
    recycle_all(f);
    WAIT_UNTIL(f, sources[0]->received == 1000);
    expect(!sources[0]->garbled, "every byte in its place: none lost, doubled or swapped");
    expect_quiet(f, 10);
}

void connections_that_come_and_go_leave_no_late_result(struct fixture *f)
{
    struct sockaddr_in address;
    backend_start(f);
    struct endpoint *server = listener(f, 64, &address, IO_WANT_ACCEPT);
    for (unsigned round = 0; round < 40; round++) {
        struct endpoint *accepted[5];
        int peers[5];
        for (int i = 0; i < 5; i++) {
            peers[i] = peer_connect(f, &address);
            expect_equal(peer_send_pattern(peers[i], 0, 10), 10);
        }
        WAIT_UNTIL(f, server->accepts == 5 * (round + 1));
        for (int i = 0; i < 5; i++)
            accepted[i] = adopt(f, take_accepted(f), IO_WANT_RECV);
        for (int i = 0; i < 5; i++) {
            WAIT_UNTIL(f, accepted[i]->received == 10);
            peer_close(f, peers[i]);
            if (i % 2 == 0)
                WAIT_UNTIL(f, accepted[i]->ends == 1);
            release_wholly(f, accepted[i]);
        }
    }
    expect_quiet(f, 20);
}
