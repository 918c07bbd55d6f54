/* accept, mode=rate, on one subject: test_open_loop_subject SUBJECT. A subject that this system
 * does not have ends with status 77, or 1 when REQUIRE_BACKENDS names it. */
#include "tests/harness/workloads/subject_trial.h"

#include "backends/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct generator_plan *plan(void)
{
    assert_true(outcome.has_generator && outcome.generator.has_plan);
    return &outcome.generator.plan;
}

static void every_arrival_is_a_sample(void)
{
    uint64_t arrivals = plan()->arrivals;
    assert_int_equal(plan()->answered + plan()->unanswered + plan()->failed + plan()->not_sent,
                     arrivals);
    assert_int_equal(distribution("response_latency_ns").count, arrivals);
    assert_int_equal(distribution("response_latency_uncorrected_ns").count,
                     arrivals - plan()->not_sent);
}

/* ---- it serves ---- */

static void all_is_answered_by(const struct subject *who, const char *params)
{
    if (!has_kernel())
        return;
    assert_int_equal(run_trial((struct trial_request){.subject = who, .mode = "rate"}, params), 0);
    every_arrival_is_a_sample();
    assert_int_equal(plan()->answered, plan()->arrivals);
    assert_true(plan()->arrivals > 0);
    no_connection_failed();
    assert_true(metric("server_cpu_us_per_accept") > 0);
    assert_true(metric("accepts_per_s") > 0);
    assert_true(metric("offered_per_s") > 0);
    assert_true(counter("operations") > 0);
}

static void all_is_answered(const char *params)
{
    all_is_answered_by(subject, params);
}

static void it_answers_every_request(void **state)
{
    (void)state;
    all_is_answered(
        "rate=500 arrivals=poisson bytes=64 conns_max=100 idle=0 budget=64 seconds=0.2");
}

static void it_answers_beside_idle_connections_and_one_accept_at_a_time(void **state)
{
    (void)state;
    all_is_answered("rate=500 arrivals=constant bytes=1 conns_max=2 idle=150 budget=1 seconds=0.1");
}

/* The server's listener, among the descriptors of this process. */
static int listener_of(uint16_t port)
{
    for (int fd = 0; fd < 1024; fd++) {
        struct sockaddr_in address;
        int listens = 0;
        socklen_t size = sizeof address, int_size = sizeof listens;
        if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &int_size) == 0 && listens &&
            getsockname(fd, (struct sockaddr *)&address, &size) == 0 &&
            address.sin_family == AF_INET && ntohs(address.sin_port) == port)
            return fd;
    }
    return -1;
}

/* Connections inherit the size from their listener. */
static int open_with_small_send_buffers(struct accept_server **out,
                                        const struct accept_setup *setup, const char **what)
{
    int bytes = 4096, r = subject->accept->open(out, setup, what);
    int fd = r == 0 ? listener_of(subject->accept->port(*out)) : -1;
    return fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) < 0 ? -errno : r;
}

/* Larger than a receive buffer, than what one wakeup may read, and than a send buffer. */
static void it_answers_what_goes_in_pieces(void **state)
{
    (void)state;
    struct accept_ops ops = {0};
    struct subject other = *subject;
    if (has_kernel())
        ops = *subject->accept;
    ops.open = open_with_small_send_buffers;
    other.accept = &ops;
    all_is_answered_by(&other, "rate=100 arrivals=constant bytes=65536 conns_max=20 idle=0 "
                               "budget=64 seconds=0.1 buffers=2 buffer_bytes=2048");
}

/* More arrivals than can be answered at a time: the server takes them up as connections end. */
static void it_goes_on_when_all_connections_are_taken(void **state)
{
    (void)state;
    all_is_answered(
        "rate=20000 arrivals=poisson bytes=64 conns_max=3 idle=0 budget=2 seconds=0.02");
}

/* Far more at a time than it was told to have room for: they wait, and none is lost. */
static void a_full_server_takes_the_next_connection_when_one_ends(void **state)
{
    (void)state;
    struct accept_setup setup = {
        .subject = subject, .backlog = 600, .budget = 64, .capacity = 1, .bytes = 64};
    struct accept_server *server;
    const char *what = "";
    uint64_t answered, sum = 0;
    if (!has_kernel())
        return;
    assert_int_equal(subject->accept->open(&server, &setup, &what), 0);
    assert_int_equal(generator_ask(&generator, NULL,
                                   "{\"do\":\"rate\",\"host\":\"127.0.0.1\",\"port\":%u,"
                                   "\"rate\":1,\"arrivals\":\"endless\",\"seed\":1,\"bytes\":64,"
                                   "\"conns\":600,\"limit_s\":60}",
                                   subject->accept->port(server)),
                     0);
    int queued = subject->accept->queued(server);
    while (queued >= 0 && queued < 500) { /* -ENOTSUP: they come while it serves */
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        queued = subject->accept->queued(server);
    }
    for (; sum < 2000; sum += answered)
        assert_int_equal(
            subject->accept->answer(server, clock_now_ns() + 10 * NS_PER_MS, &answered), 0);
    subject->accept->close(server);
}

static void a_share_is_one_of_the_maximum_that_it_measured(void **state)
{
    (void)state;
    all_is_answered(
        "rate=1 share=0.01 arrivals=constant bytes=64 conns_max=20 idle=0 budget=64 seconds=0.2");
    if (!has_kernel())
        return;
    /* Constant arrivals: as many as the window holds, one more or less. */
    double expected = 0.01 * metric("capacity_per_s") * plan()->window_s;
    assert_true((double)plan()->arrivals >= expected - 1);
    assert_true((double)plan()->arrivals <= expected + 1);
}

static void null_is_refused(void **state)
{
    (void)state;
    char text[REASON_BYTES];
    struct named_values params = params_of("conns_max=8 idle=20");
    const char *reason = accept_workload.refuses(subject, "rate", &params, text);
    named_values_free(&params);
    assert_true((reason != NULL) == !has_kernel());
    if (reason)
        assert_non_null(strstr(reason, "nothing can connect"));
}

/* ---- the server is stopped in mid-run ---- */

/* A trial in a child, whose talk with the generator passes through here. */
struct trial {
    pid_t pid;
    /* The child's end of it is its generator. */
    int control;
    /* What it writes at last. */
    int outcome;
    bool marked, running, stopped;
    char bytes[1 << 17];
    size_t length;
};

/* The outcome as it lies in memory, and then its histograms: both ends are of one program. */
static bool hand_over(int fd)
{
    static char bytes[sizeof outcome + OUTCOME_HISTOGRAMS_MAX * sizeof(struct histogram)];
    size_t length = sizeof outcome;
    memcpy(bytes, &outcome, length);
    for (size_t i = 0; i < outcome.histogram_count; i++, length += sizeof(struct histogram))
        memcpy(bytes + length, outcome.histograms[i].histogram, sizeof(struct histogram));
    return write(fd, bytes, length) == (ssize_t)length;
}

static void take_over(const char *bytes, size_t length)
{
    struct outcome told;
    assert_true(length >= sizeof told);
    memcpy(&told, bytes, sizeof told);
    assert_int_equal(length, sizeof told + told.histogram_count * sizeof(struct histogram));
    outcome_reset(&outcome);
    outcome.metrics = told.metrics;
    outcome.has_generator = told.has_generator;
    outcome.generator = told.generator;
    for (size_t i = 0; i < told.histogram_count; i++)
        memcpy(outcome_add_histogram(&outcome, told.histograms[i].name),
               bytes + sizeof told + i * sizeof(struct histogram), sizeof(struct histogram));
}

static void trial_start(struct trial *trial, double seconds)
{
    int control[2], pipes[2];
    char params[256];
    snprintf(params, sizeof params,
             "rate=2000 arrivals=constant bytes=64 conns_max=2 idle=0 budget=64 seconds=%g",
             seconds);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, control), 0);
    assert_int_equal(pipe(pipes), 0);
    fflush(NULL);
    *trial = (struct trial){.pid = fork(), .control = control[0], .outcome = pipes[0]};
    assert_true(trial->pid >= 0);
    if (trial->pid == 0) {
        close(control[0]);
        int r =
            run_trial((struct trial_request){.mode = "rate", .generator_fd = control[1]}, params);
        _exit(r == 0 && hand_over(pipes[1]) ? 0 : 1);
    }
    close(control[1]);
    close(pipes[1]);
}

/* Passes one piece on. The lengths of commands and replies are far below those of the sockets'
 * buffers. */
static size_t pass(int from, int to, char *bytes, size_t size)
{
    ssize_t got = recv(from, bytes, size - 1, 0);
    assert_true(got >= 0);
    bytes[got] = '\0';
    for (ssize_t sent = 0; sent < got;) {
        ssize_t n = send(to, bytes + sent, (size_t)(got - sent), MSG_NOSIGNAL);
        assert_true(n > 0);
        sent += n;
    }
    return (size_t)got;
}

/* One step of the conversation. false: the trial is over. */
static bool trial_step(struct trial *trial)
{
    static char bytes[1 << 16];
    struct pollfd set[] = {{.fd = trial->control, .events = POLLIN},
                           {.fd = generator.control.fd, .events = POLLIN},
                           {.fd = trial->outcome, .events = POLLIN}};
    assert_true(poll(set, 3, 60000) > 0);
    if (set[1].revents) {
        pass(generator.control.fd, trial->control, bytes, sizeof bytes);
        trial->running = trial->marked; /* the generator has taken the mark */
    }
    if (set[0].revents & POLLIN && pass(trial->control, generator.control.fd, bytes, sizeof bytes))
        trial->marked = trial->marked || strstr(bytes, "\"mark\"") != NULL;
    if (!set[2].revents)
        return true;
    ssize_t got =
        read(trial->outcome, trial->bytes + trial->length, sizeof trial->bytes - trial->length);
    assert_true(got >= 0);
    trial->length += (size_t)got;
    return got > 0;
}

/* Whether the trial has already told the generator to end the window. */
static bool window_is_over(const struct trial *trial)
{
    char bytes[1024];
    ssize_t got = recv(trial->control, bytes, sizeof bytes - 1, MSG_PEEK | MSG_DONTWAIT);
    bytes[got > 0 ? got : 0] = '\0';
    return strstr(bytes, "\"stop\"") != NULL;
}

static void trial_end(struct trial *trial)
{
    int status;
    while (trial_step(trial))
        ;
    assert_int_equal(waitpid(trial->pid, &status, 0), trial->pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(trial->control);
    close(trial->outcome);
    take_over(trial->bytes, trial->length);
}

/* Stops it for half a second in the measured window. Returns how long; 0 when it came too late for
 * the window. */
static uint64_t stop_for_a_while(const struct trial *trial)
{
    int status;
    assert_int_equal(kill(trial->pid, SIGSTOP), 0);
    assert_int_equal(waitpid(trial->pid, &status, WUNTRACED), trial->pid);
    assert_true(WIFSTOPPED(status));
    uint64_t begin_ns = clock_now_ns();
    bool missed = window_is_over(trial);
    if (!missed)
        nanosleep(&(struct timespec){.tv_nsec = 500 * 1000 * 1000}, NULL);
    uint64_t stopped_ns = clock_now_ns() - begin_ns;
    assert_int_equal(kill(trial->pid, SIGCONT), 0);
    return missed ? 0 : stopped_ns;
}

static uint64_t samples_from(const struct histogram *histogram, uint64_t value_ns)
{
    uint64_t count = histogram->over;
    for (unsigned i = histogram_bucket(value_ns); i < HISTOGRAM_BUCKETS; i++)
        count += histogram->buckets[i];
    return count;
}

/* The method's own test. The requests planned in the first half of the stop wait for the other half
 * of it and more: a quarter of a second at 2,000 a second, far more than one in a hundred. A load
 * that times from connect() sees the stop in no more samples than there are connections, two. */
static void a_stop_shows_in_the_corrected_latency_and_not_in_the_uncorrected(void **state)
{
    (void)state;
    static struct trial trial;
    uint64_t stopped_ns = 0;
    if (!has_kernel())
        return;
    /* On a machine so busy that the window was over before the stop, a longer one is measured. */
    for (double seconds = 0.75; stopped_ns == 0 && seconds < 60; seconds *= 2) {
        trial_start(&trial, seconds);
        while (!trial.running)
            assert_true(trial_step(&trial));
        stopped_ns = stop_for_a_while(&trial);
        trial_end(&trial);
    }
    assert_true(stopped_ns > 0);
    every_arrival_is_a_sample();
    assert_true(plan()->limited > 0);
    struct histogram corrected = distribution("response_latency_ns");
    struct histogram uncorrected = distribution("response_latency_uncorrected_ns");
    uint64_t half_ns = stopped_ns / 2;
    uint64_t shown = samples_from(&corrected, half_ns);
    uint64_t hidden = samples_from(&uncorrected, half_ns);
    print_message(
        "stopped for %.0f ms: %llu of %llu corrected and %llu of %llu uncorrected samples "
        "are longer than half of that\n",
        (double)stopped_ns / 1e6, (unsigned long long)shown, (unsigned long long)corrected.count,
        (unsigned long long)hidden, (unsigned long long)uncorrected.count);
    assert_true(shown >= (uint64_t)(0.95 * 2000 * (double)half_ns / 1e9));
    assert_true(shown * 100 > corrected.count);     /* the 99th percentile shows it, */
    assert_true(hidden * 100 <= uncorrected.count); /* and does not */
    uint64_t percentile_ns;
    assert_true(histogram_percentile(&corrected, 99, &percentile_ns));
    assert_true(percentile_ns >= half_ns);
}

int main(int argc, char **argv)
{
    int status = subject_trial_choose(&accept_workload, argc, argv);
    if (status != 0)
        return status;
    const struct CMUnitTest tests[] = {
        WITH_GENERATOR(it_answers_every_request),
        WITH_GENERATOR(it_answers_beside_idle_connections_and_one_accept_at_a_time),
        WITH_GENERATOR(it_answers_what_goes_in_pieces),
        WITH_GENERATOR(it_goes_on_when_all_connections_are_taken),
        WITH_GENERATOR(a_full_server_takes_the_next_connection_when_one_ends),
        WITH_GENERATOR(a_share_is_one_of_the_maximum_that_it_measured),
        cmocka_unit_test(null_is_refused),
        WITH_GENERATOR(a_stop_shows_in_the_corrected_latency_and_not_in_the_uncorrected),
    };
    return cmocka_run_group_tests_name(subject->name, tests, NULL, NULL);
}
