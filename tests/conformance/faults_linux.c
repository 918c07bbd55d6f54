/* The same for the calls that only Linux has. */
#include "tests/conformance/faults.h"

#include "backends/syscalls_linux.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/network.h"

#include <errno.h>
#include <unistd.h>

static struct syscalls_linux real;
static int refused_fd;

static int faulty_eventfd(void)
{
    return fault_is_due() ? fault_error() : real.eventfd();
}

static int faulty_epoll_create(void)
{
    return fault_is_due() ? fault_error() : real.epoll_create();
}

static int faulty_epoll_ctl(int fd, int operation, int target, struct epoll_event *event)
{
    return fault_is_due() ? fault_error() : real.epoll_ctl(fd, operation, target, event);
}

static int faulty_epoll_wait(int fd, struct epoll_event *events, int capacity, int timeout_ms)
{
    return fault_is_due() ? fault_error() : real.epoll_wait(fd, events, capacity, timeout_ms);
}

static int faulty_epoll_pwait2(int fd, struct epoll_event *events, int capacity,
                               const struct timespec *timeout)
{
    return fault_is_due() ? fault_error() : real.epoll_pwait2(fd, events, capacity, timeout);
}

static int missing_epoll_pwait2(int fd, struct epoll_event *events, int capacity,
                                const struct timespec *timeout)
{
    (void)fd, (void)events, (void)capacity, (void)timeout;
    return -ENOSYS;
}

static int refusing_epoll_ctl(int fd, int operation, int target, struct epoll_event *event)
{
    if (operation != EPOLL_CTL_DEL && target == refused_fd)
        return -ENOSPC;
    return real.epoll_ctl(fd, operation, target, event);
}

void faults_at_open_linux(void)
{
    real = sys_linux;
    sys_linux.eventfd = faulty_eventfd;
    sys_linux.epoll_create = faulty_epoll_create;
    sys_linux.epoll_ctl = faulty_epoll_ctl;
    sys_linux.epoll_wait = faulty_epoll_wait;
    sys_linux.epoll_pwait2 = faulty_epoll_pwait2;
}

void faults_at_wait_linux(void)
{
    real = sys_linux;
    sys_linux.epoll_wait = faulty_epoll_wait;
    sys_linux.epoll_pwait2 = faulty_epoll_pwait2;
}

void without_epoll_pwait2_deadlines_round_up_and_it_is_said(struct fixture *f)
{
    int peer;
    sys_linux.epoll_pwait2 = missing_epoll_pwait2;
    backend_start(f);
    assert_int_equal(f->backend->granted & BACKEND_EPOLL_PWAIT2, 0);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    for (unsigned i = 1; i <= 20; i++) {
        uint64_t deadline_ns = clock_now_ns() + i * 97 * NS_PER_US;
        assert_int_equal(wait_once(f, deadline_ns), 0);
        assert_true(clock_now_ns() >= deadline_ns);
        assert_in_range(f->backend->counters.rounded_deadlines, i, UINT32_MAX);
    }
    assert_int_equal(peer_send_pattern(peer, 0, 10), 10);
    while (source->received < 10)
        assert_true(wait_once(f, BACKEND_NO_DEADLINE) > 0);
}

void what_was_granted_says_that_deadlines_have_nanoseconds(struct fixture *f)
{
    backend_start(f);
    assert_int_equal(f->backend->granted & ~f->variant->asked, 0);
    assert_int_equal(wait_once(f, clock_now_ns() + 100 * NS_PER_US), 0);
    bool granted = f->backend->granted & BACKEND_EPOLL_PWAIT2;
    assert_int_equal(f->backend->counters.rounded_deadlines > 0, !granted);
}

/* /proc/sys/fs/epoll/max_user_watches is used up: one source cannot be watched, and its own wishes say so. */
void a_source_that_cannot_be_watched_ends_its_own_wishes_alone(struct fixture *f)
{
    int peers[2], reader;
    unsigned char data[100];
    backend_start(f);
    struct endpoint *other = connection(f, &peers[0], IO_WANT_RECV);
    struct endpoint *refused = narrow_connection(f, &peers[1], IO_WANT_RECV);
    struct endpoint *polled = pipe_writer(f, &reader, IO_WANT_WRITABLE);
    WAIT_UNTIL(f, polled->polls > 1);
    release_wholly(f, polled);
    wish(f, refused, 0);
    wait_once(f, 0);
    refused_fd = refused->source.fd;
    real = sys_linux;
    sys_linux.epoll_ctl = refusing_epoll_ctl;
    wish(f, refused, IO_WANT_RECV | IO_WANT_WRITABLE);
    assert_int_equal(peer_send_pattern(peers[0], 0, 10), 10);
    assert_int_equal(peer_send_pattern(peers[1], 0, 10), 10);
    WAIT_UNTIL(f, other->received == 10);
    if (f->variant->asked & BACKEND_EDGE) {
        /* Its registration is for good: there may be nothing left that can be refused. */
        release_wholly(f, refused);
        return;
    }
    WAIT_UNTIL(f, refused->receive_errors == 1 && refused->poll_errors == 1);
    assert_int_equal(refused->error, -ENOSPC);
    expect_quiet(f, 20);

    refused_fd = -1;
    wish(f, refused, IO_WANT_RECV);
    WAIT_UNTIL(f, refused->received == 10);
    pattern_fill(data, 0, sizeof data);
    struct io_send send = {.data = data, .length = sizeof data};
    if (start_send(f, refused, &send) == 0)
        WAIT_UNTIL(f, refused->sends == 1);
    assert_int_equal(send.sent, sizeof data);
    expect_quiet(f, 10);
}
