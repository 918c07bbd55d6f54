/* Receiving: every byte, in order, within the budgets, and each end once. */
#include "tests/conformance/cases.h"
#include "tests/conformance/network.h"

#include <errno.h>
#include <sys/socket.h>

#define RESET_LOOKS_LIKE_END "libkqueue asks for a socket's error, and so takes it away"

void bytes_arrive_in_order_over_many_buffers(struct fixture *f)
{
    int peer;
    f->config.buffer_size = 100;
    f->config.buffer_count = 8;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    stream_bytes(f, source, peer, 300000);
    expect_quiet(f, 10);
}

void bytes_from_before_the_interest_are_delivered(struct fixture *f)
{
    int ends[2];
    backend_start(f);
    connect_pair(f, ends);
    peer_track(f, ends[1]);
    expect_equal(peer_send_pattern(ends[1], 0, 1000), 1000);
    struct endpoint *source = adopt(f, ends[0], 0);
    expect_quiet(f, 10);
    set_interest(f, source, IO_WANT_RECV);
    WAIT_UNTIL(f, source->received == 1000);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
}

void waits_that_do_not_block_make_progress(struct fixture *f)
{
    int peer;
    f->config.buffer_size = 64;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    uint64_t limit_ns = clock_now_ns() + stall_ns(), sent = 0;
    while (source->received < 20000) {
        sent += peer_send_pattern(peer, sent, 20000 - sent);
        wait_once(f, 0);
        if (clock_now_ns() > limit_ns)
            fail_case("waits with deadline 0 bring nothing");
    }
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
}

void end_of_file_comes_once(struct fixture *f)
{
    int peer;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    expect_quiet(f, 10);
    peer_close(f, peer);
    WAIT_UNTIL(f, source->ends == 1);
    expect_quiet(f, 30);
    expect_equal(source->results, 1);
}

void data_and_end_of_file_in_one_go_come_in_this_order(struct fixture *f)
{
    int peer;
    f->config.buffer_size = 64;
    f->config.receive_budget = 2;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    expect_equal(peer_send_pattern(peer, 0, 6400), 6400);
    peer_close(f, peer);
    WAIT_UNTIL(f, source->ends == 1);
    expect_equal(source->received, 6400);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
    expect_quiet(f, 20);
    expect_equal(source->ends, 1);
}

void an_end_of_file_that_came_while_nobody_read_is_told_later(struct fixture *f)
{
    int peer;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    wait_once(f, 0);
    set_interest(f, source, 0);
    expect_equal(peer_send_pattern(peer, 0, 100), 100);
    peer_close(f, peer);
    expect_quiet_after_withdrawal(f, 30);
    set_interest(f, source, IO_WANT_RECV);
    WAIT_UNTIL(f, source->ends == 1);
    expect_equal(source->received, 100);
    expect_quiet(f, 20);
}

void a_reset_is_told_once(struct fixture *f)
{
    int peer;
    skip_emulated(f, RESET_LOOKS_LIKE_END);
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    expect_quiet(f, 10);
    peer_reset(f, peer);
    WAIT_UNTIL(f, source->receive_errors == 1);
    expect_equal(source->error, -ECONNRESET);
    expect_quiet(f, 30);
    expect_equal(source->results, 1);
}

void a_reset_while_nobody_reads_does_not_spin_and_is_told_later(struct fixture *f)
{
    int peer;
    skip_emulated(f, RESET_LOOKS_LIKE_END);
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    expect_equal(peer_send_pattern(peer, 0, 10), 10);
    WAIT_UNTIL(f, source->received == 10);
    set_interest(f, source, 0);
    expect_quiet(f, 10);
    peer_reset(f, peer);
    expect_quiet(f, 50);
    set_interest(f, source, IO_WANT_RECV);
    WAIT_UNTIL(f, source->receive_errors == 1);
    expect_equal(source->error, -ECONNRESET);
    expect_quiet(f, 10);
    expect_equal(source->ends, 0);
}

void interest_withdrawn_yields_nothing_until_it_is_set_again(struct fixture *f)
{
    int peer;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    uint64_t sent = 0;
    for (int round = 0; round < 4; round++) {
        sent += peer_send_pattern(peer, sent, 100);
        WAIT_UNTIL(f, source->received == sent);
        set_interest(f, source, 0);
        /* Once told before the bytes come, and once in the same wait with them. */
        if (round % 2 == 0)
            expect_quiet_after_withdrawal(f, 5);
        sent += peer_send_pattern(peer, sent, 100);
        expect_quiet_after_withdrawal(f, 20);
        set_interest(f, source, IO_WANT_RECV);
        WAIT_UNTIL(f, source->received == sent);
    }
    expect_equal(sent, 800);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
}

void interest_withdrawn_with_bytes_over_the_budget_loses_none(struct fixture *f)
{
    int peer;
    f->config.buffer_size = 16;
    f->config.receive_budget = 2;
    f->capacity = 4;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    expect_equal(peer_send_pattern(peer, 0, 320), 320);
    for (uint64_t received = 0; received < 320; received = source->received) {
        WAIT_UNTIL(f, source->received > received);
        set_interest(f, source, 0);
        expect_quiet_after_withdrawal(f, 5);
        set_interest(f, source, IO_WANT_RECV);
    }
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
    expect_quiet(f, 10);
}

void switching_interest_off_and_on_between_waits_costs_at_most_one_change_each(struct fixture *f)
{
    struct endpoint *sources[20];
    int peers[20];
    backend_start(f);
    for (int i = 0; i < 20; i++)
        sources[i] = connection(f, &peers[i], IO_WANT_RECV);
    wait_once(f, 0);
    wait_once(f, 0);
    uint64_t changes = f->backend->counters.changes;
    for (int i = 0; i < 20; i++)
        for (int round = 0; round < 50; round++) {
            set_interest(f, sources[i], 0);
            set_interest(f, sources[i], IO_WANT_RECV);
        }
    wait_once(f, 0);
    expect_between(f->backend->counters.changes - changes, 0, 20,
                   "changes told to the kernel for 20 sources");
    for (int i = 0; i < 20; i++) {
        expect_equal(peer_send_pattern(peers[i], 0, 9), 9);
        WAIT_UNTIL(f, sources[i]->received == 9);
    }
}

void switching_interest_off_and_on_between_waits_is_not_told_to_the_kernel(struct fixture *f)
{
    int peer;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    wait_once(f, 0);
    uint64_t changes = f->backend->counters.changes;
    for (int round = 0; round < 10; round++) {
        set_interest(f, source, 0);
        set_interest(f, source, IO_WANT_RECV);
        wait_once(f, 0);
    }
    expect_equal(f->backend->counters.changes, changes);
}

void receive_budget_is_kept_in_every_wait_and_what_is_left_comes_next(struct fixture *f)
{
    struct endpoint *sources[3];
    int peer;
    f->config.buffer_size = 16;
    f->config.receive_budget = 2;
    backend_start(f);
    for (int i = 0; i < 3; i++) {
        sources[i] = connection(f, &peer, IO_WANT_RECV);
        expect_equal(peer_send_pattern(peer, 0, 160), 160);
    }
    while (sources[0]->received + sources[1]->received + sources[2]->received < 480) {
        wait_some(f, "the bytes over the budget");
        for (int i = 0; i < 3; i++)
            expect_between(sources[i]->last_results, 0, 2, "receives of one source in one wait");
    }
    for (int i = 0; i < 3; i++) {
        expect_equal(sources[i]->receives, 10);
        expect(!sources[i]->garbled, "every byte in its place: none lost, doubled or swapped");
    }
    expect_quiet(f, 10);
}
