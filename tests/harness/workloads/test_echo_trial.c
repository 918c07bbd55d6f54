/* An echo trial whose server is at fault: it has to fail, with a sentence that says what was seen.
 */
#include "tests/harness/workloads/subject_trial.h"

#include "backends/clock.h"
#include "harness/subjects/echo_pump.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum fault { NO_FAULT, WRONG_BYTE, LOST_BYTE, DOUBLED_BYTE, EXCHANGED, CLOSES };

/* What the server does, once so many bytes have come. */
static enum fault fault;
static uint64_t fault_at;

enum { CONNECTIONS_MAX_HERE = 8 };

struct echo_server {
    int listener_fd, count;
    uint16_t port;
    struct echo_progress progress;
    struct pollfd set[1 + CONNECTIONS_MAX_HERE];
};

static int fake_open(struct echo_server **out, const struct echo_setup *setup, const char **what)
{
    struct echo_server *server = calloc(1, sizeof *server);
    server->listener_fd = echo_listen(setup, true, &server->port, what);
    if (server->listener_fd < 0) {
        int r = server->listener_fd;
        free(server);
        return r;
    }
    server->set[0] = (struct pollfd){.fd = server->listener_fd, .events = POLLIN};
    *out = server;
    return 0;
}

static int faulty(struct echo_server *server, int i, char *data, int size)
{
    int fd = server->set[i].fd;
    switch (fault) {
    case WRONG_BYTE:
        data[size / 2] ^= 4;
        break;
    case LOST_BYTE: /* of one connection: the others go on */
        size -= i == 1;
        break;
    case DOUBLED_BYTE:
        data[size] = data[size - 1];
        size++;
        break;
    case EXCHANGED:
        fd = server->set[1 + i % server->count].fd;
        break;
    case CLOSES:
        shutdown(fd, SHUT_RDWR);
        return 0;
    case NO_FAULT:
        break;
    }
    return (int)send(fd, data, (size_t)size, MSG_NOSIGNAL);
}

static int connection_ready(struct echo_server *server, int i)
{
    char data[4097];
    int fd = server->set[i].fd;
    int got = (int)recv(fd, data, sizeof data - 1, 0);
    if (got <= 0)
        return fault == CLOSES ? 0 : -ECONNRESET;
    bool now = fault != NO_FAULT && server->progress.bytes >= fault_at;
    int sent = now ? faulty(server, i, data, got) : (int)send(fd, data, (size_t)got, MSG_NOSIGNAL);
    server->progress.bytes += sent > 0 ? (uint64_t)sent : 0;
    return 0;
}

static int fake_serve(struct echo_server *server, uint64_t deadline_ns)
{
    int r = 0;
    do {
        poll(server->set, 1 + (nfds_t)server->count, clock_until_ms(deadline_ns));
        if (server->set[0].revents != 0) {
            server->set[++server->count] =
                (struct pollfd){.fd = accept(server->listener_fd, NULL, NULL), .events = POLLIN};
            server->progress.accepted++;
        }
        for (int i = 1; i <= server->count && r == 0; i++)
            r = server->set[i].revents != 0 ? connection_ready(server, i) : 0;
    } while (r == 0 && clock_now_ns() < deadline_ns);
    return r;
}

static uint16_t fake_port(const struct echo_server *server)
{
    return server->port;
}

static void fake_progress(const struct echo_server *server, struct echo_progress *progress)
{
    *progress = server->progress;
}

static void fake_counters(const struct echo_server *server, struct backend_counters *counters)
{
    (void)server;
    *counters = (struct backend_counters){0};
}

static uint32_t fake_granted(const struct echo_server *server)
{
    (void)server;
    return 0;
}

static void fake_close(struct echo_server *server)
{
    for (int i = 0; i <= server->count; i++)
        close(server->set[i].fd);
    free(server);
}

static const struct echo_ops fake_ops = {
    .open = fake_open,
    .port = fake_port,
    .serve = fake_serve,
    .progress = fake_progress,
    .counters = fake_counters,
    .granted = fake_granted,
    .close = fake_close,
};

static const struct subject fake = {.name = "fake", .tier = TIER_READINESS, .echo = &fake_ops};

/* Each with a generator of its own, as in a run: one that has failed is of no more use. */
static int run(const char *params)
{
    void *state = NULL;
    subject_trial_end(&state);
    subject_trial_start(&state);
    return run_trial((struct trial_request){.mode = "closed"}, params);
}

#define THREE "connections=3 active=0 bytes=64 pipeline=1 transport=tcp seconds=0.05"

static void a_server_without_a_fault_passes(void **state)
{
    (void)state;
    fault = NO_FAULT;
    assert_int_equal(run(THREE), 0);
    no_connection_failed();
}

/* From the first message on, which is before the measured window, and later. */
static void fails_with(enum fault which, const char *words)
{
    static const uint64_t places[] = {0, 640};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        fault = which;
        fault_at = places[i];
        assert_true(run(THREE) < 0);
        assert_non_null(strstr(problem, words));
    }
}

static void a_wrong_byte_fails_the_trial(void **state)
{
    (void)state;
    fails_with(WRONG_BYTE, "did not come back as it was sent");
}

static void a_byte_that_is_lost_fails_the_trial(void **state)
{
    (void)state;
    fault = LOST_BYTE;
    fault_at = 640;
    /* What comes after it is at the wrong place. */
    assert_true(run("connections=1 active=0 bytes=64 pipeline=8 transport=tcp seconds=0.05") < 0);
    assert_non_null(strstr(problem, "did not come back as it was sent"));
    /* Nothing comes after it where one message is under way. */
    assert_true(run(THREE) < 0);
    assert_non_null(strstr(problem, "bytes did not come back"));
}

static void a_byte_that_is_sent_twice_fails_the_trial(void **state)
{
    (void)state;
    fails_with(DOUBLED_BYTE, "did not come back as it was sent");
}

static void a_message_that_goes_to_another_connection_fails_the_trial(void **state)
{
    (void)state;
    fails_with(EXCHANGED, "did not come back as it was sent");
}

static void a_server_that_ends_a_connection_fails_the_trial(void **state)
{
    (void)state;
    fails_with(CLOSES, "the server ended connection");
}

int main(void)
{
    subject_trial_use(&echo_workload, &fake);
    const struct CMUnitTest tests[] = {
        WITHOUT_GENERATOR(a_server_without_a_fault_passes),
        WITHOUT_GENERATOR(a_wrong_byte_fails_the_trial),
        WITHOUT_GENERATOR(a_byte_that_is_lost_fails_the_trial),
        WITHOUT_GENERATOR(a_byte_that_is_sent_twice_fails_the_trial),
        WITHOUT_GENERATOR(a_message_that_goes_to_another_connection_fails_the_trial),
        WITHOUT_GENERATOR(a_server_that_ends_a_connection_fails_the_trial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
