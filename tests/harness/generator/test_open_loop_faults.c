/* The open loop against servers that are not honest, and commands that make no sense. */
#include "tests/harness/generator/open_loop_server.h"

#include "harness/contract/exchange.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* ---- servers that are not honest ---- */

/* Answers `bytes` of `byte` and closes, ten times and more; the load counts them under `error`. */
static void dishonest(char byte, unsigned bytes, const char *error)
{
    unsigned count = rate_and_mark(200, 64, 8) + 10;
    for (unsigned i = 0; i < count; i++) {
        int fd = take();
        assert_true(receives_request(fd, 64));
        send_bytes(fd, byte, bytes);
        close(fd);
    }
    pid_t server = serve_in_background(64);
    stop();
    end_background(server);
    every_arrival_is_accounted_for_and_is_a_sample();
    assert_in_range(planned("failed"), 10, count);
    json_t *errors = json_object_get(json_object_get(reply, "report"), "errors");
    assert_in_range(json_integer_value(json_object_get(errors, error)), planned("failed"), count);
}

static void a_response_that_is_cut_short_is_a_failure(void **state)
{
    (void)state;
    dishonest(EXCHANGE_RESPONSE_BYTE, 63, "ECONNABORTED");
}

static void a_response_with_other_bytes_is_a_failure(void **state)
{
    (void)state;
    dishonest(EXCHANGE_REQUEST_BYTE, 64, "EBADMSG");
}

static void a_response_that_is_too_long_is_a_failure(void **state)
{
    (void)state;
    dishonest(EXCHANGE_RESPONSE_BYTE, 65, "EBADMSG");
}

static void a_server_that_ends_during_the_load_is_told_at_the_stop(void **state)
{
    (void)state;
    assert_int_equal(rate(500, 64, 8, 60), 0);
    serve(1, 64);
    close(listener);
    while (generator_ask(&generator, NULL, "{\"do\":\"mark\"}") == 0)
        pause_ms(1);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"stop\"}"), -ECONNREFUSED);
    assert_non_null(strstr(generator.problem, "refused"));
    listener_renew();
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"drop\"}"), 0);
}

/* ---- commands ---- */

static void ask_for(const char *rate_text, const char *arrivals, const char *counts,
                    const char *word)
{
    assert_int_equal(generator_ask(&generator, NULL,
                                   "{\"do\":\"rate\",\"host\":\"127.0.0.1\",\"port\":%u,"
                                   "\"rate\":%s,\"arrivals\":\"%s\",%s}",
                                   port, rate_text, arrivals, counts),
                     -ECONNREFUSED);
    assert_non_null(strstr(generator.problem, word));
}

static void a_load_that_makes_no_sense_is_refused_by_its_field(void **state)
{
    (void)state;
    const char *good = "\"seed\":1,\"bytes\":1,\"conns\":1,\"limit_s\":1";
    ask_for("0", "poisson", good, "\"rate\"");
    ask_for("-5", "poisson", good, "\"rate\"");
    ask_for("1e7", "poisson", good, "\"rate\"");
    ask_for("\"many\"", "poisson", good, "\"rate\"");
    ask_for("1", "sometimes", good, "\"arrivals\"");
    ask_for("1", "poisson", "\"seed\":-1,\"bytes\":1,\"conns\":1,\"limit_s\":1", "\"seed\"");
    ask_for("1", "poisson", "\"seed\":1,\"bytes\":0,\"conns\":1,\"limit_s\":1", "\"bytes\"");
    ask_for("1", "poisson", "\"seed\":1,\"bytes\":65537,\"conns\":1,\"limit_s\":1", "\"bytes\"");
    ask_for("1", "poisson", "\"seed\":1,\"bytes\":1,\"conns\":0,\"limit_s\":1", "\"conns\"");
    ask_for("1", "poisson", "\"seed\":1,\"bytes\":1,\"conns\":1", "\"limit_s\"");
}

static void a_running_load_refuses_other_commands_and_goes_on(void **state)
{
    (void)state;
    assert_int_equal(rate(500, 64, 8, 60), 0);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"drop\"}"), -ECONNREFUSED);
    assert_non_null(strstr(generator.problem, "rate load is running"));
    generator_send(&generator, "nonsense\n", 9);
    assert_int_equal(generator_reply(&generator), -ECONNREFUSED);
    serve(1, 64);
    pid_t server = serve_in_background(64);
    stop();
    end_background(server);
}

static void a_load_without_a_stop_ends_at_its_limit(void **state)
{
    (void)state;
    assert_int_equal(rate(100, 64, 2, 0.01), 0);
    while (generator_ask(&generator, NULL, "{\"do\":\"mark\"}") == 0)
        pause_ms(10);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"stop\"}"), -ECONNREFUSED);
    assert_non_null(strstr(generator.problem, "time limit"));
}

static void the_end_of_the_channel_ends_a_running_load(void **state)
{
    (void)state;
    listener_renew();
    generator_start(&generator, CHANNEL_TCP, NULL);
    assert_int_equal(rate(100, 64, 2, 600), 0);
    assert_int_equal(generator_end(&generator), 0);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GENERATOR(a_response_that_is_cut_short_is_a_failure),
        WITH_GENERATOR(a_response_with_other_bytes_is_a_failure),
        WITH_GENERATOR(a_response_that_is_too_long_is_a_failure),
        WITH_GENERATOR(a_server_that_ends_during_the_load_is_told_at_the_stop),
        WITH_GENERATOR(a_load_that_makes_no_sense_is_refused_by_its_field),
        WITH_GENERATOR(a_running_load_refuses_other_commands_and_goes_on),
        WITH_GENERATOR(a_load_without_a_stop_ends_at_its_limit),
        cmocka_unit_test(the_end_of_the_channel_ends_a_running_load),
    };
    return cmocka_run_group_tests_name("open loop, faults", tests, NULL, NULL);
}
