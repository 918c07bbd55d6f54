/* The hello server as a library: it is opened, asked and stopped by a program that has nothing of
 * harness/ but this library. What it answers is the matter of the other tests. */
#include "harness/hello/parser.h"
#include "harness/hello/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct sockaddr_in address;
static struct hello_setup setup;

static void on_accept_failure(int error)
{
    (void)error;
}

static int set_up(void **state)
{
    (void)state;
    address = (struct sockaddr_in){.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setup = (struct hello_setup){
        .variant = backend_find("poll"),
        .address = (const struct sockaddr *)&address,
        .address_bytes = sizeof address,
        .connections = 4,
        .limits = {.header_bytes = 8192, .body_bytes = 100},
        .waits_ns = {UINT64_MAX / 4, UINT64_MAX / 4, UINT64_MAX / 4, UINT64_MAX / 4,
                     UINT64_MAX / 4},
        .grace_ns = UINT64_MAX / 4,
        .run_ns = UINT64_MAX,
        .on_accept_failure = on_accept_failure,
    };
    return setup.variant == NULL;
}

struct client {
    struct hello_server *server;
    char answer[512];
    size_t length;
};

static int connect_to(const struct hello_server *server)
{
    struct sockaddr_in to;
    socklen_t bytes = sizeof to;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || hello_server_address(server, (struct sockaddr *)&to, &bytes) < 0 ||
        connect(fd, (const struct sockaddr *)&to, bytes) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Reads the answer to its end, and then stops the server. */
static void *ask_and_stop(void *context)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    struct client *client = context;
    ssize_t bytes = 1;
    int fd = connect_to(client->server);
    if (fd >= 0 && send(fd, request, sizeof request - 1, MSG_NOSIGNAL) > 0) {
        while (bytes > 0 && client->length < sizeof client->answer - 1) {
            bytes = recv(fd, client->answer + client->length,
                         sizeof client->answer - 1 - client->length, 0);
            client->length += bytes > 0 ? (size_t)bytes : 0;
        }
    }
    hello_server_stop(client->server);
    if (fd >= 0)
        close(fd);
    return NULL;
}

static void a_server_answers_until_another_thread_stops_it(void **state)
{
    (void)state;
    struct client client = {0};
    enum hello_step step;
    pthread_t thread;
    if (hello_parser_library() == NULL)
        skip();
    assert_int_equal(hello_server_open(&client.server, &setup, &step), 0);
    assert_int_equal(pthread_create(&thread, NULL, ask_and_stop, &client), 0);
    assert_int_equal(hello_server_run(client.server), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_non_null(strstr(client.answer, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(client.answer, "\r\n\r\nHello World"));
    assert_int_equal(hello_server_counts(client.server)->answers, 1);
    assert_int_equal(hello_server_counts(client.server)->connections, 1);
    hello_server_close(client.server);
}

static void a_server_that_is_stopped_before_it_runs_ends_at_once(void **state)
{
    (void)state;
    struct hello_server *server;
    enum hello_step step;
    assert_int_equal(hello_server_open(&server, &setup, &step), 0);
    hello_server_stop(server);
    assert_int_equal(hello_server_run(server), 0);
    hello_server_close(server);
}

static void an_address_that_is_taken_fails_at_listening(void **state)
{
    (void)state;
    struct hello_server *first, *second;
    enum hello_step step = HELLO_STEP_MEMORY;
    socklen_t bytes = sizeof address;
    assert_int_equal(hello_server_open(&first, &setup, &step), 0);
    assert_int_equal(hello_server_address(first, (struct sockaddr *)&address, &bytes), 0);
    assert_int_equal(hello_server_open(&second, &setup, &step), -EADDRINUSE);
    assert_int_equal(step, HELLO_STEP_LISTEN);
    hello_server_stop(first);
    assert_int_equal(hello_server_run(first), 0);
    hello_server_close(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_server_answers_until_another_thread_stops_it, set_up),
        cmocka_unit_test_setup(a_server_that_is_stopped_before_it_runs_ends_at_once, set_up),
        cmocka_unit_test_setup(an_address_that_is_taken_fails_at_listening, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
