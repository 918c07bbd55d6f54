/* The open loop against servers that the test plays itself, honest ones and others. */
#include "tests/harness/generator_process.h"

#include "backends/clock.h"
#include "harness/exchange.h"
#include "harness/generator/open_loop.h"
#include "harness/measure/arrivals.h"
#include "harness/measure/histogram.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define BACKLOG 1024

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

static struct generator_process generator;
static int listener;
static unsigned port;
static json_t *reply;

static int start(void **state)
{
    (void)state;
    reply = NULL;
    generator_start(&generator, CHANNEL_SOCKETPAIR, NULL);
    listener = listener_open(BACKLOG, &port); /* not the generator's as well */
    return 0;
}

static int end(void **state)
{
    (void)state;
    json_decref(reply);
    close(listener);
    return generator_end(&generator);
}

static int rate(double rate_per_s, unsigned bytes, unsigned conns, double limit_s)
{
    return generator_ask(&generator, NULL,
                         "{\"do\":\"rate\",\"host\":\"127.0.0.1\",\"port\":%u,\"rate\":%g,"
                         "\"arrivals\":\"constant\",\"seed\":1,\"bytes\":%u,\"conns\":%u,"
                         "\"limit_s\":%g}",
                         port, rate_per_s, bytes, conns, limit_s);
}

static void mark(void)
{
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"mark\"}"), 0);
}

/* Begins a load and its window. Returns how many arrivals may have been planned before it: on a
 * busy machine, the command takes its time. */
static unsigned rate_and_mark(double rate_per_s, unsigned bytes, unsigned conns)
{
    uint64_t begin_ns = clock_now_ns();
    assert_int_equal(rate(rate_per_s, bytes, conns, 60), 0);
    mark();
    return (unsigned)((double)(clock_now_ns() - begin_ns) * rate_per_s / 1e9) + 1;
}

static void stop(void)
{
    assert_int_equal(generator_ask(&generator, &reply, "{\"do\":\"stop\"}"), 0);
}

static uint64_t planned(const char *name)
{
    json_t *plan = json_object_get(json_object_get(reply, "report"), "plan");
    assert_true(json_is_integer(json_object_get(plan, name)));
    return (uint64_t)json_integer_value(json_object_get(plan, name));
}

static struct histogram latency(const char *name)
{
    struct histogram histogram;
    json_t *all = json_object_get(json_object_get(reply, "report"), "histograms");
    assert_int_equal(histogram_from_json(&histogram, json_object_get(all, name)), 0);
    return histogram;
}

/* What holds of every report. */
static void every_arrival_is_accounted_for_and_is_a_sample(void)
{
    uint64_t arrivals = planned("arrivals");
    uint64_t sum =
        planned("answered") + planned("unanswered") + planned("failed") + planned("not_sent");
    assert_int_equal(sum, arrivals);
    assert_int_equal(latency("response_latency_ns").count, arrivals);
    assert_int_equal(latency("response_latency_uncorrected_ns").count,
                     arrivals - planned("not_sent"));
    assert_int_equal(latency("send_lateness_ns").count, arrivals - planned("not_sent"));
}

/* ---- a server ---- */

/* The next connection, which blocks; -1 when none came. */
static int try_take(void)
{
    struct pollfd set = {.fd = listener, .events = POLLIN};
    int fd = -1;
    while (fd < 0 && poll(&set, 1, 60000) == 1)
        fd = accept(listener, NULL, NULL);
    if (fd >= 0)
        fcntl(fd, F_SETFL, 0);
    return fd;
}

static bool receives_request(int fd, unsigned bytes)
{
    static char request[EXCHANGE_BYTES_MAX];
    if (recv(fd, request, bytes, MSG_WAITALL) != (ssize_t)bytes)
        return false;
    for (unsigned i = 0; i < bytes; i++)
        if (request[i] != EXCHANGE_REQUEST_BYTE)
            return false;
    return true;
}

static void send_bytes(int fd, char byte, unsigned bytes)
{
    static char response[EXCHANGE_BYTES_MAX + 1];
    memset(response, byte, bytes);
    ssize_t sent = 1;
    for (unsigned done = 0; done < bytes && sent > 0; done += (unsigned)sent)
        sent = send(fd, response + done, bytes - done, MSG_NOSIGNAL);
}

static bool is_reset(int fd)
{
    char byte;
    return recv(fd, &byte, 1, 0) < 0 && errno == ECONNRESET;
}

/* A whole exchange, to the client's reset. */
static bool serves_one(unsigned bytes)
{
    int fd = try_take();
    bool is_request = fd >= 0 && receives_request(fd, bytes);
    if (is_request)
        send_bytes(fd, EXCHANGE_RESPONSE_BYTE, bytes);
    bool is_over = is_request && is_reset(fd);
    close(fd);
    return is_over;
}

static void serve(unsigned count, unsigned bytes)
{
    while (count-- > 0)
        assert_true(serves_one(bytes));
}

static int take(void)
{
    int fd = try_take();
    assert_true(fd >= 0);
    return fd;
}

/* A process that serves exchanges one after the other until it is killed, while the test goes on.
 */
static pid_t serve_in_background(unsigned bytes)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    while (pid == 0)
        serves_one(bytes);
    return pid;
}

static void end_background(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* ---- what becomes of an arrival ---- */

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
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"stop\"}"), -EREMOTEIO);
    assert_non_null(strstr(generator.problem, "refused"));
    listener = listener_open(BACKLOG, &port);
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
                     -EREMOTEIO);
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
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"drop\"}"), -EREMOTEIO);
    assert_non_null(strstr(generator.problem, "rate load is running"));
    generator_send(&generator, "nonsense\n", 9);
    assert_int_equal(generator_reply(&generator), -EREMOTEIO);
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
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"stop\"}"), -EREMOTEIO);
    assert_non_null(strstr(generator.problem, "time limit"));
}

static void the_end_of_the_channel_ends_a_running_load(void **state)
{
    (void)state;
    listener = listener_open(BACKLOG, &port);
    generator_start(&generator, CHANNEL_TCP, NULL);
    assert_int_equal(rate(100, 64, 2, 600), 0);
    assert_int_equal(generator_end(&generator), 0);
    close(listener);
}

#define WITH_GENERATOR(test) cmocka_unit_test_setup_teardown(test, start, end)

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
        WITH_GENERATOR(a_response_that_is_cut_short_is_a_failure),
        WITH_GENERATOR(a_response_with_other_bytes_is_a_failure),
        WITH_GENERATOR(a_response_that_is_too_long_is_a_failure),
        WITH_GENERATOR(a_server_that_ends_during_the_load_is_told_at_the_stop),
        WITH_GENERATOR(a_load_that_makes_no_sense_is_refused_by_its_field),
        WITH_GENERATOR(a_running_load_refuses_other_commands_and_goes_on),
        WITH_GENERATOR(a_load_without_a_stop_ends_at_its_limit),
        cmocka_unit_test(the_end_of_the_channel_ends_a_running_load),
    };
    return cmocka_run_group_tests_name("open loop", tests, NULL, NULL);
}
