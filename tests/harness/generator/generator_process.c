#include "tests/harness/generator/generator_process.h"

#include "backends/clock.h"
#include "harness/generator/generator.h"
#include "harness/system/placement.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct generator_process generator;

/* Only against hanging for ever: a step that takes so long fails the test. */
#define REPLY_TIMEOUT_NS (60 * NS_PER_S)

static void open_tcp_pair(int ends[2])
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    unsigned port;
    int listener = listener_open(1, &port);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(ends[0], (struct sockaddr *)&address, size), 0);
    assert_int_equal(fcntl(listener, F_SETFL, 0), 0);
    ends[1] = accept(listener, NULL, NULL);
    assert_true(ends[1] >= 0);
    close(listener);
}

void generator_start(struct generator_process *process, enum channel channel, void (*prepare)(void))
{
    generator_start_on(process, channel, prepare, -1);
}

void generator_start_on(struct generator_process *process, enum channel channel,
                        void (*prepare)(void), int helper_cpu)
{
    int ends[2];
    if (channel == CHANNEL_TCP)
        open_tcp_pair(ends);
    else
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    fflush(NULL);
    process->pid = fork();
    assert_true(process->pid >= 0);
    if (process->pid == 0) {
        close(ends[0]);
        if (prepare)
            prepare();
        int status = generator_main(ends[1], -1, helper_cpu);
        fflush(NULL);
        _exit(status);
    }
    close(ends[1]);
    process->problem[0] = '\0';
    assert_int_equal(control_open(&process->control, ends[0]), 0);
}

int generator_end(struct generator_process *process)
{
    int status = 0;
    if (process->control.fd >= 0)
        close(process->control.fd);
    control_close(&process->control);
    assert_int_equal(waitpid(process->pid, &status, 0), process->pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int generator_start_on_socketpair(void **state)
{
    (void)state;
    generator_start(&generator, CHANNEL_SOCKETPAIR, NULL);
    return 0;
}

int generator_start_on_tcp(void **state)
{
    (void)state;
    generator_start(&generator, CHANNEL_TCP, NULL);
    return 0;
}

int generator_start_with_helper(void **state)
{
    int cpus[1024];
    int count = placement_allowed_cpus(cpus, sizeof cpus / sizeof cpus[0]);
    (void)state;
    generator_start_on(&generator, CHANNEL_SOCKETPAIR, NULL, count > 0 ? cpus[count - 1] : -1);
    return 0;
}

int generator_end_cleanly(void **state)
{
    (void)state;
    return generator_end(&generator);
}

int generator_ask(struct generator_process *process, json_t **reply, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    json_t *request = json_loads(text, 0, NULL);
    assert_non_null(request);
    return control_ask(&process->control, request, clock_now_ns() + REPLY_TIMEOUT_NS, reply,
                       process->problem);
}

void generator_send(struct generator_process *process, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(process->control.fd, bytes, length, 0);
        assert_true(sent > 0);
        bytes += sent;
        length -= (size_t)sent;
    }
}

int generator_reply(struct generator_process *process)
{
    return control_reply(&process->control, clock_now_ns() + REPLY_TIMEOUT_NS, NULL,
                         process->problem);
}

int listener_open(int backlog, unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(listen(fd, backlog), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

size_t listener_accept(int listener, int *fds, size_t capacity)
{
    size_t count = 0;
    while (count < capacity && (fds[count] = accept(listener, NULL, NULL)) >= 0)
        count++;
    return count;
}

bool connection_was_reset(int fd)
{
    char byte;
    return recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == ECONNRESET;
}
