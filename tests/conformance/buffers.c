/* Receiving when buffers are few, and sources are many. */
#include "tests/conformance/cases.h"
#include "tests/conformance/network.h"

/* Takes every buffer of a pool of four and keeps them. */
static void starve(struct fixture *f, struct endpoint *source, int peer)
{
    f->hold_buffers = true;
    expect_equal(peer_send_pattern(peer, source->received, 1000), 1000);
    WAIT_UNTIL(f, f->held_count == 4);
}

static void few_buffers(struct fixture *f)
{
    f->config.buffer_count = 4;
    f->config.buffer_size = 64;
    backend_start(f);
}

void bytes_wait_in_the_kernel_while_no_buffer_is_free(struct fixture *f)
{
    int peer;
    few_buffers(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    starve(f, source, peer);
    expect_quiet(f, 30);
    expect_equal(peer_send_pattern(peer, 1000, 500), 500);
    expect_quiet(f, 30);
    expect_equal(source->received, 256);
    expect_that(f->backend->counters.starvations, >, 0);
    while (source->received < 1500) {
        recycle_all(f);
        wait_some(f, "bytes after buffers were given back");
        expect_between(f->held_count, 0, 4, "buffers held at a time");
    }
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
    recycle_all(f);
    stream_bytes(f, source, peer, 10000);
}

void one_buffer_given_back_at_a_time_is_enough(struct fixture *f)
{
    int peer;
    few_buffers(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    starve(f, source, peer);
    while (source->received < 1000) {
        give_back(f, f->held[--f->held_count]);
        uint64_t received = source->received;
        WAIT_UNTIL(f, source->received > received);
        expect_equal(f->held_count, 4);
        if (received % 256 == 0)
            expect_quiet(f, 5);
    }
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
}

void an_end_of_file_while_no_buffer_is_free_does_not_spin_and_is_told_later(struct fixture *f)
{
    int peer;
    few_buffers(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    starve(f, source, peer);
    peer_close(f, peer);
    expect_quiet(f, 40);
    while (source->ends == 0) {
        recycle_all(f);
        wait_some(f, "bytes and the end of file after buffers were given back");
    }
    expect_equal(source->received, 1000);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
    expect_quiet(f, 10);
}

void interest_switched_while_no_buffer_is_free_loses_no_byte(struct fixture *f)
{
    int peer;
    few_buffers(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    starve(f, source, peer);
    expect_quiet(f, 5);
    set_interest(f, source, 0);
    expect_quiet(f, 20);
    recycle_all(f);
    expect_quiet(f, 20);
    set_interest(f, source, IO_WANT_RECV);
    f->hold_buffers = false;
    WAIT_UNTIL(f, source->received == 1000);
    starve(f, source, peer);
    set_interest(f, source, 0);
    set_interest(f, source, IO_WANT_RECV);
    expect_quiet(f, 20);
    f->hold_buffers = false;
    recycle_all(f);
    WAIT_UNTIL(f, source->received == 2000);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
}

void many_sources_without_a_buffer_all_resume(struct fixture *f)
{
    struct endpoint *sources[16];
    int peers[16];
    few_buffers(f);
    f->hold_buffers = true;
    for (int i = 0; i < 16; i++) {
        sources[i] = connection(f, &peers[i], IO_WANT_RECV);
        expect_equal(peer_send_pattern(peers[i], 0, 500), 500);
    }
    WAIT_UNTIL(f, f->held_count == 4);
    expect_quiet(f, 20);
    uint64_t received = 0;
    while (received < 16 * 500) {
        recycle_all(f);
        wait_some(f, "bytes of all sources after buffers were given back");
        received = 0;
        for (int i = 0; i < 16; i++)
            received += sources[i]->received;
    }
    for (int i = 0; i < 16; i++)
        expect(sources[i]->received == 500 && !sources[i]->garbled,
               "every byte in its place: none lost, doubled or swapped");
    recycle_all(f);
    expect_quiet(f, 10);
}

void an_event_array_of_one_serves_every_source(struct fixture *f)
{
    struct endpoint *sources[50];
    int peer;
    f->capacity = 1;
    backend_start(f);
    for (int i = 0; i < 50; i++) {
        sources[i] = connection(f, &peer, IO_WANT_RECV);
        expect_equal(peer_send_pattern(peer, 0, 33), 33);
        if (i % 2 == 0)
            peer_close(f, peer);
    }
    for (int i = 49; i >= 0; i--) {
        WAIT_UNTIL(f, sources[i]->received == 33);
        if (i % 2 == 0)
            WAIT_UNTIL(f, sources[i]->ends == 1);
        expect(!sources[i]->garbled, "every byte in its place: none lost, doubled or swapped");
    }
    expect_quiet(f, 10);
}

/* A source that could fill every wait for a hundred waits does not keep 63 others waiting for
 * theirs: with 64 buffers of 64 bytes, nothing that is in the backend already can put a source off
 * for long. */
void sources_that_always_have_bytes_are_served_in_turn(struct fixture *f)
{
    struct endpoint *sources[64];
    int peer;
    f->config.buffer_size = 64;
    f->config.buffer_count = 64;
    f->config.receive_budget = 16;
    f->capacity = 8;
    backend_start(f);
    for (int i = 0; i < 64; i++) {
        sources[i] = connection(f, &peer, IO_WANT_RECV);
        expect_equal(peer_send_pattern(peer, 0, 32768), 32768);
    }
    for (int i = 0; i < 1024; i++)
        wait_some(f, "bytes that are there");
    for (int i = 0; i < 64; i++)
        if (sources[i]->receives == 0)
            fail_case("descriptor %d was not served in 1,024 waits", sources[i]->source.fd);
}

/* Fewer buffers than the kernel fills for one request before it turns to the next (32 on
 * Linux 6.18, any number on 6.1): who is asked first takes them all. */
void few_buffers_are_shared_by_sources_that_always_have_bytes(struct fixture *f)
{
    enum { SOURCES = 16 };
    struct endpoint *sources[SOURCES];
    unsigned total = 0;
    int peer;
    f->config.buffer_size = 64;
    f->config.buffer_count = 8;
    f->config.receive_budget = 8;
    f->capacity = 16;
    backend_start(f);
    for (int i = 0; i < SOURCES; i++) {
        sources[i] = connection(f, &peer, IO_WANT_RECV);
        expect_equal(peer_send_pattern(peer, 0, 32768), 32768);
    }
    for (int i = 0; i < 512; i++)
        wait_some(f, "bytes that are there");
    for (int i = 0; i < SOURCES; i++)
        total += sources[i]->receives;
    for (int i = 0; i < SOURCES; i++)
        if (2 * SOURCES * sources[i]->receives < total)
            fail_case("descriptor %d had %u of %u receives in 512 waits, and %d sources share them",
                      sources[i]->source.fd, sources[i]->receives, total, SOURCES);
}

/* Each of the others may have its turn first, and a turn may take two waits. */
void a_source_with_few_bytes_is_served_soon_beside_some_that_always_have_bytes(struct fixture *f)
{
    int peer;
    uint64_t sent = 0;
    f->config.buffer_size = 64;
    f->config.buffer_count = 16;
    f->config.receive_budget = 16;
    f->capacity = 16;
    backend_start(f);
    for (int i = 0; i < 4; i++) {
        connection(f, &peer, IO_WANT_RECV);
        expect_equal(peer_send_pattern(peer, 0, 32768), 32768);
    }
    struct endpoint *quiet = connection(f, &peer, IO_WANT_RECV);
    for (int round = 0; round < 8; round++) {
        sent += peer_send_pattern(peer, sent, 10);
        for (unsigned waits = 0; quiet->received < sent; waits++) {
            if (waits == 12)
                fail_case("ten bytes were not received within 12 waits, round %d", round);
            wait_some(f, "bytes that are there");
        }
    }
    expect(!quiet->garbled, "every byte in its place: none lost, doubled or swapped");
}
