/* Accepting: no connection is lost, none comes twice, and a lack of descriptors is survived. */
#include "tests/conformance/cases.h"
#include "tests/conformance/network.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>

void one_connection_is_accepted_once(struct fixture *f)
{
    struct sockaddr_in address;
    backend_start(f);
    struct endpoint *server = listener(f, 8, &address, IO_WANT_ACCEPT);
    expect_quiet(f, 10);
    int peer = peer_connect(f, &address);
    WAIT_UNTIL(f, server->accepts == 1);
    expect_quiet(f, 20);
    struct endpoint *accepted = adopt(f, take_accepted(f), IO_WANT_RECV);
    expect_equal(peer_send_pattern(peer, 0, 10), 10);
    WAIT_UNTIL(f, accepted->received == 10);
    expect(!accepted->garbled, "every byte in its place: none lost, doubled or swapped");
}

void an_accepted_descriptor_is_in_the_mode_that_the_backend_needs(struct fixture *f)
{
    struct sockaddr_in address;
    backend_start(f);
    struct endpoint *server = listener(f, 8, &address, IO_WANT_ACCEPT);
    peer_connect(f, &address);
    WAIT_UNTIL(f, server->accepts == 1);
    int flags = fcntl(f->accepted[0], F_GETFL);
    expect_that(flags, >=, 0);
    expect_equal((flags & O_NONBLOCK) != 0, f->ops->nonblocking);
}

void five_hundred_connections_at_once_are_all_accepted(struct fixture *f)
{
    struct sockaddr_in address;
    need_descriptors(f, 1100);
    f->config.accept_budget = 4;
    f->capacity = 3;
    backend_start(f);
    struct endpoint *server = listener(f, 1024, &address, IO_WANT_ACCEPT);
    wait_once(f, 0);
    for (int i = 0; i < 100; i++)
        peer_connect(f, &address);
    wait_once(f, 0);
    for (int i = 0; i < 400; i++)
        peer_connect(f, &address);
    WAIT_UNTIL(f, server->accepts == 500);
    expect_quiet(f, 20);
    expect_equal(server->accepts, 500);
    expect_equal(server->accept_errors, 0);
}

void accept_budget_is_kept_in_every_wait_and_what_is_left_comes_next(struct fixture *f)
{
    struct sockaddr_in address[2];
    struct endpoint *server[2];
    f->config.accept_budget = 3;
    backend_start(f);
    for (int i = 0; i < 2; i++)
        server[i] = listener(f, 64, &address[i], IO_WANT_ACCEPT);
    for (int i = 0; i < 20; i++)
        peer_connect(f, &address[i % 2]);
    while (server[0]->accepts + server[1]->accepts < 20) {
        unsigned before[2] = {server[0]->accepts, server[1]->accepts};
        wait_some(f, "the connections over the budget");
        for (int i = 0; i < 2; i++)
            expect_between(server[i]->accepts - before[i], 0, 3,
                           "accepts of one listener in one wait");
    }
    expect_equal(server[0]->accepts, 10);
    expect_quiet(f, 10);
}

void a_listener_released_with_connections_queued_leaves_nothing(struct fixture *f)
{
    struct sockaddr_in address;
    int peers[10];
    f->config.accept_budget = 2;
    f->capacity = 1;
    backend_start(f);
    struct endpoint *server = listener(f, 64, &address, IO_WANT_ACCEPT);
    for (int i = 0; i < 10; i++)
        peers[i] = peer_connect(f, &address);
    WAIT_UNTIL(f, server->accepts > 0);
    unsigned accepted = server->accepts;
    release_wholly(f, server);
    expect_quiet(f, 20);
    expect_equal(server->accepts, accepted);
    for (; f->accepted_taken < f->accepted_count; f->accepted_taken++)
        f->ops->discard(f->backend, f->accepted[f->accepted_taken]);
    wait_once(f, 0); /* a ring that has to be asked for it is asked here */
    for (int i = 0; i < 10; i++)
        expect(peer_sees_the_end(peers[i]), "the peer to see the end of the connection");
}

static void release_at_first_result(struct fixture *f, struct endpoint *endpoint,
                                    const struct io_event *event)
{
    if (event->kind == IO_ACCEPT)
        release(f, endpoint);
}

void a_listener_released_by_its_own_result_leaves_nothing(struct fixture *f)
{
    struct sockaddr_in address;
    int peers[10];
    backend_start(f);
    struct endpoint *server = listener(f, 64, &address, IO_WANT_ACCEPT);
    for (int i = 0; i < 10; i++)
        peers[i] = peer_connect(f, &address);
    f->on_event = release_at_first_result;
    WAIT_UNTIL(f, is_over(server));
    expect_quiet(f, 20);
    for (int i = 0; i < 10; i++)
        expect(peer_sees_the_end(peers[i]), "the peer to see the end of the connection");
}

void discard_closes_a_connection(struct fixture *f)
{
    struct sockaddr_in address;
    backend_start(f);
    struct endpoint *server = listener(f, 8, &address, IO_WANT_ACCEPT);
    int peer = peer_connect(f, &address);
    WAIT_UNTIL(f, server->accepts == 1);
    int fd = take_accepted(f);
    expect(descriptor_is_open(fd), "the descriptor to be open");
    f->ops->discard(f->backend, fd);
    expect(peer_sees_the_end(peer), "the peer to see the end of the connection");
    expect_quiet(f, 10);
    expect(!descriptor_is_open(fd), "the descriptor to be closed");
}

void accepting_resumes_after_interest_was_withdrawn(struct fixture *f)
{
    struct sockaddr_in address;
    backend_start(f);
    struct endpoint *server = listener(f, 64, &address, IO_WANT_ACCEPT);
    peer_connect(f, &address);
    WAIT_UNTIL(f, server->accepts == 1);
    for (unsigned round = 1; round <= 3; round++) {
        set_interest(f, server, 0);
        for (int i = 0; i < 5; i++)
            peer_connect(f, &address);
        expect_quiet_after_withdrawal(f, 20);
        set_interest(f, server, IO_WANT_ACCEPT);
        WAIT_UNTIL(f, server->accepts == 1 + 5 * round);
    }
    expect_quiet(f, 10);
}

void accepting_resumes_when_interest_was_off_with_connections_over_the_budget(struct fixture *f)
{
    struct sockaddr_in address;
    f->config.accept_budget = 2;
    f->capacity = 2;
    backend_start(f);
    struct endpoint *server = listener(f, 64, &address, IO_WANT_ACCEPT);
    for (int i = 0; i < 10; i++)
        peer_connect(f, &address);
    for (unsigned accepted = 0; accepted < 10; accepted = server->accepts) {
        WAIT_UNTIL(f, server->accepts > accepted);
        set_interest(f, server, 0);
        expect_quiet_after_withdrawal(f, 5);
        set_interest(f, server, IO_WANT_ACCEPT);
    }
    expect_quiet(f, 10);
}

void connections_from_before_the_interest_are_accepted(struct fixture *f)
{
    struct sockaddr_in address;
    backend_start(f);
    int fd = listen_anywhere(64, &address);
    for (int i = 0; i < 5; i++)
        peer_connect(f, &address);
    struct endpoint *server = adopt(f, fd, 0);
    expect_quiet(f, 10);
    set_interest(f, server, IO_WANT_ACCEPT);
    WAIT_UNTIL(f, server->accepts == 5);
    expect_quiet(f, 10);
}

static void run_out_of_descriptors(struct fixture *f, int spare)
{
    struct sockaddr_in address;
    backend_start(f);
    struct endpoint *server = listener(f, 64, &address, 0);
    wait_once(f, 0);
    for (int i = 0; i < 6; i++)
        peer_connect(f, &address);
    struct rlimit before = descriptors_leave(spare);
    /* After the limit: io_uring looks at it when a request is made, not when it is carried out. */
    set_interest(f, server, IO_WANT_ACCEPT);
    WAIT_UNTIL(f, server->accept_errors > 0);
    expect_equal(server->error, -EMFILE);
    expect_equal(server->accepts, spare);
    expect_quiet(f, 50);
    expect_equal(server->accept_errors, 1);

    /* Still none free: the same answer again, once. */
    set_interest(f, server, IO_WANT_ACCEPT);
    WAIT_UNTIL(f, server->accept_errors == 2);
    expect_quiet(f, 20);

    expect_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    expect_quiet(f, 20);
    set_interest(f, server, IO_WANT_ACCEPT);
    WAIT_UNTIL(f, server->accepts == 6);
    expect_quiet(f, 20);
    expect_equal(server->accept_errors, 2);
}

void without_a_free_descriptor_the_interest_ends_once_and_can_be_set_again(struct fixture *f)
{
    run_out_of_descriptors(f, 0);
}

void descriptors_that_run_out_in_a_full_queue_cost_no_connection(struct fixture *f)
{
    run_out_of_descriptors(f, 3);
}

void a_peer_that_resets_before_it_is_accepted_harms_no_other(struct fixture *f)
{
    struct sockaddr_in address;
    int peers[9];
    backend_start(f);
    struct endpoint *server = listener(f, 64, &address, IO_WANT_ACCEPT);
    for (int i = 0; i < 9; i++)
        peers[i] = peer_connect(f, &address);
    for (int i = 0; i < 9; i += 3)
        peer_reset(f, peers[i]);
    /* A system may hand over a connection that is dead already, or pass over it. */
    WAIT_UNTIL(f, server->accepts >= 6);
    while (wait_once(f, in_ms(20)) > 0)
        ;
    struct endpoint *accepted[9];
    unsigned count = server->accepts, answered = 0, dead = 0;
    for (unsigned i = 0; i < count; i++)
        accepted[i] = adopt(f, take_accepted(f), IO_WANT_RECV);
    for (int i = 0; i < 9; i++)
        if (i % 3 != 0)
            expect_equal(peer_send_pattern(peers[i], 0, 5), 5);
    while (answered + dead < count) {
        wait_some(f, "bytes of the six live peers and the end of the dead ones");
        answered = dead = 0;
        for (unsigned i = 0; i < count; i++) {
            answered += accepted[i]->received == 5;
            dead += accepted[i]->receive_errors + accepted[i]->ends;
        }
    }
    expect_equal(answered, 6);
    expect_equal(server->accept_errors, 0);
    expect_quiet(f, 10);
}

static void adopt_at_once(struct fixture *f, struct endpoint *endpoint,
                          const struct io_event *event)
{
    struct endpoint **accepted = f->context;
    if (event->kind != IO_ACCEPT)
        return;
    (void)endpoint;
    accepted[f->accepted_count] = adopt(f, event->result, IO_WANT_RECV);
}

void connections_adopted_in_the_batch_that_brought_them_deliver_what_is_there(struct fixture *f)
{
    struct sockaddr_in address;
    struct endpoint *accepted[20] = {NULL};
    backend_start(f);
    struct endpoint *server = listener(f, 64, &address, IO_WANT_ACCEPT);
    f->on_event = adopt_at_once;
    f->context = accepted;
    for (int i = 0; i < 20; i++) {
        int peer = peer_connect(f, &address);
        expect_equal(peer_send_pattern(peer, 0, 7), 7);
    }
    WAIT_UNTIL(f, server->accepts == 20);
    for (int i = 0; i < 20; i++) {
        take_accepted(f);
        WAIT_UNTIL(f, accepted[i]->received == 7);
        expect(!accepted[i]->garbled, "every byte in its place: none lost, doubled or swapped");
    }
    expect_quiet(f, 10);
}
