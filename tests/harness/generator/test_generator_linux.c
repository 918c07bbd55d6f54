/* What the generator says when ports or memory are exhausted. Linux only: the ports run out in a
 * network namespace of the test's own, and RLIMIT_DATA counts mappings. */
#include "tests/harness/generator/generator_process.h"
#include "tests/sanitized.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define NOT_PERMITTED 77

static int raise_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int r = fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &request);
    close(fd);
    return r;
}

static int write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return -1;
    int r = fputs(text, file);
    return fclose(file) == 0 ? r : -1;
}

/* A namespace whose loopback has four local ports per address. */
static bool enter_narrow_network(void)
{
    if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        return false;
    return raise_loopback() == 0 &&
           write_text("/proc/sys/net/ipv4/ip_local_port_range", "40000 40003") >= 0;
}

static void fill_more_than_there_are_ports(void)
{
    int fds[64];
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(5000), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 100), 0);
    generator_start(&generator, CHANNEL_SOCKETPAIR, NULL);
    assert_int_equal(
        generator_ask(&generator, NULL,
                      "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":5000,\"count\":65}"),
        -ECONNREFUSED);
    assert_non_null(strstr(generator.problem, "stopped after 64 of 65"));
    assert_non_null(strstr(generator.problem, "no local port is free on 16 source addresses"));
    assert_non_null(strstr(generator.problem, "net.ipv4.ip_local_port_range"));
    assert_int_equal(listener_accept(listener, fds, 64), 64);
    for (int i = 0; i < 64; i++)
        assert_true(connection_was_reset(fds[i]));
    /* The same ports serve again at once: nothing stays in TIME_WAIT. */
    assert_int_equal(
        generator_ask(&generator, NULL,
                      "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":5000,\"count\":64}"),
        0);
    assert_int_equal(generator_end(&generator), 0);
}

/* In a child, because a namespace is not left again. */
static void when_local_ports_run_out_it_says_which_and_leaves_none_open(void **state)
{
    (void)state;
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (!enter_narrow_network())
            _exit(NOT_PERMITTED);
        fill_more_than_there_are_ports();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NOT_PERMITTED) {
        print_message("a network namespace is not permitted here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void allow_little_memory(void)
{
    struct rlimit limit = {.rlim_cur = 3 << 20, .rlim_max = 3 << 20};
    setrlimit(RLIMIT_DATA, &limit);
}

static void when_memory_runs_out_it_says_so_and_goes_on(void **state)
{
    (void)state;
    if (SANITIZED) {
        print_message("a sanitizer needs more memory than the limit of this test\n");
        skip();
    }
    generator_start(&generator, CHANNEL_SOCKETPAIR, allow_little_memory);
    /* A million descriptors take 4 MiB. */
    assert_int_equal(
        generator_ask(&generator, NULL,
                      "{\"do\":\"fill\",\"host\":\"127.0.0.1\",\"port\":1,\"count\":1000000}"),
        -ECONNREFUSED);
    assert_non_null(strstr(generator.problem, "no memory"));
    assert_int_equal(generator_ask(&generator, NULL, "{\"do\":\"drop\"}"), 0);
    assert_int_equal(generator_end(&generator), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(when_local_ports_run_out_it_says_which_and_leaves_none_open),
        cmocka_unit_test(when_memory_runs_out_it_says_so_and_goes_on),
    };
    return cmocka_run_group_tests_name("generator, exhausted", tests, NULL, NULL);
}
