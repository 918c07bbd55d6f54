/* Accepting through the loop: what its listener adds must not lose or leak what the backend gives.
 */
#include "tests/conformance/cases.h"
#include "tests/conformance/loop_side.h"
#include "tests/conformance/network.h"

#include <errno.h>

void through_the_loop_five_hundred_connections_are_all_accepted(struct fixture *f)
{
    struct loop_side side;
    need_descriptors(f, 1100);
    f->config.accept_budget = 5;
    loop_side_begin(f, &side, 7);
    loop_side_listen(&side, 1024, on_connection_read);
    for (int i = 0; i < 500; i++) {
        int peer = peer_connect(f, &side.address);
        expect_equal(peer_send_pattern(peer, 0, 10), 10);
    }
    RUN_UNTIL(&side, side.connections == 500);
    for (struct served *served = side.served; served != NULL; served = served->next)
        RUN_UNTIL(&side, served->received == 10);
    expect_equal(side.failures, 0);
    loop_side_end(&side);
}

void through_the_loop_connections_that_are_not_taken_wait_and_are_not_lost(struct fixture *f)
{
    struct loop_side side;
    loop_side_begin(f, &side, 64);
    loop_side_listen(&side, 64, on_connection_leave);
    for (int i = 0; i < 20; i++)
        peer_connect(f, &side.address);
    for (unsigned taken = 1; taken <= 20; taken++) {
        RUN_UNTIL(&side, side.connections == taken);
        loop_side_run_for(&side, 3);
        expect_equal(side.connections, taken); /* not called again before it is taken */
        expect(served_take(&side.listener) != NULL,
               "the connection that was announced to be there");
        expect(served_take(&side.listener) == NULL,
               "no connection behind the one that was announced");
    }
    loop_side_run_for(&side, 5);
    expect_equal(side.connections, 20);
    peer_connect(f, &side.address);
    RUN_UNTIL(&side, side.connections == 21);
    loop_side_end(&side);
}

static void close_when_connected(struct loop_listener *listener, int status)
{
    struct loop_side *side = listener->handle.data;
    expect_equal(status, 0);
    expect(!loop_is_closing(&listener->handle), "a listener that is closing to announce nothing");
    side->connections++;
    if (side->connections < 3) {
        served_take(listener);
        return;
    }
    /* One is offered and not taken, more are behind it in the same batch, more in the kernel. */
    loop_close(&listener->handle, NULL);
    side->listener_closes++;
}

void through_the_loop_a_listener_closed_with_connections_outstanding_leaks_none(struct fixture *f)
{
    struct loop_side side;
    int peers[30];
    f->config.accept_budget = 8;
    loop_side_begin(f, &side, 64);
    loop_side_listen(&side, 64, close_when_connected);
    for (int i = 0; i < 30; i++)
        peers[i] = peer_connect(f, &side.address);
    RUN_UNTIL(&side, side.connections == 3);
    loop_side_run_for(&side, 10);
    expect_equal(side.connections, 3);
    loop_side_end(&side);
    for (int i = 0; i < 30; i++)
        expect(peer_sees_the_end(peers[i]), "the peer to see the end of the connection");
}

void through_the_loop_a_listener_closed_with_connections_put_aside_leaks_none(struct fixture *f)
{
    struct loop_side side;
    int peers[30];
    f->config.accept_budget = 8;
    loop_side_begin(f, &side, 64);
    loop_side_listen(&side, 64, on_connection_leave);
    for (int i = 0; i < 30; i++)
        peers[i] = peer_connect(f, &side.address);
    RUN_UNTIL(&side, side.connections == 1);
    loop_side_run_for(&side, 5);
    loop_side_end(&side);
    expect_equal(side.connections, 1);
    for (int i = 0; i < 30; i++)
        expect(peer_sees_the_end(peers[i]), "the peer to see the end of the connection");
}

void through_the_loop_a_lack_of_descriptors_is_told_and_ends_by_itself(struct fixture *f)
{
    struct loop_side side;
    loop_side_begin(f, &side, 64);
    loop_side_listen(&side, 64, on_connection_read);
    loop_listener_pause(&side.listener);
    loop_side_run_for(&side, 2);
    for (int i = 0; i < 6; i++)
        peer_connect(f, &side.address);
    struct rlimit before = descriptors_leave(2);
    /* After the limit: io_uring looks at it when a request is made, not when it is carried out. */
    loop_listener_resume(&side.listener);
    RUN_UNTIL(&side, side.failures > 0);
    expect_equal(side.failure, -EMFILE);
    expect_equal(side.connections, 2);
    uint64_t waits = loop_backend(side.loop)->counters.waits;
    unsigned failures = side.failures;
    uint64_t begin_ns = clock_now_ns();
    loop_side_run_for(&side, 50);
    uint64_t passed_ms = (clock_now_ns() - begin_ns) / NS_PER_MS;
    /* The tick wakes the loop once a millisecond; a listener that asks again at once would do so
     * all the time. */
    expect_between(loop_backend(side.loop)->counters.waits - waits, 0, 4 * passed_ms + 20,
                   "waits while every accept fails");
    expect_between(side.failures - failures, 0, passed_ms / (LOOP_ACCEPT_PAUSE_NS / NS_PER_MS) + 1,
                   "failures told while every accept fails");
    expect_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    RUN_UNTIL(&side, side.connections == 6);
    loop_side_end(&side);
}
