/* Sending: whole, in order, one event or none, and never a signal. SIGPIPE keeps its default
 * action, which ends the process, in all of these. */
#include "tests/conformance/cases.h"
#include "tests/conformance/network.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define LARGE_BYTES ((size_t)4 << 20)

static unsigned char *pattern_new(uint64_t offset, size_t length)
{
    unsigned char *data = malloc(length);
    expect(data != NULL, "memory for the case");
    pattern_fill(data, offset, length);
    return data;
}

/* Reads at the peer what is there. */
static uint64_t drain_peer(int peer, uint64_t received)
{
    for (;;) {
        ssize_t n = peer_receive_pattern(peer, received, 65536);
        if (n <= 0)
            return received;
        received += (uint64_t)n;
    }
}

static bool reached_peer(struct fixture *f, int peer, uint64_t *received, uint64_t total)
{
    uint64_t limit_ns = clock_now_ns() + stall_ns();
    while (*received < total && clock_now_ns() < limit_ns) {
        uint64_t before = *received;
        *received = drain_peer(peer, before);
        if (*received > before)
            limit_ns = clock_now_ns() + stall_ns();
        if (*received < total)
            wait_once(f, in_ms(1));
    }
    return *received == total;
}

/* A send that cannot end before its reader reads, on a connection that is narrow for it. */
static unsigned char *start_large_send(struct fixture *f, struct endpoint *source,
                                       struct io_send *send)
{
    unsigned char *data = pattern_new(0, LARGE_BYTES);
    *send = (struct io_send){.data = data, .length = LARGE_BYTES};
    expect_equal(start_send(f, source, send), 0);
    return data;
}

void a_small_send_is_over_at_once_or_by_one_result(struct fixture *f)
{
    int peer;
    uint64_t received = 0;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, 0);
    for (unsigned i = 0, expected = 0; i < 20; i++) {
        unsigned char *data = pattern_new(100 * i, 100);
        struct io_send send = {.data = data, .length = 100};
        int r = start_send(f, source, &send);
        expect(r == 0 || r == 100, "the send to be over at once (100) or by a result (0)");
        expected += r == 0;
        WAIT_UNTIL(f, source->sends == expected);
        expect_equal(send.sent, 100);
        free(data);
    }
    expect(reached_peer(f, peer, &received, 2000), "all bytes to reach the peer");
    expect_quiet(f, 20);
}

void a_large_send_to_a_slow_reader_arrives_whole_with_one_result(struct fixture *f)
{
    int peer;
    uint64_t received = 0;
    struct io_send send;
    backend_start(f);
    struct endpoint *source = narrow_connection(f, &peer, 0);
    unsigned char *data = start_large_send(f, source, &send);
    expect_quiet(f, 20);
    expect(reached_peer(f, peer, &received, LARGE_BYTES), "all bytes to reach the peer");
    WAIT_UNTIL(f, source->sends > 0);
    expect_quiet(f, 20);
    expect_equal(source->sends, 1);
    expect_equal(source->send_result, LARGE_BYTES);
    free(data);
}

void sends_one_after_the_other_keep_their_order(struct fixture *f)
{
    int peer;
    uint64_t received = 0, offset = 0;
    backend_start(f);
    struct endpoint *source = narrow_connection(f, &peer, 0);
    for (size_t length = 1; length < 300000; length = length * 3 + 1) {
        unsigned char *data = pattern_new(offset, length);
        struct io_send send = {.data = data, .length = length};
        unsigned before = source->sends;
        offset += length;
        int r = start_send(f, source, &send);
        expect_that(r, >=, 0);
        if (r == 0) {
            expect(reached_peer(f, peer, &received, offset), "all bytes to reach the peer");
            WAIT_UNTIL(f, source->sends == before + 1);
        }
        free(data);
    }
    expect(reached_peer(f, peer, &received, offset), "all bytes to reach the peer");
    expect_quiet(f, 10);
}

static void lose_peer_in_mid_send(struct fixture *f, void (*leave)(struct fixture *, int))
{
    int peer;
    struct io_send send;
    backend_start(f);
    struct endpoint *source = narrow_connection(f, &peer, 0);
    unsigned char *data = start_large_send(f, source, &send);
    /* A thread of the kernel that sends may have to wait for a processor. */
    uint64_t limit_ns = clock_now_ns() + stall_ns();
    long received = -EAGAIN;
    while (received == -EAGAIN && clock_now_ns() < limit_ns) {
        wait_once(f, in_ms(5));
        received = peer_receive_pattern(peer, 0, 1000);
    }
    expect_equal(received, 1000);
    leave(f, peer);
    WAIT_UNTIL(f, source->sends > 0);
    expect(source->send_result == -EPIPE || source->send_result == -ECONNRESET,
           "the send to fail with EPIPE or ECONNRESET");
    free(data);
    expect_quiet(f, 20);
    expect_equal(source->sends, 1);
}

void a_peer_that_closes_in_mid_send_fails_it_without_a_signal(struct fixture *f)
{
    lose_peer_in_mid_send(f, peer_close);
}

void a_peer_that_resets_in_mid_send_fails_it_without_a_signal(struct fixture *f)
{
    lose_peer_in_mid_send(f, peer_reset);
}

void sending_to_a_peer_that_is_gone_fails_without_a_signal(struct fixture *f)
{
    int peer, failure = 0;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, 0);
    peer_reset(f, peer);
    /* The first one may still be taken, or report the reset itself; after it there is only a pipe
     * without a reader. */
    for (int i = 0; i < 3; i++) {
        struct io_send send = {.data = "gone", .length = 4};
        unsigned before = source->sends;
        failure = start_send(f, source, &send);
        if (failure == 0) {
            WAIT_UNTIL(f, source->sends == before + 1);
            failure = source->send_result;
        }
    }
    expect(failure == -EPIPE || failure == -ECONNRESET,
           "the send to fail with EPIPE or ECONNRESET");
    expect_quiet(f, 20);
}

void a_release_during_a_send_yields_no_result(struct fixture *f)
{
    int peer;
    struct io_send send;
    backend_start(f);
    struct endpoint *source = narrow_connection(f, &peer, IO_WANT_RECV);
    unsigned char *data = start_large_send(f, source, &send);
    wait_once(f, in_ms(2));
    release_wholly(f, source);
    /* Both are the case's again, now: whoever reads on reads garbage, or what is not there. */
    memset(data, 0, LARGE_BYTES);
    free(data);
    memset(&send, 0xa5, sizeof send);
    drain_peer(peer, 0);
    expect_quiet(f, 20);
    expect_equal(source->sends, 0);
    expect(peer_sees_the_end(peer), "the peer to see the end of the connection");
}

void sending_and_receiving_on_one_source_do_not_disturb_each_other(struct fixture *f)
{
    int peer;
    struct io_send send;
    uint64_t from_source = 0, to_source = 0;
    f->config.buffer_size = 1000;
    backend_start(f);
    struct endpoint *source = narrow_connection(f, &peer, IO_WANT_RECV);
    unsigned char *data = start_large_send(f, source, &send);
    uint64_t limit_ns = clock_now_ns() + stall_ns();
    while (from_source < LARGE_BYTES || source->received < 1000000) {
        to_source += peer_send_pattern(peer, to_source, 1000000 - to_source);
        uint64_t before = from_source;
        from_source = drain_peer(peer, from_source);
        if (wait_once(f, in_ms(1)) > 0 || from_source > before)
            limit_ns = clock_now_ns() + stall_ns();
        if (clock_now_ns() > limit_ns)
            fail_case("stalled: %llu bytes sent, %llu received", (unsigned long long)from_source,
                      (unsigned long long)source->received);
    }
    WAIT_UNTIL(f, source->sends == 1);
    expect_equal(source->received, 1000000);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
    free(data);
    expect_quiet(f, 20);
}

void a_blocked_send_does_not_spin_on_bytes_that_nobody_wants(struct fixture *f)
{
    int peer;
    struct io_send send;
    uint64_t received = 0;
    backend_start(f);
    struct endpoint *source = narrow_connection(f, &peer, 0);
    unsigned char *data = start_large_send(f, source, &send);
    expect_quiet(f, 5);
    expect_equal(peer_send_pattern(peer, 0, 500), 500);
    expect_quiet(f, 30);
    expect(reached_peer(f, peer, &received, LARGE_BYTES), "all bytes to reach the peer");
    WAIT_UNTIL(f, source->sends == 1);
    set_interest(f, source, IO_WANT_RECV);
    WAIT_UNTIL(f, source->received == 500);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
    free(data);
}

void a_peer_that_has_finished_sending_still_gets_everything(struct fixture *f)
{
    int peer;
    struct io_send send;
    uint64_t received = 0;
    backend_start(f);
    struct endpoint *source = narrow_connection(f, &peer, IO_WANT_RECV);
    shutdown(peer, SHUT_WR);
    WAIT_UNTIL(f, source->ends == 1);
    expect_quiet(f, 10);
    unsigned char *data = start_large_send(f, source, &send);
    expect_quiet(f, 20);
    expect(reached_peer(f, peer, &received, LARGE_BYTES), "all bytes to reach the peer");
    WAIT_UNTIL(f, source->sends == 1);
    expect_equal(source->send_result, LARGE_BYTES);
    free(data);
    expect_quiet(f, 10);
}

void shutdown_ends_the_sending_direction_alone(struct fixture *f)
{
    int peer;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    wait_once(f, 0);
    expect_that(f->ops->shutdown(f->backend, &source->source), >=, 0);
    expect(peer_sees_the_end(peer), "the peer to see the end of the connection");
    expect_quiet(f, 10);
    expect_equal(peer_send_pattern(peer, 0, 1000), 1000);
    WAIT_UNTIL(f, source->received == 1000);
    peer_close(f, peer);
    WAIT_UNTIL(f, source->ends == 1);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
    expect_quiet(f, 20);
}

void closing_the_backend_with_everything_in_progress_closes_every_descriptor(struct fixture *f)
{
    int peers[4], fds[4];
    struct sockaddr_in address;
    struct io_send send;
    f->config.buffer_count = 2;
    f->config.buffer_size = 64;
    f->capacity = 1;
    backend_start(f);
    struct endpoint *sending = narrow_connection(f, &peers[0], IO_WANT_RECV);
    unsigned char *data = start_large_send(f, sending, &send);
    f->hold_buffers = true;
    fds[0] = sending->source.fd;
    fds[1] = listener(f, 16, &address, IO_WANT_ACCEPT)->source.fd;
    struct endpoint *starved = connection(f, &peers[2], IO_WANT_RECV);
    fds[2] = starved->source.fd;
    expect_equal(peer_send_pattern(peers[2], 0, 1000), 1000);
    WAIT_UNTIL(f, f->held_count == 2);
    peer_connect(f, &address);
    peer_connect(f, &address);
    wait_some(f, "one of two connections");
    fds[3] =
        connection(f, &peers[3], IO_WANT_RECV | IO_WANT_WRITABLE)->source.fd; /* never waited for */
    expect_equal(f->ops->wake(f->backend), 0);
    backend_stop(f);
    for (int i = 0; i < 4; i++)
        expect(!descriptor_is_open(fds[i]), "the descriptor to be closed");
    free(data);
}
