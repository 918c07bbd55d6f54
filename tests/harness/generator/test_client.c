/* What a workload has the generator do, by the typed commands; and a generator that says nonsense.
 */
#include "tests/harness/generator/generator_process.h"

#include "backends/clock.h"
#include "harness/generator/client.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define MANY 32

static struct generator_client *client;
static struct outcome outcome;
static char problem[PROBLEM_BYTES];
static int listener;
static unsigned port;

static uint64_t soon_ns(void)
{
    return clock_now_ns() + 60 * NS_PER_S;
}

static int start(void **state)
{
    generator_start_on_socketpair(state);
    listener = listener_open(MANY, &port);
    problem[0] = '\0';
    return generator_client_open(&client, generator.control.fd, problem);
}

static int end(void **state)
{
    outcome_free(&outcome);
    generator_client_close(client);
    close(listener);
    return generator_end_cleanly(state);
}

static unsigned accept_all(void)
{
    int fds[MANY];
    size_t count = listener_accept(listener, fds, MANY);
    for (size_t i = 0; i < count; i++)
        close(fds[i]);
    return (unsigned)count;
}

/* Accepts and closes until so many connections came. */
static void serve(unsigned count)
{
    for (unsigned accepted = 0; accepted < count;) {
        struct pollfd set = {.fd = listener, .events = POLLIN};
        assert_int_equal(poll(&set, 1, 60000), 1);
        accepted += accept_all();
    }
}

static void a_fill_makes_as_many_connections_and_a_drop_ends_those_that_are_not_held(void **state)
{
    (void)state;
    int fds[MANY];
    assert_int_equal(generator_fill(client, (uint16_t)port, 3), 0);
    assert_int_equal(generator_hold(client), 0);
    assert_int_equal(generator_fill(client, (uint16_t)port, 5), 0);
    assert_int_equal(generator_drop(client), 0);
    assert_int_equal(listener_accept(listener, fds, MANY), 8);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(connection_was_reset(fds[i]), i >= 3);
        close(fds[i]);
    }
}

static void a_refusal_is_the_generators_own_sentence(void **state)
{
    (void)state;
    assert_int_equal(generator_fill(client, (uint16_t)port, 0), -ECONNREFUSED);
    assert_non_null(strstr(problem, "\"count\" has to be a whole number"));
    assert_int_equal(generator_drop(client), 0);
}

static void a_closed_loop_brings_a_report_and_its_histogram(void **state)
{
    (void)state;
    assert_int_equal(generator_steady(client, (uint16_t)port, 4, 60), 0);
    serve(50);
    assert_int_equal(generator_send_mark(client), 0);
    assert_int_equal(generator_take_mark(client, soon_ns()), 0);
    serve(200);
    assert_int_equal(generator_stop(client, &outcome, true), 0);
    assert_true(outcome.has_generator);
    assert_in_range(outcome.generator.connections, 1, 200);
    assert_false(outcome.generator.has_plan);
    assert_int_equal(outcome.histogram_count, 1);
    assert_int_equal(outcome_histogram(&outcome, "connect_latency_ns")->count,
                     outcome.generator.connections);
}

static void histograms_that_are_not_wanted_are_left_out(void **state)
{
    (void)state;
    assert_int_equal(generator_steady(client, (uint16_t)port, 4, 60), 0);
    serve(50);
    assert_int_equal(generator_stop(client, &outcome, false), 0);
    assert_true(outcome.has_generator);
    assert_int_equal(outcome.histogram_count, 0);
}

static void an_answer_that_has_not_come_yet_is_not_waited_for(void **state)
{
    (void)state;
    const struct generator_load load = {.arrivals = ARRIVALS_POISSON,
                                        .rate_per_s = 100,
                                        .seed = 9,
                                        .bytes = 1,
                                        .conns = 2,
                                        .limit_s = 60};
    assert_int_equal(generator_take_mark(client, 0), -EAGAIN);
    assert_int_equal(generator_rate(client, (uint16_t)port, &load), 0);
    assert_int_equal(generator_send_stop(client), 0);
    int r = generator_take_report(client, 0, &outcome, true);
    while (r == -EAGAIN) {
        accept_all(); /* reset by the server: no request is answered */
        usleep(1000);
        r = generator_take_report(client, 0, &outcome, true);
    }
    assert_int_equal(r, 0);
    assert_true(outcome.generator.has_plan);
    assert_int_equal(outcome.generator.plan.seed, 9);
    assert_int_equal(outcome_histogram(&outcome, "response_latency_ns")->count,
                     outcome.generator.plan.arrivals);
}

static void a_report_that_nobody_wants_is_taken_all_the_same(void **state)
{
    (void)state;
    assert_int_equal(generator_stop(client, NULL, false), 0);
    assert_int_equal(generator_drop(client), 0);
}

/* ---- a generator that says nonsense ---- */

static int answer_to_stop(const char *line)
{
    int ends[2];
    struct generator_client *talker;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(generator_client_open(&talker, ends[0], problem), 0);
    assert_int_equal(write(ends[1], line, strlen(line)), (ssize_t)strlen(line));
    close(ends[1]);
    outcome_reset(&outcome);
    int r = generator_take_report(talker, soon_ns(), &outcome, true);
    generator_client_close(talker);
    close(ends[0]);
    return r;
}

#define REPORT                                                                                     \
    "\"report\":{\"cpu_utilisation\":0,\"late_ns_p99\":null,\"bound\":false,\"connections\":0,"    \
    "\"errors\":{},\"source_addresses\":1,\"pinned\":false}"

static void a_report_that_is_not_understood_is_a_sentence(void **state)
{
    (void)state;
    assert_int_equal(answer_to_stop("{\"ok\":true," REPORT ",\"histograms\":{}}\n"), 0);
    assert_int_equal(answer_to_stop("{\"ok\":true}\n"), -EPROTO);
    assert_non_null(
        strstr(problem, "the generator's report is not understood: expected an object"));
    assert_false(outcome.has_generator);
    assert_int_equal(answer_to_stop("{\"ok\":true,\"report\":{\"bound\":1}}\n"), -EPROTO);
    assert_non_null(strstr(problem, "cpu_utilisation"));
    assert_int_equal(answer_to_stop("{\"ok\":true," REPORT ",\"histograms\":{\"a_ns\":{}}}\n"),
                     -EPROTO);
    assert_non_null(strstr(problem, "histogram a_ns"));
    assert_int_equal(answer_to_stop(""), -EPIPE);
    outcome_free(&outcome);
}

#define WITH_CLIENT(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CLIENT(a_fill_makes_as_many_connections_and_a_drop_ends_those_that_are_not_held),
        WITH_CLIENT(a_refusal_is_the_generators_own_sentence),
        WITH_CLIENT(a_closed_loop_brings_a_report_and_its_histogram),
        WITH_CLIENT(histograms_that_are_not_wanted_are_left_out),
        WITH_CLIENT(an_answer_that_has_not_come_yet_is_not_waited_for),
        WITH_CLIENT(a_report_that_nobody_wants_is_taken_all_the_same),
        cmocka_unit_test(a_report_that_is_not_understood_is_a_sentence),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
