/* Listening, and taking connections. */
#include "tests/loop/connections.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- listen ---- */

static void
listening_binds_an_ephemeral_port_and_wants_connections_from_the_next_poll_on(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("listener", trace_and_take);
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    assert_int_equal(loop_listener_address(listener, (struct sockaddr *)&address, &length), 0);
    assert_int_equal(address.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    assert_int_not_equal(address.sin_port, 0);
    assert_true(loop_is_active(&listener->handle));
    assert_true(fcntl(listener->source.fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(listener->source.fd, F_GETFD) & FD_CLOEXEC);
    assert_ptr_equal(fake_call(FAKE_ADOPT, 0)->source, &listener->source);
    loop_run(loop, LOOP_NOWAIT);
    assert_int_equal(fake_call(FAKE_WAIT, 0)->changes, 1);
    assert_int_equal(listener->source.want, IO_WANT_ACCEPT);
}

static void connections_inherit_that_small_writes_go_out_at_once(void **state)
{
    (void)state;
    struct loop_listener *listener = NEW(struct loop_listener);
    loop_listener_init(loop, listener);
    assert_int_equal(loop_listener_no_delay(listener), -ENOTCONN);
    loop_close(&listener->handle, NULL);
    listener = new_listener("listener", trace_and_take);
    assert_int_equal(loop_listener_no_delay(listener), 0);
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    loop_listener_address(listener, (struct sockaddr *)&address, &length);
    int client = socket(AF_INET, SOCK_STREAM, 0), on = 0;
    assert_int_equal(connect(client, (struct sockaddr *)&address, length), 0);
    int accepted = accept(listener->source.fd, NULL, NULL);
    assert_true(accepted >= 0);
    length = sizeof on;
    assert_int_equal(getsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, &length), 0);
    assert_true(on);
    close(accepted);
    close(client);
}

static void an_address_in_use_is_an_error_that_leaves_nothing_open(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("listener", trace_and_take);
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    loop_listener_address(listener, (struct sockaddr *)&address, &length);
    struct loop_listener *other = NEW(struct loop_listener);
    loop_listener_init(loop, other);
    int next_fd = dup(0);
    close(next_fd);
    assert_int_equal(
        loop_listen(other, (struct sockaddr *)&address, sizeof address, 1, trace_and_take),
        -EADDRINUSE);
    int same_fd = dup(0);
    close(same_fd);
    assert_int_equal(same_fd, next_fd);
    assert_false(loop_is_active(&other->handle));
    address.sin_port = 0;
    assert_int_equal(
        loop_listen(other, (struct sockaddr *)&address, sizeof address, 1, trace_and_take), 0);
}

static void a_listener_that_the_backend_refuses_leaves_nothing_open(void **state)
{
    (void)state;
    struct loop_listener *listener = NEW(struct loop_listener);
    loop_listener_init(loop, listener);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int next_fd = dup(0);
    close(next_fd);
    fake_script.adopt_result = -ERANGE;
    assert_int_equal(
        loop_listen(listener, (struct sockaddr *)&address, sizeof address, 1, trace_and_take),
        -ERANGE);
    int same_fd = dup(0);
    close(same_fd);
    assert_int_equal(same_fd, next_fd);
    assert_false(loop_is_active(&listener->handle));
}

/* ---- connections ---- */

static void each_connection_is_a_callback_that_takes_it(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_and_take);
    deliver_connections(listener, 1, 3);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("c c c");
    assert_taken_in_order(1, 3);
    assert_int_equal(take_connection(listener), -EAGAIN);
}

static void accept_outside_of_a_callback_without_a_connection_says_again(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_and_take);
    assert_int_equal(take_connection(listener), -EAGAIN);
}

static void a_connection_that_was_not_taken_stops_the_callbacks_until_it_is(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_connection);
    new_idle("idle");
    deliver_connections(listener, 1, 1);
    fake_next_wait();
    deliver_connections(listener, 2, 2);
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("idle c idle idle");
    assert_int_equal(listener->source.want, 0); /* more wait in the kernel's queue, not in ours */
    assert_int_equal(take_connection(listener), 0);
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_int_equal(take_connection(listener), 0);
    assert_taken_in_order(1, 2);
    loop_run(loop, LOOP_NOWAIT);
}

static void connections_that_come_in_the_batch_of_one_not_taken_are_kept_in_order(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_connection);
    keep_alive();
    deliver_connections(listener, 1, 5);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("c");
    for (int i = 1; i <= 5; i++) {
        assert_int_equal(take_connection(listener), 0);
        loop_run(loop, LOOP_NOWAIT);
        loop_run(loop, LOOP_NOWAIT);
        if (i < 5)
            assert_trace("c");
        else
            assert_trace("");
    }
    assert_taken_in_order(1, 5);
    assert_int_equal(take_connection(listener), -EAGAIN);
}

static void after_a_late_take_the_callbacks_go_on_with_those_that_waited(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_connection);
    deliver_connections(listener, 1, 4);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("c");
    listener->on_connection = trace_and_take;
    assert_int_equal(take_connection(listener), 0);
    deliver_connections(listener, 5, 6);
    for (int i = 0; i < 8; i++)
        loop_run(loop, LOOP_NOWAIT);
    assert_trace("c c c c c");
    assert_taken_in_order(1, 6);
}

static void poll_does_not_block_while_a_callback_for_a_waiting_connection_is_due(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_connection);
    timer_in("timer", MS(100));
    deliver_connections(listener, 1, 2);
    loop_run(loop, LOOP_NOWAIT);
    listener->on_connection = trace_and_take;
    assert_int_equal(take_connection(listener), 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), -EDEADLK); /* the listener stays */
    assert_trace("c c timer");
    assert_int_equal(elapsed_ns(), MS(100));
    assert_taken_in_order(1, 2);
}

static void take_all(struct loop_listener *listener, int status)
{
    assert_int_equal(status, 0);
    trace("%s", (const char *)listener->handle.data);
    while (take_connection(listener) == 0)
        ;
}

static void a_callback_may_ask_for_more_than_its_connection_and_none_is_lost(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", take_all);
    deliver_connections(listener, 1, 4);
    for (int i = 0; i < 6; i++)
        loop_run(loop, LOOP_NOWAIT);
    fixture_clear_trace();
    assert_taken_in_order(1, 4);
}

static void a_connection_that_the_backend_refuses_to_adopt_is_closed(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_connection);
    deliver_connections(listener, 1, 1);
    loop_run(loop, LOOP_NOWAIT);
    fake_script.adopt_result = -ENOMEM;
    assert_int_equal(take_connection(listener), -ENOMEM);
    fake_script.adopt_result = 0;
    assert_true(fake_discarded(FAKE_FD + 1));
    listener->on_connection = trace_and_take;
    deliver_connections(listener, 2, 2);
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("c c");
    assert_taken_in_order(2, 2);
}

static void a_taken_stream_can_be_read_and_written(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_and_take);
    deliver_connections(listener, 1, 1);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("c");
    assert_int_equal(loop_read_start(taken[0], trace_read), 0);
    write_named(taken[0], "written");
    fake_deliver_bytes(&taken[0]->source, "hello");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("written stream:hello");
}

/* ---- close ---- */

static void close_at_once(struct loop_listener *listener, int status)
{
    trace_connection(listener, status);
    loop_close(&listener->handle, trace_close);
}

static void closing_a_listener_discards_the_connections_that_were_not_taken(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", trace_connection);
    deliver_connections(listener, 1, 3);
    loop_run(loop, LOOP_NOWAIT);
    loop_close(&listener->handle, trace_close);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("c c:closed");
    for (int fd = FAKE_FD + 1; fd <= FAKE_FD + 3; fd++)
        assert_true(fake_discarded(fd));
}

static void a_listener_closed_in_its_callback_discards_the_rest_of_the_batch(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", close_at_once);
    deliver_connections(listener, 1, 3);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("c c:closed");
    for (int fd = FAKE_FD + 1; fd <= FAKE_FD + 3; fd++)
        assert_true(fake_discarded(fd));
}

static void take_and_close(struct loop_listener *listener, int status)
{
    trace_and_take(listener, status);
    loop_close(&listener->handle, trace_close);
}

static void a_connection_taken_before_its_listener_closes_stays_open(void **state)
{
    (void)state;
    struct loop_listener *listener = new_listener("c", take_and_close);
    deliver_connections(listener, 1, 2);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("c c:closed");
    assert_false(fake_discarded(FAKE_FD + 1));
    assert_true(fake_discarded(FAKE_FD + 2));
    assert_int_equal(loop_read_start(taken[0], trace_read), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        listener_test(
            listening_binds_an_ephemeral_port_and_wants_connections_from_the_next_poll_on),
        listener_test(connections_inherit_that_small_writes_go_out_at_once),
        listener_test(an_address_in_use_is_an_error_that_leaves_nothing_open),
        listener_test(a_listener_that_the_backend_refuses_leaves_nothing_open),
        listener_test(each_connection_is_a_callback_that_takes_it),
        listener_test(accept_outside_of_a_callback_without_a_connection_says_again),
        listener_test(a_connection_that_was_not_taken_stops_the_callbacks_until_it_is),
        listener_test(connections_that_come_in_the_batch_of_one_not_taken_are_kept_in_order),
        listener_test(after_a_late_take_the_callbacks_go_on_with_those_that_waited),
        listener_test(poll_does_not_block_while_a_callback_for_a_waiting_connection_is_due),
        listener_test(a_callback_may_ask_for_more_than_its_connection_and_none_is_lost),
        listener_test(a_connection_that_the_backend_refuses_to_adopt_is_closed),
        listener_test(a_taken_stream_can_be_read_and_written),
        listener_test(closing_a_listener_discards_the_connections_that_were_not_taken),
        listener_test(a_listener_closed_in_its_callback_discards_the_rest_of_the_batch),
        listener_test(a_connection_taken_before_its_listener_closes_stays_open),
    };
    return run_loop_tests(tests, argc, argv);
}
