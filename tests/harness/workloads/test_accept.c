/* The accept workload on one subject: test_accept SUBJECT, "poll" unless named. A subject that this
 * system does not have ends with status 77, or 1 when REQUIRE_BACKENDS names it. */
#include "tests/harness/workloads/subject_trial.h"

#include "backends/clock.h"
#include "harness/contract/parameters.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int run(const char *mode, const char *params)
{
    return run_trial((struct trial_request){.mode = mode}, params);
}

/* ---- drain ---- */

static void drain_accepts_exactly_the_queue_in_the_measured_region(void **state)
{
    (void)state;
    assert_int_equal(run("drain", "queue=200 drains=1 idle=0 budget=50"), 0);
    assert_true(metric("ns_per_accept") > 0);
    double product = metric("ns_per_accept") * metric("accepts_per_s");
    assert_true(product > 0.999e9 && product < 1.001e9);
    assert_true(metric("server_cpu_us_per_accept") > 0);
    assert_true(usage("wall_ns") >= 200 * metric("ns_per_accept"));
    assert_int_equal(counter("operations"), 200);
    assert_int_equal(outcome.generator.connections, 200);
    assert_false(outcome.generator.bound);
    assert_int_equal(outcome.histogram_count, 0);
    granted_as_announced();
    assert_false(has_counter("syscalls"));
    if (has_kernel())
        assert_int_equal(counter("events"), 200);
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void drains_are_measured_apart_and_their_median_is_the_value(void **state)
{
    (void)state;
    double drain_ns[5], sum_ns = 0;
    assert_int_equal(run("drain", "queue=40 drains=5 idle=20 budget=50"), 0);
    assert_string_equal(outcome.sampled_metric, "ns_per_accept");
    assert_int_equal(outcome.sample_count, 5);
    for (size_t i = 0; i < 5; i++)
        sum_ns += drain_ns[i] = outcome.samples[i];
    qsort(drain_ns, 5, sizeof drain_ns[0], by_size);
    assert_true(drain_ns[0] > 0);
    assert_true(metric("ns_per_accept") == drain_ns[2]);
    assert_int_equal(counter("operations"), 5 * 40);
    assert_true(usage("wall_ns") >= 40 * sum_ns - 5);
    if (has_kernel())
        assert_int_equal(counter("events"), 5 * 40);
}

/* Both ends: [0] is the harness's, [1] the trial's. */
static void open_turns(int ends[2], unsigned given)
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    while (given-- > 0)
        assert_int_equal(write(ends[0], "", 1), 1);
}

static void a_drain_in_turns_takes_one_for_each_drain_and_for_its_begin_and_end(void **state)
{
    (void)state;
    int turns[2];
    char taken[16];
    open_turns(turns, 5);
    assert_int_equal(run_trial((struct trial_request){.mode = "drain", .turn_fd = turns[1]},
                               "queue=20 drains=3 idle=0 budget=50"),
                     0);
    assert_int_equal(outcome.sample_count, 3);
    /* The last one ends with the trial's process. */
    assert_int_equal(recv(turns[0], taken, sizeof taken, MSG_DONTWAIT), 4);
    assert_int_equal(recv(turns[1], taken, sizeof taken, MSG_DONTWAIT), -1);
    close(turns[0]);
    close(turns[1]);
}

static void a_drain_whose_turns_do_not_come_any_more_fails_with_a_sentence(void **state)
{
    (void)state;
    for (unsigned given = 0; given < 3; given++) {
        int turns[2];
        open_turns(turns, given);
        assert_int_equal(shutdown(turns[0], SHUT_WR), 0);
        assert_int_equal(run_trial((struct trial_request){.mode = "drain", .turn_fd = turns[1]},
                                   "queue=20 drains=3 idle=0 budget=50"),
                         -EPIPE);
        assert_non_null(strstr(problem, given == 0 ? "the first turn" : "the next turn"));
        close(turns[0]);
        close(turns[1]);
    }
}

static double shortest_drain_ns;

static int timed_drain(struct accept_server *server, unsigned count, uint64_t deadline_ns)
{
    uint64_t begin_ns = clock_now_ns();
    int r = subject->accept->drain(server, count, deadline_ns);
    shortest_drain_ns = fmin(shortest_drain_ns, (double)(clock_now_ns() - begin_ns));
    return r;
}

/* Compared with the drains that it delays, not with those of another trial, which may have been
 * disturbed. */
static void a_planted_delay_is_inside_every_drain(void **state)
{
    (void)state;
    struct accept_ops ops = *subject->accept;
    struct subject other = *subject;
    ops.drain = timed_drain;
    other.accept = &ops;
    shortest_drain_ns = INFINITY;
    assert_int_equal(
        run_trial((struct trial_request){.subject = &other, .mode = "drain", .planted_share = 100},
                  "queue=10 drains=3 idle=0 budget=10"),
        0);
    assert_true(10 * metric("ns_per_accept") >= 101 * shortest_drain_ns);
}

static void drain_with_idle_connections_does_not_count_them(void **state)
{
    (void)state;
    /* 70 idle ones in a queue of 32: three portions. */
    assert_int_equal(run("drain", "queue=32 drains=1 idle=70 budget=32"), 0);
    if (!has_kernel())
        return;
    assert_int_equal(outcome.generator.connections, 70 + 32);
    assert_int_equal(counter("events"), 32);
}

static void the_budget_bounds_the_accepts_of_one_wakeup(void **state)
{
    (void)state;
    assert_int_equal(run("drain", "queue=60 drains=1 idle=0 budget=1"), 0);
    double waits_of_one = counter("waits");
    assert_int_equal(run("drain", "queue=60 drains=1 idle=0 budget=60"), 0);
    double waits_of_many = counter("waits");
    if (subject->tier == TIER_READINESS) {
        assert_true(waits_of_one >= 60);
        assert_true(waits_of_many <= 2);
    }
}

static void a_queue_of_one_works(void **state)
{
    (void)state;
    assert_int_equal(run("drain", "queue=1 drains=1 idle=1 budget=1"), 0);
}

static void counting_gives_system_calls_or_says_why_not(void **state)
{
    (void)state;
    assert_int_equal(run_trial((struct trial_request){.mode = "drain", .count_system_calls = true},
                               "queue=100 drains=1 idle=0 budget=10"),
                     0);
    const char *reason = outcome.syscalls_unavailable;
    assert_int_equal(has_counter("syscalls"), reason[0] == '\0');
    if (reason[0] != '\0') {
        assert_true(strlen(reason) > 20);
        print_message("not counted: %s\n", reason);
    } else if (subject->tier == TIER_READINESS) {
        /* 10 waits and 100 accepts; more only for re-arming. */
        assert_in_range(counter("syscalls"), 110, 110 + counter("changes") + 10);
    } else if (!has_kernel()) {
        assert_int_equal(counter("syscalls"), 0);
    }
}

/* ---- steady ---- */

static void steady_accepts_for_its_time_and_times_connections(void **state)
{
    (void)state;
    char text[REASON_BYTES];
    struct named_values params = params_of("conns=8 idle=20");
    const char *reason = accept_workload.refuses(subject, "steady", &params, text);
    named_values_free(&params);
    if (!has_kernel()) {
        assert_non_null(reason);
        assert_non_null(strstr(reason, "nothing can connect"));
        return;
    }
    assert_null(reason);
    assert_int_equal(run("steady", "conns=8 idle=20 budget=64 seconds=0.1"), 0);
    assert_true(usage("wall_ns") >= 0.1e9);
    assert_false(has_metric("ns_per_accept"));
    struct histogram latency = distribution("connect_latency_ns");
    assert_int_equal(latency.count, outcome.generator.connections);
    /* Both ends count nearly the same connections: the windows differ by the ones under way, and by
     * those that pass while the commands travel. */
    double accepted = metric("accepts_per_s") * usage("wall_ns") / 1e9;
    assert_true(latency.count > accepted / 2 && latency.count < accepted * 1.5 + 16);
    no_connection_failed();
}

static void steady_works_with_more_connections_than_the_budget_and_with_one(void **state)
{
    (void)state;
    if (!has_kernel())
        return;
    assert_int_equal(run("steady", "conns=200 idle=0 budget=1 seconds=0.05"), 0);
    assert_int_equal(run("steady", "conns=1 idle=0 budget=64 seconds=0.05"), 0);
}

/* ---- the server by itself ---- */

static struct accept_server *open_server(void)
{
    struct accept_setup setup = {.subject = subject, .backlog = 16, .budget = 4, .capacity = 16};
    struct accept_server *server;
    const char *what = "";
    assert_int_equal(subject->accept->open(&server, &setup, &what), 0);
    return server;
}

static void fill_queue(const struct accept_server *server, int count)
{
    assert_int_equal(
        generator_ask(&generator, NULL,
                      "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":%u,\"count\":%d}",
                      subject->accept->port(server), count),
        0);
}

static void a_server_drains_and_drops_again_and_again_in_the_same_memory(void **state)
{
    (void)state;
    struct accept_server *server = open_server();
    for (int turn = 0; turn < 30; turn++) {
        if (has_kernel())
            fill_queue(server, 16);
        assert_int_equal(subject->accept->drain(server, 16, clock_now_ns() + 60 * NS_PER_S), 0);
        assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"drop\"}"), 0);
        assert_int_equal(subject->accept->drop(server), 0);
    }
    subject->accept->close(server);
}

static void a_drain_takes_what_it_was_asked_for_and_leaves_the_rest_for_the_next(void **state)
{
    (void)state;
    if (!has_kernel())
        return;
    struct accept_server *server = open_server();
    fill_queue(server, 16);
    uint64_t deadline_ns = clock_now_ns() + 60 * NS_PER_S;
    assert_int_equal(subject->accept->drain(server, 1, deadline_ns), 0);
    assert_int_equal(subject->accept->drain(server, 2, deadline_ns), 0);
    assert_int_equal(subject->accept->drain(server, 13, deadline_ns), 0);
    assert_int_equal(subject->accept->drain(server, 17, deadline_ns), -ENOBUFS);
    assert_int_equal(subject->accept->drop(server), 0);
    assert_int_equal(subject->accept->drain(server, 1, clock_now_ns() + 20 * NS_PER_MS),
                     -ETIMEDOUT);
    subject->accept->close(server);
}

static void an_idle_connection_that_ends_is_an_error(void **state)
{
    (void)state;
    if (!has_kernel())
        return;
    struct accept_server *server = open_server();
    fill_queue(server, 5);
    uint64_t deadline_ns = clock_now_ns() + 60 * NS_PER_S;
    assert_int_equal(subject->accept->drain(server, 5, deadline_ns), 0);
    assert_int_equal(subject->accept->hold(server), 0);
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"drop\"}"), 0);
    assert_int_equal(subject->accept->drain(server, 1, deadline_ns), -ECONNRESET);
    subject->accept->close(server);
}

/* ---- what can go wrong ---- */

static int queued_short(const struct accept_server *server)
{
    (void)server;
    return 17;
}

static void a_connection_that_is_not_in_the_queue_fails_the_trial(void **state)
{
    (void)state;
    struct accept_ops ops = *subject->accept;
    struct subject other = *subject;
    ops.queued = queued_short;
    other.accept = &ops;
    if (!has_kernel())
        return;
    assert_int_equal(run_trial((struct trial_request){.subject = &other, .mode = "drain"},
                               "queue=20 drains=1 idle=0 budget=10"),
                     -EPROTO);
    assert_non_null(strstr(problem, "17 connections are in the listen queue"));
    assert_non_null(strstr(problem, "net.core.somaxconn"));
}

static void a_generator_that_is_gone_is_a_sentence(void **state)
{
    (void)state;
    assert_int_equal(kill(generator.pid, SIGKILL), 0);
    assert_int_equal(run("drain", "queue=20 drains=1 idle=5 budget=10"), -EPIPE);
    assert_non_null(strstr(problem, "generator"));
    assert_int_equal(outcome.metrics.count, 0);
    assert_int_equal(generator_end(&generator), 128 + SIGKILL);
}

/* In a child: the limit cannot be raised again. */
static void a_server_without_files_names_the_limit(void **state)
{
    (void)state;
    if (!has_kernel())
        return;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct rlimit limit = {.rlim_cur = 40, .rlim_max = 40};
        setrlimit(RLIMIT_NOFILE, &limit);
        int r = run("drain", "queue=100 drains=1 idle=0 budget=10");
        _exit(r == -EMFILE && strstr(problem, "40 open files") && strstr(problem, "ulimit -n") ? 0
                                                                                               : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(int argc, char **argv)
{
    int status = subject_trial_choose(&accept_workload, argc, argv);
    if (status != 0)
        return status;
    const struct CMUnitTest tests[] = {
        WITH_GENERATOR(drain_accepts_exactly_the_queue_in_the_measured_region),
        WITH_GENERATOR(drains_are_measured_apart_and_their_median_is_the_value),
        WITH_GENERATOR(a_drain_in_turns_takes_one_for_each_drain_and_for_its_begin_and_end),
        WITH_GENERATOR(a_drain_whose_turns_do_not_come_any_more_fails_with_a_sentence),
        WITH_GENERATOR(a_planted_delay_is_inside_every_drain),
        WITH_GENERATOR(drain_with_idle_connections_does_not_count_them),
        WITH_GENERATOR(the_budget_bounds_the_accepts_of_one_wakeup),
        WITH_GENERATOR(a_queue_of_one_works),
        WITH_GENERATOR(counting_gives_system_calls_or_says_why_not),
        WITH_GENERATOR(steady_accepts_for_its_time_and_times_connections),
        WITH_GENERATOR(steady_works_with_more_connections_than_the_budget_and_with_one),
        WITH_GENERATOR(a_server_drains_and_drops_again_and_again_in_the_same_memory),
        WITH_GENERATOR(a_drain_takes_what_it_was_asked_for_and_leaves_the_rest_for_the_next),
        WITH_GENERATOR(an_idle_connection_that_ends_is_an_error),
        WITH_GENERATOR(a_connection_that_is_not_in_the_queue_fails_the_trial),
        cmocka_unit_test_setup(a_generator_that_is_gone_is_a_sentence, subject_trial_start),
        WITH_GENERATOR(a_server_without_files_names_the_limit),
    };
    return cmocka_run_group_tests_name(subject->name, tests, NULL, NULL);
}
