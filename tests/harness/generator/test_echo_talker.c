/* The client's side of an echo load, against the other end of a socket pair. */
#include "harness/generator/echo_talker.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct echo_pattern pattern;
static struct echo_talker talker;
/* The server's end. */
static int server;

static int open_pair(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(fcntl(ends[i], F_SETFL, O_NONBLOCK), 0);
    echo_pattern_set(&pattern);
    talker = (struct echo_talker){.fd = ends[0], .shift = 7};
    server = ends[1];
    return 0;
}

static int close_pair(void **state)
{
    (void)state;
    close(talker.fd);
    if (server >= 0)
        close(server);
    return 0;
}

#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, open_pair, close_pair)

static char bytes[4096];

/* Sends so many bytes, and takes them at the server's end. */
static void say(size_t count)
{
    assert_true(count <= sizeof bytes);
    assert_int_equal(echo_talker_send(&talker, &pattern, talker.sent + count), 1);
    assert_int_equal(recv(server, bytes, sizeof bytes, 0), count);
}

static void answer(size_t count)
{
    assert_int_equal(send(server, bytes, count, 0), count);
}

static void what_was_sent_comes_back_in_any_pieces(void **state)
{
    (void)state;
    assert_int_equal(echo_talker_receive(&talker, &pattern), -EAGAIN);
    say(1000);
    answer(1);
    assert_int_equal(echo_talker_receive(&talker, &pattern), 1);
    assert_int_equal(send(server, bytes + 1, 999, 0), 999);
    assert_int_equal(echo_talker_receive(&talker, &pattern), 999);
    assert_int_equal(talker.received, 1000);
    say(64);
    answer(64);
    assert_int_equal(echo_talker_receive(&talker, &pattern), 64);
}

static void a_byte_that_differs_is_found_with_its_place(void **state)
{
    (void)state;
    for (size_t place = 0; place < 64; place++) {
        say(64);
        bytes[place] ^= 1;
        answer(64);
        uint64_t before = talker.received;
        assert_int_equal(echo_talker_receive(&talker, &pattern), -EBADMSG);
        assert_int_equal(talker.received, before + place);
        talker.received = talker.sent;
    }
}

static void a_byte_that_was_left_out_or_sent_twice_is_found(void **state)
{
    (void)state;
    say(200);
    memmove(bytes + 100, bytes + 101, 99);
    answer(199);
    assert_int_equal(echo_talker_receive(&talker, &pattern), -EBADMSG);
    talker.received = talker.sent;
    say(200);
    memmove(bytes + 101, bytes + 100, 100);
    answer(201);
    assert_int_equal(echo_talker_receive(&talker, &pattern), -EBADMSG);
}

static void more_than_was_sent_is_found(void **state)
{
    (void)state;
    say(10);
    answer(11);
    assert_int_equal(echo_talker_receive(&talker, &pattern), -EBADMSG);
    assert_int_equal(talker.received, 10);
}

static void the_bytes_of_another_connection_are_found(void **state)
{
    (void)state;
    struct echo_talker other = {.fd = talker.fd, .shift = 8};
    char own[64];
    say(64);
    memcpy(own, bytes, sizeof own);
    assert_int_equal(echo_talker_send(&other, &pattern, 64), 1);
    assert_int_equal(recv(server, bytes, sizeof bytes, 0), 64);
    assert_memory_not_equal(own, bytes, sizeof own);
    answer(64);
    assert_int_equal(echo_talker_receive(&talker, &pattern), -EBADMSG);
}

/* Beyond the period, too, where the pattern begins anew. */
static void a_long_stream_is_whole(void **state)
{
    (void)state;
    uint64_t goal = 3 * (uint64_t)ECHO_PATTERN_PERIOD, seen = 0;
    static char all[3 * ECHO_PATTERN_PERIOD];
    while (talker.received < goal) {
        assert_in_range(echo_talker_send(&talker, &pattern, goal), 0, 1);
        ssize_t got = recv(server, all + seen, sizeof all - seen, 0);
        if (got > 0) {
            assert_int_equal(send(server, all + seen, (size_t)got, 0), got);
            seen += (uint64_t)got;
        }
        ssize_t back = echo_talker_receive(&talker, &pattern);
        assert_true(back > 0 || back == -EAGAIN);
    }
    assert_memory_equal(all, all + ECHO_PATTERN_PERIOD, ECHO_PATTERN_PERIOD);
    assert_memory_not_equal(all, all + ECHO_PATTERN_PERIOD - 1, 4096);
}

static void a_full_socket_is_no_error_and_goes_on_later(void **state)
{
    (void)state;
    uint64_t goal = UINT64_C(1) << 30;
    assert_int_equal(echo_talker_send(&talker, &pattern, goal), 0);
    uint64_t before = talker.sent;
    assert_in_range(before, 1, goal - 1);
    while (recv(server, bytes, sizeof bytes, 0) > 0)
        continue;
    assert_int_equal(echo_talker_send(&talker, &pattern, goal), 0);
    assert_true(talker.sent > before);
}

static void a_server_that_has_closed_is_an_end(void **state)
{
    (void)state;
    say(10);
    close(server);
    server = -1;
    assert_int_equal(echo_talker_receive(&talker, &pattern), -ECONNABORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PAIR(what_was_sent_comes_back_in_any_pieces),
        WITH_PAIR(a_byte_that_differs_is_found_with_its_place),
        WITH_PAIR(a_byte_that_was_left_out_or_sent_twice_is_found),
        WITH_PAIR(more_than_was_sent_is_found),
        WITH_PAIR(the_bytes_of_another_connection_are_found),
        WITH_PAIR(a_long_stream_is_whole),
        WITH_PAIR(a_full_socket_is_no_error_and_goes_on_later),
        WITH_PAIR(a_server_that_has_closed_is_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
