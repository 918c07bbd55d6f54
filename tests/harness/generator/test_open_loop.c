/* What the open loop makes of its plan, against a server that answers all, some, or nothing. */
#include "tests/harness/generator/open_loop_server.h"

#include "backends/clock.h"
#include "harness/contract/exchange.h"
#include "harness/generator/open_loop.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void every_request_is_whole_and_the_client_ends_by_a_reset(void **state)
{
    (void)state;
    unsigned before = rate_and_mark(500, 64, 8);
    serve(before + 50, 64);
    pid_t server = serve_in_background(64);
    stop();
    end_background(server);
    every_arrival_is_accounted_for_and_is_a_sample();
    assert_int_equal(planned("answered"), planned("arrivals"));
    assert_true(planned("arrivals") >= 50);
    struct histogram corrected = latency("response_latency_ns");
    struct histogram uncorrected = latency("response_latency_uncorrected_ns");
    assert_true(corrected.sum_ns >= uncorrected.sum_ns);
    assert_true(corrected.maximum_ns >= uncorrected.maximum_ns);
    assert_int_equal(json_object_size(json_object_get(json_object_get(reply, "report"), "errors")),
                     0);
}

/* How many arrivals the plan has before window_ns. */
static uint64_t count_planned(uint64_t seed, double rate_per_s, uint64_t window_ns)
{
    struct arrivals plan;
    uint64_t count = 0;
    arrivals_begin(&plan, ARRIVALS_POISSON, rate_per_s, seed, 0);
    for (; plan.next_ns < window_ns; arrivals_step(&plan))
        count++;
    return count;
}

/* Without a mark the window begins as the plan does, so its length says exactly how many are in it.
 */
static void poisson_arrivals_follow_the_seed(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 5; seed++) {
        assert_int_equal(generator_ask(&generator, NULL,
                                       "{\"do\":\"rate\",\"host\":\"127.0.0.1\",\"port\":%u,"
                                       "\"rate\":2000,\"arrivals\":\"poisson\",\"seed\":%d,"
                                       "\"bytes\":64,\"conns\":8,\"limit_s\":60}",
                                       port, (int)seed),
                         0);
        serve(40, 64);
        pid_t server = serve_in_background(64);
        stop();
        end_background(server);
        every_arrival_is_accounted_for_and_is_a_sample();
        json_t *plan = json_object_get(json_object_get(reply, "report"), "plan");
        double window_s = json_number_value(json_object_get(plan, "window_s"));
        assert_int_equal(planned("seed"), seed);
        assert_int_equal(planned("arrivals"),
                         count_planned(seed, 2000, (uint64_t)llround(window_s * 1e9)));
        json_decref(reply);
        reply = NULL;
    }
}

static void large_requests_and_responses_go_in_as_many_pieces_as_it_takes(void **state)
{
    (void)state;
    unsigned before = rate_and_mark(100, EXCHANGE_BYTES_MAX, 4);
    serve(before + 20, EXCHANGE_BYTES_MAX);
    pid_t server = serve_in_background(EXCHANGE_BYTES_MAX);
    stop();
    end_background(server);
    every_arrival_is_accounted_for_and_is_a_sample();
    assert_int_equal(planned("answered"), planned("arrivals"));
    assert_true(planned("arrivals") >= 20);
}

/* Nobody accepts: the first ones go unanswered, the others find no connection free. None of them
 * may be missing, and none may look fast. */
static void a_dead_server_is_no_fast_server(void **state)
{
    (void)state;
    rate_and_mark(200, 64, 4);
    int fds[4];
    for (int i = 0; i < 4; i++) {
        fds[i] = take();
        assert_true(receives_request(fds[i], 64));
    }
    pause_ms(100); /* some more fall due */
    stop();
    every_arrival_is_accounted_for_and_is_a_sample();
    assert_int_equal(planned("answered"), 0);
    assert_in_range(planned("unanswered"), 0, 4);
    assert_true(planned("not_sent") >= 10);
    assert_true(latency("response_latency_ns").minimum_ns >= OPEN_LOOP_DRAIN_NS);
    for (int i = 0; i < 4; i++) {
        assert_true(is_reset(fds[i])); /* no connection is left open */
        close(fds[i]);
    }
}

/* One connection at a time, and the server holds it for a while: what fell due meanwhile has
 * waited, and only the corrected latency shows it. */
static void the_wait_for_a_connection_counts_from_the_plan(void **state)
{
    (void)state;
    rate_and_mark(500, 64, 1);
    int fd = take();
    assert_true(receives_request(fd, 64));
    uint64_t begun_ns = clock_now_ns();
    pause_ms(200);
    uint64_t held_ns = clock_now_ns() - begun_ns;
    send_bytes(fd, EXCHANGE_RESPONSE_BYTE, 64);
    assert_true(is_reset(fd));
    close(fd);
    pid_t server = serve_in_background(64);
    stop();
    end_background(server);
    every_arrival_is_accounted_for_and_is_a_sample();
    struct histogram corrected = latency("response_latency_ns");
    struct histogram uncorrected = latency("response_latency_uncorrected_ns");
    /* 500 a second for 0.2 s, waiting half of it on average: 10 s in all, in 100 samples. */
    assert_true(planned("limited") >= 90);
    double at_least_ns = 0.9 * (double)held_ns * (double)held_ns / 2 * 500e-9;
    uint64_t waited_ns = corrected.sum_ns - uncorrected.sum_ns;
    assert_true((double)waited_ns > at_least_ns);
    /* Nor was it the generator's fault, however late that was besides. */
    assert_true((double)(waited_ns - latency("send_lateness_ns").sum_ns) > at_least_ns);
}

static void a_stopped_generator_knows_that_it_was_late(void **state)
{
    (void)state;
    pid_t server = serve_in_background(64);
    rate_and_mark(2000, 64, 512);
    int status;
    assert_int_equal(kill(generator.pid, SIGSTOP), 0);
    assert_int_equal(waitpid(generator.pid, &status, WUNTRACED), generator.pid);
    uint64_t stopped_ns = clock_now_ns();
    pause_ms(300);
    stopped_ns = clock_now_ns() - stopped_ns;
    assert_int_equal(kill(generator.pid, SIGCONT), 0);
    pause_ms(400); /* with the stop, more than the thousand arrivals that a 99th percentile takes */
    stop();
    end_background(server);
    every_arrival_is_accounted_for_and_is_a_sample();
    json_t *report = json_object_get(reply, "report");
    assert_true(json_real_value(json_object_get(report, "late_share")) > 0.01);
    assert_true((uint64_t)json_integer_value(json_object_get(report, "late_ns_p99")) >
                stopped_ns / 3);
}

/* While one request is still without its answer, the plan goes on; the load does not. */
static void nothing_is_sent_that_was_planned_after_the_window(void **state)
{
    (void)state;
    unsigned before = rate_and_mark(200, 64, 8), taken = 1;
    int held = take();
    json_t *command = json_pack("{s:s}", "do", "stop");
    assert_int_equal(control_send(&generator.control, command), 0);
    uint64_t release_ns = clock_now_ns() + 200 * NS_PER_MS;
    struct pollfd set[] = {{.fd = listener, .events = POLLIN},
                           {.fd = generator.control.fd, .events = POLLIN}};
    while (set[1].revents == 0) {
        assert_true(poll(set, 2, 10) >= 0);
        if (set[0].revents) {
            serve(1, 64);
            taken++;
        }
        if (held >= 0 && clock_now_ns() >= release_ns) {
            send_bytes(held, EXCHANGE_RESPONSE_BYTE, 64);
            close(held);
            held = -1;
        }
    }
    assert_int_equal(control_reply(&generator.control, UINT64_MAX, &reply, generator.problem), 0);
    every_arrival_is_accounted_for_and_is_a_sample();
    assert_in_range(taken, planned("arrivals"), planned("arrivals") + before);
}

/* Every answer makes the next request, without a plan; it has no latency, and a stop ends it at
 * once but for what is under way. */
static void an_endless_load_is_a_closed_loop_and_no_sample(void **state)
{
    (void)state;
    assert_int_equal(generator_ask(&generator, NULL,
                                   "{\"do\":\"rate\",\"host\":\"127.0.0.1\",\"port\":%u,"
                                   "\"rate\":1,\"arrivals\":\"endless\",\"seed\":1,\"bytes\":64,"
                                   "\"conns\":4,\"limit_s\":60}",
                                   port),
                     0);
    serve(200, 64);
    pid_t server = serve_in_background(64);
    stop();
    end_background(server);
    assert_int_equal(planned("arrivals"), 0);
    every_arrival_is_accounted_for_and_is_a_sample();
    json_decref(reply);
    rate_and_mark(500, 64, 4); /* and the next load finds nothing of it */
    serve(1, 64);
    server = serve_in_background(64);
    stop();
    end_background(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GENERATOR(every_request_is_whole_and_the_client_ends_by_a_reset),
        WITH_GENERATOR(poisson_arrivals_follow_the_seed),
        WITH_GENERATOR(large_requests_and_responses_go_in_as_many_pieces_as_it_takes),
        WITH_GENERATOR(a_dead_server_is_no_fast_server),
        WITH_GENERATOR(the_wait_for_a_connection_counts_from_the_plan),
        WITH_GENERATOR(a_stopped_generator_knows_that_it_was_late),
        WITH_GENERATOR(nothing_is_sent_that_was_planned_after_the_window),
        WITH_GENERATOR(an_endless_load_is_a_closed_loop_and_no_sample),
    };
    return cmocka_run_group_tests_name("open loop", tests, NULL, NULL);
}
