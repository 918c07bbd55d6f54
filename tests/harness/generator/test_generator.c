#include "tests/harness/generator/generator_process.h"

#include "harness/generator/target.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define MANY 64

static void close_all(const int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        close(fds[i]);
}

static int fill(unsigned port, unsigned count, json_t **reply)
{
    return generator_ask(&generator, reply,
                         "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":%u,\"count\":%u}", port,
                         count);
}

static void it_fills_a_queue_with_exactly_as_many_as_asked(void **state)
{
    (void)state;
    unsigned port;
    int fds[MANY + 1], listener = listener_open(MANY, &port);
    json_t *reply;
    assert_int_equal(fill(port, MANY, &reply), 0);
    assert_int_equal(json_integer_value(json_object_get(reply, "connected")), MANY);
    json_decref(reply);
    size_t count = listener_accept(listener, fds, MANY + 1);
    assert_int_equal(count, MANY);
    close_all(fds, count);
    close(listener);
}

static void drop_resets_all_but_the_held_connections(void **state)
{
    (void)state;
    unsigned port;
    int fds[MANY], listener = listener_open(MANY, &port);
    assert_int_equal(fill(port, 5, NULL), 0);
    assert_int_equal(listener_accept(listener, fds, MANY), 5);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"hold\"}"), 0);
    assert_int_equal(fill(port, 7, NULL), 0);
    assert_int_equal(listener_accept(listener, fds + 5, MANY - 5), 7);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"drop\"}"), 0);
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(connection_was_reset(fds[i]), i >= 5);
    close_all(fds, 12);
    close(listener);
}

/* Fills, takes the connections, drops them. */
static void fill_and_drop(int listener, unsigned port, unsigned count)
{
    int fds[MANY + 1];
    assert_int_equal(fill(port, count, NULL), 0);
    assert_int_equal(listener_accept(listener, fds, MANY + 1), count);
    for (unsigned i = 0; i < count; i++)
        assert_false(connection_was_reset(fds[i]));
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"drop\"}"), 0);
    for (unsigned i = 0; i < count; i++)
        assert_true(connection_was_reset(fds[i]));
    close_all(fds, count);
}

static void a_fill_after_a_drop_may_be_smaller_or_larger(void **state)
{
    (void)state;
    static const unsigned counts[] = {40, 5, 64, 1, 20};
    unsigned port;
    int listener = listener_open(MANY, &port);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        fill_and_drop(listener, port, counts[i]);
    close(listener);
}

static void allow_files_for_one_queue(void)
{
    struct rlimit limit = {.rlim_cur = MANY + 32, .rlim_max = MANY + 32};
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void filling_and_dropping_again_takes_no_more_files(void **state)
{
    (void)state;
    unsigned port;
    int listener = listener_open(MANY, &port);
    generator_start(&generator, CHANNEL_SOCKETPAIR, allow_files_for_one_queue);
    for (unsigned i = 0; i < 8; i++)
        fill_and_drop(listener, port, i % 2 == 0 ? MANY : MANY / 2);
    assert_int_equal(generator_end(&generator), 0);
    close(listener);
}

static void dropped_sockets_that_nobody_listens_to_any_more_are_a_refusal(void **state)
{
    unsigned port;
    int listener = listener_open(MANY, &port);
    fill_and_drop(listener, port, MANY);
    close(listener);
    assert_int_equal(fill(port, MANY, NULL), -ECONNREFUSED);
    assert_non_null(strstr(generator.problem, "refused after"));
    it_fills_a_queue_with_exactly_as_many_as_asked(state);
}

static void release_resets_the_held_connections_too(void **state)
{
    (void)state;
    unsigned port;
    int fds[MANY], listener = listener_open(MANY, &port);
    assert_int_equal(fill(port, 20, NULL), 0);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"hold\"}"), 0);
    assert_int_equal(fill(port, 20, NULL), 0);
    assert_int_equal(listener_accept(listener, fds, MANY), 40);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"release\"}"), 0);
    for (size_t i = 0; i < 40; i++)
        assert_true(connection_was_reset(fds[i]));
    close_all(fds, 40);
    close(listener);
}

#ifdef POLLBENCH_LINUX
static void a_helper_on_a_cpu_that_there_is_not_is_refused_by_the_first_fill(void **state)
{
    (void)state;
    unsigned port;
    int listener = listener_open(MANY, &port);
    generator_start_on(&generator, CHANNEL_SOCKETPAIR, NULL, 1000000);
    assert_int_equal(fill(port, MANY, NULL), -ECONNREFUSED);
    assert_non_null(strstr(generator.problem, "a second thread of the generator on CPU 1000000: "));
    assert_int_equal(generator_end(&generator), 0);
    close(listener);
}
#endif

static void connections_come_from_every_source_address_it_names(void **state)
{
    (void)state;
    unsigned port, distinct = 0;
    int fds[MANY], listener = listener_open(MANY, &port);
    bool seen[SOURCE_ADDRESSES_MAX] = {false};
    json_t *reply;
    assert_int_equal(fill(port, MANY, &reply), 0);
    json_int_t named = json_integer_value(json_object_get(reply, "source_addresses"));
    json_decref(reply);
    size_t count = listener_accept(listener, fds, MANY);
    for (size_t i = 0; i < count; i++) {
        struct sockaddr_in peer;
        socklen_t size = sizeof peer;
        assert_int_equal(getpeername(fds[i], (struct sockaddr *)&peer, &size), 0);
        uint32_t offset = ntohl(peer.sin_addr.s_addr) - INADDR_LOOPBACK;
        assert_in_range(offset, 0, SOURCE_ADDRESSES_MAX - 1);
        distinct += !seen[offset];
        seen[offset] = true;
    }
    assert_int_equal(distinct, named);
#ifdef POLLBENCH_LINUX
    assert_int_equal(named, SOURCE_ADDRESSES_MAX);
#endif
    close_all(fds, count);
    close(listener);
}

static void a_refused_connection_is_a_sentence_and_the_next_command_works(void **state)
{
    (void)state;
    unsigned port;
    int listener = listener_open(MANY, &port);
    close(listener);
    assert_int_equal(fill(port, 3, NULL), -ECONNREFUSED);
    assert_non_null(strstr(generator.problem, "refused after 0 of 3"));
    it_fills_a_queue_with_exactly_as_many_as_asked(state);
}

static void allow_few_files(void)
{
    struct rlimit limit = {.rlim_cur = 40, .rlim_max = 40};
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void too_few_files_names_the_limit_and_leaves_nothing_open(void **state)
{
    (void)state;
    unsigned port;
    int fds[MANY], listener = listener_open(MANY, &port);
    generator_start(&generator, CHANNEL_SOCKETPAIR, allow_few_files);
    assert_int_equal(fill(port, MANY, NULL), -ECONNREFUSED);
    assert_non_null(strstr(generator.problem, "may open 40 files"));
    assert_non_null(strstr(generator.problem, "ulimit -n"));
    size_t count = listener_accept(listener, fds, MANY);
    assert_in_range(count, 1, 40);
    for (size_t i = 0; i < count; i++)
        assert_true(connection_was_reset(fds[i]));
    assert_int_equal(generator_end(&generator), 0);
    close_all(fds, count);
    close(listener);
}

static void a_queue_that_is_full_ends_in_a_sentence_that_names_somaxconn(void **state)
{
    (void)state;
    unsigned port;
    int listener = listener_open(1, &port);
    assert_int_equal(fill(port, MANY, NULL), -ECONNREFUSED);
    assert_non_null(strstr(generator.problem, "timed out after"));
    assert_non_null(strstr(generator.problem, "net.core.somaxconn"));
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_PAIR(it_fills_a_queue_with_exactly_as_many_as_asked),
        ON_TCP(it_fills_a_queue_with_exactly_as_many_as_asked),
        ON_PAIR(drop_resets_all_but_the_held_connections),
        ON_PAIR(connections_come_from_every_source_address_it_names),
        ON_PAIR(a_refused_connection_is_a_sentence_and_the_next_command_works),
        ON_PAIR(a_fill_after_a_drop_may_be_smaller_or_larger),
        cmocka_unit_test(filling_and_dropping_again_takes_no_more_files),
        ON_PAIR(dropped_sockets_that_nobody_listens_to_any_more_are_a_refusal),
        ON_PAIR(release_resets_the_held_connections_too),
        WITH_HELPER(it_fills_a_queue_with_exactly_as_many_as_asked),
        WITH_HELPER(drop_resets_all_but_the_held_connections),
        WITH_HELPER(connections_come_from_every_source_address_it_names),
        WITH_HELPER(a_refused_connection_is_a_sentence_and_the_next_command_works),
        WITH_HELPER(a_queue_that_is_full_ends_in_a_sentence_that_names_somaxconn),
        WITH_HELPER(a_fill_after_a_drop_may_be_smaller_or_larger),
        WITH_HELPER(dropped_sockets_that_nobody_listens_to_any_more_are_a_refusal),
        WITH_HELPER(release_resets_the_held_connections_too),
#ifdef POLLBENCH_LINUX
        cmocka_unit_test(a_helper_on_a_cpu_that_there_is_not_is_refused_by_the_first_fill),
#endif
        cmocka_unit_test(too_few_files_names_the_limit_and_leaves_nothing_open),
        ON_PAIR(a_queue_that_is_full_ends_in_a_sentence_that_names_somaxconn),
    };
    return cmocka_run_group_tests_name("generator", tests, NULL, NULL);
}
