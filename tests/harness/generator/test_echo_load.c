/* The commands of an echo load; what it does with its bytes is in test_echo_talker.c and in the
 * workload's tests. */
#include "tests/harness/generator/generator_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int echo(unsigned active, unsigned bytes, unsigned pipeline)
{
    return generator_ask(&generator, NULL,
                         "{\"do\":\"echo\",\"active\":%u,\"bytes\":%u,\"pipeline\":%u,"
                         "\"limit_s\":60}",
                         active, bytes, pipeline);
}

static void refused(int r, const char *words)
{
    assert_true(r < 0);
    if (strstr(generator.problem, words) == NULL)
        fail_msg("\"%s\" does not say: %s", generator.problem, words);
}

/* Connections that nobody has to accept. */
static int fill(unsigned count)
{
    unsigned port;
    int listener = listener_open((int)count, &port);
    assert_int_equal(generator_ask(&generator, NULL,
                                   "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":%u,"
                                   "\"count\":%u}",
                                   port, count),
                     0);
    return listener;
}

static void without_connections_it_is_refused(void **state)
{
    (void)state;
    refused(echo(1, 64, 1), "there are no connections");
}

static void what_cannot_be_is_refused_and_the_next_command_works(void **state)
{
    (void)state;
    int listener = fill(3);
    refused(echo(4, 64, 1), "\"active\" has to be a whole number from 1 to 3");
    refused(echo(0, 64, 1), "\"active\"");
    refused(echo(3, 0, 1), "\"bytes\"");
    refused(echo(3, 1 << 30, 1), "\"bytes\"");
    refused(echo(3, 64, 0), "\"pipeline\"");
    refused(echo(3, 64, 1000), "\"pipeline\"");
    assert_int_equal(echo(3, 64, 1), 0);
    close(listener);
}

static void while_it_runs_only_mark_and_stop_are_possible(void **state)
{
    (void)state;
    int listener = fill(2);
    assert_int_equal(echo(2, 64, 1), 0);
    refused(generator_ask(&generator, NULL, "{\"do\":\"drop\"}"), "the echo load is running");
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"mark\"}"), 0);
    close(listener);
}

static void a_server_that_ends_is_said_in_the_reply_to_stop(void **state)
{
    (void)state;
    int listener = fill(2);
    assert_int_equal(echo(2, 64, 1), 0);
    close(listener); /* and what waits in its queue is reset */
    refused(generator_ask(&generator, NULL, "{\"do\":\"stop\"}"), "the server ended connection");
    /* It takes commands as before. */
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"release\"}"), 0);
}

static void a_path_that_is_no_address_is_refused(void **state)
{
    char path[200];
    (void)state;
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    refused(generator_ask(&generator, NULL, "{\"do\":\"fill\",\"path\":\"%s\",\"count\":1}", path),
            "\"path\" has to be that of a unix socket");
    refused(generator_ask(&generator, NULL, "{\"do\":\"fill\",\"path\":\"\",\"count\":1}"),
            "\"path\"");
    refused(generator_ask(&generator, NULL, "{\"do\":\"fill\",\"path\":7,\"count\":1}"),
            "\"path\"");
    refused(generator_ask(&generator, NULL,
                          "{\"do\":\"fill\",\"path\":\"/nonexistent/echo\",\"count\":1}"),
            "No such file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_PAIR(without_connections_it_is_refused),
        ON_PAIR(what_cannot_be_is_refused_and_the_next_command_works),
        ON_PAIR(while_it_runs_only_mark_and_stop_are_possible),
        ON_PAIR(a_server_that_ends_is_said_in_the_reply_to_stop),
        ON_PAIR(a_path_that_is_no_address_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
