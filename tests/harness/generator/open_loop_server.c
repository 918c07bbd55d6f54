#include "tests/harness/generator/open_loop_server.h"

#include "backends/clock.h"
#include "harness/contract/exchange.h"
#include "harness/generator/report_json.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 1024

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

int listener;
unsigned port;
json_t *reply;

void listener_renew(void)
{
    listener = listener_open(BACKLOG, &port);
}

int open_loop_start(void **state)
{
    (void)state;
    reply = NULL;
    generator_start(&generator, CHANNEL_SOCKETPAIR, NULL);
    listener_renew(); /* not the generator's as well */
    return 0;
}

int open_loop_end(void **state)
{
    (void)state;
    json_decref(reply);
    close(listener);
    return generator_end(&generator);
}

int rate(double rate_per_s, unsigned bytes, unsigned conns, double limit_s)
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

unsigned rate_and_mark(double rate_per_s, unsigned bytes, unsigned conns)
{
    uint64_t begin_ns = clock_now_ns();
    assert_int_equal(rate(rate_per_s, bytes, conns, 60), 0);
    mark();
    return (unsigned)((double)(clock_now_ns() - begin_ns) * rate_per_s / 1e9) + 1;
}

void stop(void)
{
    assert_int_equal(generator_ask(&generator, &reply, "{\"do\":\"stop\"}"), 0);
}

uint64_t planned(const char *name)
{
    json_t *plan = json_object_get(json_object_get(reply, "report"), "plan");
    assert_true(json_is_integer(json_object_get(plan, name)));
    return (uint64_t)json_integer_value(json_object_get(plan, name));
}

struct histogram latency(const char *name)
{
    struct histogram histogram;
    json_t *all = json_object_get(reply, "histograms");
    assert_int_equal(histogram_from_json(&histogram, json_object_get(all, name)), 0);
    return histogram;
}

void every_arrival_is_accounted_for_and_is_a_sample(void)
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

bool receives_request(int fd, unsigned bytes)
{
    static char request[EXCHANGE_BYTES_MAX];
    if (recv(fd, request, bytes, MSG_WAITALL) != (ssize_t)bytes)
        return false;
    for (unsigned i = 0; i < bytes; i++)
        if (request[i] != EXCHANGE_REQUEST_BYTE)
            return false;
    return true;
}

void send_bytes(int fd, char byte, unsigned bytes)
{
    static char response[EXCHANGE_BYTES_MAX + 1];
    memset(response, byte, bytes);
    ssize_t sent = 1;
    for (unsigned done = 0; done < bytes && sent > 0; done += (unsigned)sent)
        sent = send(fd, response + done, bytes - done, MSG_NOSIGNAL);
}

bool is_reset(int fd)
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

void serve(unsigned count, unsigned bytes)
{
    while (count-- > 0)
        assert_true(serves_one(bytes));
}

int take(void)
{
    int fd = try_take();
    assert_true(fd >= 0);
    return fd;
}

pid_t serve_in_background(unsigned bytes)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    while (pid == 0)
        serves_one(bytes);
    return pid;
}

void end_background(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

void pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}
