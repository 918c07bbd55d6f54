#include "tests/harness/generator/generator_process.h"

#include "harness/generator/load_report.h"
#include "harness/generator/report_json.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define MANY 64

static int steady(unsigned port, unsigned conns, double limit_s)
{
    return generator_ask(&generator, NULL,
                         "{\"do\":\"steady\",\"host\":\"127.0.0.1\",\"port\":%u,\"conns\":%u,"
                         "\"limit_s\":%g}",
                         port, conns, limit_s);
}

static int fill(unsigned port, unsigned count)
{
    return generator_ask(&generator, NULL,
                         "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":%u,\"count\":%u}", port,
                         count);
}

static unsigned serve_until_accepted(int listener, unsigned count)
{
    unsigned accepted = 0;
    while (accepted < count) {
        struct pollfd set = {.fd = listener, .events = POLLIN};
        assert_int_equal(poll(&set, 1, 60000), 1);
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        close(fd);
        accepted++;
    }
    return accepted;
}

static void a_closed_loop_counts_and_times_the_connections_of_its_window(void **state)
{
    (void)state;
    unsigned port;
    int listener = listener_open(MANY, &port);
    json_t *reply;
    assert_int_equal(steady(port, 8, 60), 0);
    serve_until_accepted(listener, 100);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"mark\"}"), 0);
    serve_until_accepted(listener, 1000);
    assert_int_equal(generator_ask(&generator, &reply, "{\"do\":\"stop\"}"), 0);
    json_t *report = json_object_get(reply, "report");
    json_int_t connections = json_integer_value(json_object_get(report, "connections"));
    /* Those under way at mark and at stop are not in the window: at most 8 at each end. */
    assert_in_range(connections, 1000 - 16, 1000);
    struct histogram latency;
    json_t *histograms = json_object_get(reply, "histograms");
    assert_int_equal(
        histogram_from_json(&latency, json_object_get(histograms, "connect_latency_ns")), 0);
    assert_int_equal(latency.count, connections);
    assert_true(json_real_value(json_object_get(report, "cpu_utilisation")) > 0.0);
    assert_true(json_is_null(json_object_get(report, "late_ns_p99")));
    assert_int_equal(json_object_size(json_object_get(report, "errors")), 0);
    json_decref(reply);
    close(listener);
}

static void after_a_stop_no_connection_is_left_and_another_load_may_start(void **state)
{
    (void)state;
    unsigned port;
    int fds[MANY], listener = listener_open(MANY, &port);
    for (int turn = 0; turn < 2; turn++) {
        assert_int_equal(steady(port, 8, 60), 0);
        assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"stop\"}"), 0);
        size_t count = listener_accept(listener, fds, MANY);
        assert_int_equal(count, 8);
        for (size_t i = 0; i < count; i++) {
            assert_true(connection_was_reset(fds[i]));
            close(fds[i]);
        }
    }
    close(listener);
}

static void a_server_that_resets_is_counted_and_does_not_end_the_load(void **state)
{
    (void)state;
    unsigned port;
    int listener = listener_open(MANY, &port);
    struct linger reset = {.l_onoff = 1};
    json_t *reply;
    assert_int_equal(steady(port, 1, 60), 0);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"mark\"}"), 0);
    for (unsigned accepted = 0; accepted < 20; accepted++) {
        struct pollfd set = {.fd = listener, .events = POLLIN};
        assert_int_equal(poll(&set, 1, 60000), 1);
        int fd = accept(listener, NULL, NULL);
        assert_true(fd >= 0);
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fd);
    }
    serve_until_accepted(listener, 10);
    assert_int_equal(generator_ask(&generator, &reply, "{\"do\":\"stop\"}"), 0);
    json_t *report = json_object_get(reply, "report");
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(report, "errors"), "ECONNRESET")), 20);
    assert_in_range(json_integer_value(json_object_get(report, "connections")), 9, 10);
    json_decref(reply);
    close(listener);
}

static void a_server_that_ends_during_the_load_is_told_at_the_stop(void **state)
{
    (void)state;
    unsigned port;
    int listener = listener_open(MANY, &port);
    assert_int_equal(steady(port, 4, 60), 0);
    serve_until_accepted(listener, 50);
    close(listener);
    /* The loop sees it at its next connection; until then it is running, and mark is accepted. */
    while (generator_ask(&generator, NULL, "{\"do\":\"mark\"}") == 0)
        usleep(1000);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"stop\"}"), -ECONNREFUSED);
    assert_non_null(strstr(generator.problem, "refused"));
    /* It goes on with other commands. */
    int fds[MANY], another = listener_open(MANY, &port);
    assert_int_equal(fill(port, 5), 0);
    size_t count = listener_accept(another, fds, MANY);
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++)
        close(fds[i]);
    close(another);
}

static void a_load_without_a_stop_ends_at_its_limit(void **state)
{
    (void)state;
    unsigned port;
    int listener = listener_open(MANY, &port);
    assert_int_equal(steady(port, 2, 0.01), 0);
    while (generator_ask(&generator, NULL, "{\"do\":\"mark\"}") == 0)
        usleep(10000);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"stop\"}"), -ECONNREFUSED);
    assert_non_null(strstr(generator.problem, "time limit"));
    close(listener);
}

static void a_running_load_refuses_other_commands_and_goes_on(void **state)
{
    (void)state;
    unsigned port;
    int listener = listener_open(MANY, &port);
    assert_int_equal(steady(port, 2, 60), 0);
    assert_int_equal(fill(port, 1), -ECONNREFUSED);
    assert_non_null(strstr(generator.problem, "steady load is running"));
    generator_send(&generator, "nonsense\n", 9);
    assert_int_equal(generator_reply(&generator), -ECONNREFUSED);
    serve_until_accepted(listener, 10);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"stop\"}"), 0);
    close(listener);
}

static void the_end_of_the_channel_ends_a_running_load(void **state)
{
    (void)state;
    unsigned port;
    int listener = listener_open(MANY, &port);
    generator_start(&generator, CHANNEL_TCP, NULL);
    assert_int_equal(steady(port, 2, 600), 0);
    assert_int_equal(generator_end(&generator), 0);
    close(listener);
}

/* ---- the report ---- */

static void a_generator_that_only_waited_was_not_the_bound(void **state)
{
    (void)state;
    json_t *reply;
    assert_int_equal(generator_ask(&generator, &reply, "{\"do\":\"stop\"}"), 0);
    json_t *report = json_object_get(reply, "report");
    assert_true(json_is_false(json_object_get(report, "bound")));
    assert_true(json_is_false(json_object_get(report, "pinned")));
    assert_int_equal(json_integer_value(json_object_get(report, "connections")), 0);
    json_decref(reply);
}

static bool report_says_bound(bool waited, uint64_t cpu_ns)
{
    const struct load_report load = {
        .end = {.wall_ns = 1000, .cpu_ns = cpu_ns},
        .waited = waited,
    };
    struct generator_report report;
    load_report_fill(&load, &report);
    assert_int_equal(report.bound, report.why_bound[0] != '\0');
    return report.bound;
}

static void a_generator_is_the_bound_above_ninety_percent_of_a_cpu(void **state)
{
    (void)state;
    assert_false(report_says_bound(false, 900));
    assert_true(report_says_bound(false, 901));
    assert_false(report_says_bound(true, 1000));
}

static void errors_of_more_kinds_than_there_is_room_for_are_all_counted(void **state)
{
    (void)state;
    struct load_errors errors = {{0}, {0}};
    for (int number = 1; number <= 3 * LOAD_ERRORS; number++)
        load_errors_count(&errors, number);
    uint64_t sum = 0;
    for (unsigned i = 0; i < LOAD_ERRORS; i++)
        sum += errors.count[i];
    assert_int_equal(sum, 3 * LOAD_ERRORS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_PAIR(a_closed_loop_counts_and_times_the_connections_of_its_window),
        ON_TCP(a_closed_loop_counts_and_times_the_connections_of_its_window),
        ON_PAIR(after_a_stop_no_connection_is_left_and_another_load_may_start),
        ON_PAIR(a_server_that_resets_is_counted_and_does_not_end_the_load),
        ON_PAIR(a_server_that_ends_during_the_load_is_told_at_the_stop),
        ON_PAIR(a_load_without_a_stop_ends_at_its_limit),
        ON_PAIR(a_running_load_refuses_other_commands_and_goes_on),
        cmocka_unit_test(the_end_of_the_channel_ends_a_running_load),
        ON_PAIR(a_generator_that_only_waited_was_not_the_bound),
        cmocka_unit_test(a_generator_is_the_bound_above_ninety_percent_of_a_cpu),
        cmocka_unit_test(errors_of_more_kinds_than_there_is_room_for_are_all_counted),
    };
    return cmocka_run_group_tests_name("closed loop", tests, NULL, NULL);
}
