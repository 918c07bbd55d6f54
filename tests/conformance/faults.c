/* What the kernel answers once in a million calls, answered on purpose. These replace entries of
 * backends/syscalls.h, so they hold for mechanisms that make these calls themselves. */
#include "tests/conformance/faults.h"

#include "backends/syscalls.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/network.h"

#include <errno.h>
#include <string.h>

static struct syscalls real;
static unsigned calls_before, faults_left, done;
static int planned_error;

bool fault_is_due(void)
{
    if (calls_before > 0) {
        calls_before--;
        return false;
    }
    if (faults_left == 0)
        return false;
    faults_left--;
    done++;
    return true;
}

void fault_plan(unsigned after, unsigned times, int error)
{
    calls_before = after;
    faults_left = times;
    planned_error = error;
    done = 0;
}

unsigned faults_done(void)
{
    return done;
}

int fault_error(void)
{
    return planned_error;
}

static int recv_one_byte(int fd, void *data, size_t length)
{
    (void)length;
    return real.recv(fd, data, 1);
}

static int send_one_byte(int fd, const void *data, size_t length)
{
    (void)length;
    return real.send(fd, data, 1);
}

/* Closes, and says that it was interrupted: the number is free all the same (Linux), and may belong
 * to another thread by the time that somebody closes it again. */
static int interrupted_close(int fd)
{
    if (real.close(fd) < 0)
        fail_case("descriptor %d was closed twice", fd);
    done++;
    return -EINTR;
}

static int checked_close(int fd)
{
    int r = real.close(fd);
    if (r < 0)
        fail_case("closing descriptor %d: it is not open", fd);
    return r;
}

static bool is_no_close(const char *name, enum syscall_kind kind)
{
    (void)name;
    return kind != SYSCALL_CLOSES;
}

static bool is_wait(const char *name, enum syscall_kind kind)
{
    (void)name;
    return kind == SYSCALL_WAITS;
}

#define CALL_IS(which)                                                                             \
    static bool is_##which(const char *name, enum syscall_kind kind)                               \
    {                                                                                              \
        (void)kind;                                                                                \
        return strcmp(name, #which) == 0;                                                          \
    }

CALL_IS(accept)
CALL_IS(recv)
CALL_IS(send)

void an_open_that_fails_at_any_call_leaves_nothing_behind(struct fixture *f)
{
    const int errors[] = {-ENOMEM, -EMFILE, -EPERM};
    real = sys;
    sys.close = checked_close;
    plant_faults(is_no_close);
    for (int e = 0; e < 3; e++)
        for (unsigned after = 0;; after++) {
            struct backend *backend = NULL;
            fault_plan(after, 1, errors[e]);
            int r = backend_open(&backend, f->variant, &f->config);
            bool failed = faults_done() > 0;
            fault_plan(0, 0, 0);
            if (r >= 0)
                f->ops->close(backend);
            /* A mechanism may do without a call, or make it again. */
            if (r < 0)
                expect_equal(r, failed ? errors[e] : 0);
            if (!failed)
                break;
            expect_between(after, 0, 1000, "calls made by one open()");
        }
}

/* accept() fails so often with `error`, then goes on. Connections are there all the time. */
static struct endpoint *accept_with_fault(struct fixture *f, unsigned after, unsigned times,
                                          int error)
{
    struct sockaddr_in address;
    backend_start(f);
    struct endpoint *server = listener(f, 16, &address, IO_WANT_ACCEPT);
    wait_once(f, 0);
    for (int i = 0; i < 6; i++)
        peer_connect(f, &address);
    plant_faults(is_accept);
    fault_plan(after, times, error);
    return server;
}

static void pass_over_accept_errors(struct fixture *f, int error)
{
    struct endpoint *server = accept_with_fault(f, 2, 3, error);
    WAIT_UNTIL(f, server->accepts == 6);
    expect_equal(faults_done(), 3);
    expect_quiet(f, 10);
    expect_equal(server->accept_errors, 0);
}

void a_connection_aborted_in_the_queue_is_passed_over(struct fixture *f)
{
    pass_over_accept_errors(f, -ECONNABORTED);
}

void an_interrupted_accept_is_made_again(struct fixture *f)
{
    pass_over_accept_errors(f, -EINTR);
}

void a_lack_of_memory_in_accept_ends_the_interest_once(struct fixture *f)
{
    struct endpoint *server = accept_with_fault(f, 2, 1, -ENOBUFS);
    WAIT_UNTIL(f, server->accept_errors == 1);
    expect_equal(server->error, -ENOBUFS);
    expect_equal(server->accepts, 2);
    expect_quiet(f, 20);
    set_interest(f, server, IO_WANT_ACCEPT);
    WAIT_UNTIL(f, server->accepts == 6);
    expect_quiet(f, 10);
}

static void receive_with_fault(struct fixture *f, struct endpoint **source, int error)
{
    int peer;
    backend_start(f);
    *source = connection(f, &peer, IO_WANT_RECV);
    expect_equal(peer_send_pattern(peer, 0, 5000), 5000);
    plant_faults(is_recv);
    fault_plan(0, 2, error);
}

void an_interrupted_receive_is_made_again(struct fixture *f)
{
    struct endpoint *source;
    receive_with_fault(f, &source, -EINTR);
    WAIT_UNTIL(f, source->received == 5000);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
}

void readiness_without_bytes_yields_nothing(struct fixture *f)
{
    int peer;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    wait_once(f, 0);
    plant_faults(is_recv);
    fault_plan(0, 1, -EAGAIN);
    expect_equal(peer_send_pattern(peer, 0, 100), 100);
    wait_once(f, in_ms(5));
    expect_equal(f->empty_early, 0); /* and no reason to return */
    /* A change at the socket, for those that are only told of changes. */
    expect_equal(peer_send_pattern(peer, 100, 100), 100);
    WAIT_UNTIL(f, source->received == 200);
    expect_equal(faults_done(), 1);
    expect_equal(source->receive_errors, 0);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
}

void a_failing_receive_ends_the_interest_once_and_loses_nothing(struct fixture *f)
{
    struct endpoint *source;
    f->config.buffer_count = 1;
    receive_with_fault(f, &source, -ENOMEM);
    for (unsigned i = 1; i <= 2; i++) {
        WAIT_UNTIL(f, source->receive_errors == i);
        expect_equal(source->error, -ENOMEM);
        expect_quiet(f, 10);
        set_interest(f, source, IO_WANT_RECV);
    }
    WAIT_UNTIL(f, source->received == 5000);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
}

void receives_of_one_byte_bring_all_bytes(struct fixture *f)
{
    int peer;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    real = sys;
    sys.recv = recv_one_byte;
    expect_equal(peer_send_pattern(peer, 0, 2000), 2000);
    peer_close(f, peer);
    WAIT_UNTIL(f, source->ends == 1);
    expect_equal(source->receives, 2000);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
}

/* Sends 1,000 bytes, and expects them at the peer. */
static void send_a_thousand(struct fixture *f)
{
    unsigned char data[1000];
    int peer;
    uint64_t received = 0;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, 0);
    pattern_fill(data, 0, sizeof data);
    struct io_send request = {.data = data, .length = sizeof data};
    int r = start_send(f, source, &request);
    expect_that(r, >=, 0);
    if (r == 0)
        WAIT_UNTIL(f, source->sends == 1);
    expect_equal(request.sent, sizeof data);
    while (received < sizeof data) {
        ssize_t n = peer_receive_pattern(peer, received, sizeof data);
        if (n > 0)
            received += (uint64_t)n;
        else
            expect_equal(n, -EAGAIN);
    }
    expect_quiet(f, 10);
    expect_equal(source->sends, r == 0);
}

void sends_of_one_byte_bring_all_bytes(struct fixture *f)
{
    real = sys;
    sys.send = send_one_byte;
    send_a_thousand(f);
}

void an_interrupted_send_is_made_again(struct fixture *f)
{
    plant_faults(is_send);
    fault_plan(0, 3, -EINTR);
    send_a_thousand(f);
    expect_equal(faults_done(), 3);
}

void a_send_that_finds_no_room_at_first_goes_on_when_there_is(struct fixture *f)
{
    plant_faults(is_send);
    fault_plan(0, 1, -EAGAIN);
    send_a_thousand(f);
}

void a_failing_send_says_so_once(struct fixture *f)
{
    int peer;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, 0);
    plant_faults(is_send);
    struct io_send request = {.data = "four", .length = 4};
    fault_plan(0, 1, -ENOBUFS);
    expect_equal(start_send(f, source, &request), -ENOBUFS);
    expect_quiet(f, 10);

    /* No room at first, and then it fails. */
    fault_plan(0, 1, -EAGAIN);
    expect_equal(start_send(f, source, &request), 0);
    fault_plan(0, 1, -ENOBUFS);
    WAIT_UNTIL(f, source->sends == 1);
    expect_equal(source->send_result, -ENOBUFS);
    expect_quiet(f, 10);
    expect_equal(source->sends, 1);
}

void a_close_that_is_interrupted_is_not_made_twice(struct fixture *f)
{
    int peers[3];
    struct endpoint *sources[3];
    backend_start(f);
    for (int i = 0; i < 3; i++)
        sources[i] = connection(f, &peers[i], IO_WANT_RECV);
    wait_once(f, 0);
    real = sys;
    sys.close = interrupted_close;
    done = 0;
    release_wholly(f, sources[0]);
    f->ops->discard(f->backend, listen_anywhere(1, &(struct sockaddr_in){0}));
    expect_equal(done, 2);
    backend_stop(f);
}

void an_interrupted_wait_returns_and_can_be_made_again(struct fixture *f)
{
    int peer;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    plant_faults(is_wait);
    for (int i = 0; i < 3; i++) {
        fault_plan(0, 1, -EINTR);
        expect_equal(wait_once(f, i == 0 ? in_ms(500) : BACKEND_NO_DEADLINE), 0);
        if (faults_done() == 0)
            fail_case("this backend waits by a call that no table of system calls says WAITS of");
        expect_equal(faults_done(), 1);
    }
    expect_equal(peer_send_pattern(peer, 0, 10), 10);
    WAIT_UNTIL(f, source->received == 10);
}

void a_wait_that_the_kernel_refuses_says_so(struct fixture *f)
{
    int peer;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    wait_once(f, 0);
    plant_faults(is_wait);
    fault_plan(0, 1, -ENOMEM);
    expect_equal(f->ops->wait(f->backend, in_ms(1000), f->events, f->capacity), -ENOMEM);
    expect_equal(peer_send_pattern(peer, 0, 10), 10);
    WAIT_UNTIL(f, source->received == 10);
}
