/* The generator's side of the control channel: what arrives in pieces, makes no sense, or ends. */
#include "tests/harness/generator/generator_process.h"

#include "backends/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void a_line_that_makes_no_sense_is_answered_with_a_sentence(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "nonsense",
        "[]",
        "7",
        "{",
        "{}",
        "{\"do\":5}",
        "{\"do\":\"dance\"}",
        "{\"do\":\"hold\",\"do\":\"drop\"}",
        "{\"do\":\"fill\"}",
        "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":0,\"count\":1}",
        "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":65536,\"count\":1}",
        "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":1,\"count\":0}",
        "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":1,\"count\":-1}",
        "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":1,\"count\":1.5}",
        "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":1,\"count\":\"many\"}",
        "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":1,\"count\":9223372036854775807}",
        "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":1,\"count\":9223372036854775808}",
        "{\"do\":\"fill\",\"host\":\"localhost\",\"port\":1,\"count\":1}",
        "{\"do\":\"fill\",\"host\":7,\"port\":1,\"count\":1}",
        "{\"do\":\"steady\",\"host\":\"127.0.0.1\",\"port\":1,\"conns\":0,\"limit_s\":1}",
        "{\"do\":\"steady\",\"host\":\"127.0.0.1\",\"port\":1,\"conns\":1,\"limit_s\":0}",
        "{\"do\":\"steady\",\"host\":\"127.0.0.1\",\"port\":1,\"conns\":1,\"limit_s\":1e300}",
        "{\"do\":\"steady\",\"host\":\"127.0.0.1\",\"port\":1,\"conns\":1}",
        "\xff\xfe",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        generator_send(&generator, lines[i], strlen(lines[i]));
        generator_send(&generator, "\n", 1);
        generator.problem[0] = '\0';
        assert_int_equal(generator_reply(&generator), -ECONNREFUSED);
        assert_true(strlen(generator.problem) > 20);
    }
    generator_send(&generator, "\0\n", 2);
    assert_int_equal(generator_reply(&generator), -ECONNREFUSED);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"drop\"}"), 0);
}

static void deep_nesting_is_an_error_and_not_a_crash(void **state)
{
    (void)state;
    char line[100001];
    memset(line, '[', sizeof line - 1);
    line[sizeof line - 1] = '\n';
    generator_send(&generator, line, sizeof line);
    assert_int_equal(generator_reply(&generator), -ECONNREFUSED);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"drop\"}"), 0);
}

static void a_command_may_come_byte_by_byte(void **state)
{
    (void)state;
    const char *line = "{\"do\":\"hold\"}\n";
    for (size_t i = 0; line[i]; i++) {
        generator_send(&generator, line + i, 1);
        usleep(200);
    }
    assert_int_equal(generator_reply(&generator), 0);
}

static void commands_in_one_piece_are_answered_in_their_order(void **state)
{
    (void)state;
    const char *lines = "{\"do\":\"hold\"}\n{\"do\":\"dance\"}\n{\"do\":\"drop\"}\n";
    generator_send(&generator, lines, strlen(lines));
    assert_int_equal(generator_reply(&generator), 0);
    assert_int_equal(generator_reply(&generator), -ECONNREFUSED);
    assert_int_equal(generator_reply(&generator), 0);
}

static void a_command_that_comes_during_a_fill_waits_its_turn(void **state)
{
    (void)state;
    unsigned port;
    char lines[256];
    int listener = listener_open(1000, &port);
    int length = snprintf(lines, sizeof lines,
                          "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":%u,\"count\":500}\n"
                          "{\"do\":\"dance\"}\n",
                          port);
    generator_send(&generator, lines, (size_t)length);
    assert_int_equal(generator_reply(&generator), 0);
    assert_int_equal(generator_reply(&generator), -ECONNREFUSED);
    close(listener);
}

static void a_line_without_end_ends_the_generator_with_a_sentence(void **state)
{
    (void)state;
    static char piece[4096];
    memset(piece, 'x', sizeof piece);
    generator_start(&generator, CHANNEL_SOCKETPAIR, NULL);
    for (size_t sent = 0; sent < CONTROL_LINE_BYTES; sent += sizeof piece)
        generator_send(&generator, piece, sizeof piece);
    assert_int_equal(generator_reply(&generator), -EPIPE);
    assert_int_equal(generator_end(&generator), 3);
}

static void the_end_of_the_channel_ends_the_generator(void **state)
{
    (void)state;
    for (int channel = CHANNEL_SOCKETPAIR; channel <= CHANNEL_TCP; channel++) {
        generator_start(&generator, channel, NULL);
        assert_int_equal(generator_end(&generator), 0);
        generator_start(&generator, channel, NULL);
        generator_send(&generator, "{\"do\":\"ho", 9);
        assert_int_equal(generator_end(&generator), 0);
        generator_start(&generator, channel, NULL);
        generator_send(&generator, "{\"do\":\"quit\"}\n", 14);
        assert_int_equal(generator_reply(&generator), -EPIPE);
        assert_int_equal(generator_end(&generator), 0);
    }
}

static void the_end_of_the_channel_ends_a_fill_that_waits(void **state)
{
    (void)state;
    unsigned port;
    int listener = listener_open(1, &port);
    char line[128];
    generator_start(&generator, CHANNEL_SOCKETPAIR, NULL);
    int length =
        snprintf(line, sizeof line,
                 "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":%u,\"count\":50}\n", port);
    uint64_t begun_ns = clock_now_ns();
    generator_send(&generator, line, (size_t)length);
    assert_int_equal(generator_end(&generator), 0);
    /* Not by the time-out of the fill, which the test of a full queue waits for. */
    assert_true(clock_now_ns() - begun_ns < 4 * NS_PER_S);
    close(listener);
}

static void a_long_line_crosses_a_small_socket_buffer_whole(void **state)
{
    (void)state;
    static char text[200001];
    int ends[2], small = 4096;
    memset(text, 'x', sizeof text - 1);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct control writer;
        int r = control_open(&writer, ends[0]);
        if (r == 0)
            r = control_send(&writer, json_pack("{s:s}", "text", text));
        control_close(&writer);
        _exit(r != 0);
    }
    close(ends[0]);
    struct control reader;
    json_t *message;
    char problem[PROBLEM_BYTES];
    assert_int_equal(control_open(&reader, ends[1]), 0);
    uint64_t deadline_ns = clock_now_ns() + 60 * NS_PER_S;
    assert_int_equal(control_receive(&reader, deadline_ns, &message, problem), 1);
    assert_string_equal(json_string_value(json_object_get(message, "text")), text);
    json_decref(message);
    assert_int_equal(control_receive(&reader, deadline_ns, &message, problem), 0);
    assert_true(control_ended(&reader));
    control_close(&reader);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_PAIR(a_line_that_makes_no_sense_is_answered_with_a_sentence),
        ON_TCP(a_line_that_makes_no_sense_is_answered_with_a_sentence),
        ON_PAIR(deep_nesting_is_an_error_and_not_a_crash),
        ON_PAIR(a_command_may_come_byte_by_byte),
        ON_TCP(a_command_may_come_byte_by_byte),
        ON_TCP(commands_in_one_piece_are_answered_in_their_order),
        ON_PAIR(a_command_that_comes_during_a_fill_waits_its_turn),
        cmocka_unit_test(a_line_without_end_ends_the_generator_with_a_sentence),
        cmocka_unit_test(the_end_of_the_channel_ends_the_generator),
        cmocka_unit_test(the_end_of_the_channel_ends_a_fill_that_waits),
        cmocka_unit_test(a_long_line_crosses_a_small_socket_buffer_whole),
    };
    return cmocka_run_group_tests_name("control channel", tests, NULL, NULL);
}
