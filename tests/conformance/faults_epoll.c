/* Faults of epoll(7) that need more than a call that fails. */
#include "backends/syscalls_linux.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/network.h"

#include <errno.h>
#include <unistd.h>

static struct syscalls_linux real;
static int refused_fd;

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

static int epoll_ctl_without_removal(int fd, int operation, int target, struct epoll_event *event)
{
    return operation == EPOLL_CTL_DEL ? 0 : real.epoll_ctl(fd, operation, target, event);
}

void without_epoll_pwait2_deadlines_round_up_and_it_is_said(struct fixture *f)
{
    int peer;
    sys_linux.epoll_pwait2 = missing_epoll_pwait2;
    backend_start(f);
    expect_equal(f->backend->granted & BACKEND_EPOLL_PWAIT2, 0);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    for (unsigned i = 1; i <= 20; i++) {
        uint64_t deadline_ns = clock_now_ns() + i * 97 * NS_PER_US;
        expect_equal(wait_once(f, deadline_ns), 0);
        expect_that(clock_now_ns(), >=, deadline_ns);
        expect_between(f->backend->counters.rounded_deadlines, i, UINT32_MAX,
                       "deadlines that were rounded up");
    }
    expect_equal(peer_send_pattern(peer, 0, 10), 10);
    while (source->received < 10)
        expect_that(wait_once(f, BACKEND_NO_DEADLINE), >, 0);
}

void what_was_granted_says_that_deadlines_have_nanoseconds(struct fixture *f)
{
    backend_start(f);
    expect_equal(f->backend->granted & ~f->variant->asked, 0);
    expect_equal(wait_once(f, clock_now_ns() + 100 * NS_PER_US), 0);
    bool granted = f->backend->granted & BACKEND_EPOLL_PWAIT2;
    expect_equal(f->backend->counters.rounded_deadlines > 0, !granted);
}

/* /proc/sys/fs/epoll/max_user_watches is used up: one source cannot be watched, and its own
 * interest ends with that error. */
void a_source_that_cannot_be_watched_ends_its_own_interest_alone(struct fixture *f)
{
    int peers[2], reader;
    unsigned char data[100];
    backend_start(f);
    struct endpoint *other = connection(f, &peers[0], IO_WANT_RECV);
    struct endpoint *refused = narrow_connection(f, &peers[1], IO_WANT_RECV);
    struct endpoint *polled = pipe_writer(f, &reader, IO_WANT_WRITABLE);
    WAIT_UNTIL(f, polled->polls > 1);
    release_wholly(f, polled);
    set_interest(f, refused, 0);
    wait_once(f, 0);
    refused_fd = refused->source.fd;
    real = sys_linux;
    sys_linux.epoll_ctl = refusing_epoll_ctl;
    set_interest(f, refused, IO_WANT_RECV | IO_WANT_WRITABLE);
    expect_equal(peer_send_pattern(peers[0], 0, 10), 10);
    expect_equal(peer_send_pattern(peers[1], 0, 10), 10);
    WAIT_UNTIL(f, other->received == 10);
    if (f->variant->asked & BACKEND_EDGE) {
        /* Its registration is for good: there may be nothing left that can be refused. */
        release_wholly(f, refused);
        return;
    }
    WAIT_UNTIL(f, refused->receive_errors == 1 && refused->poll_errors == 1);
    expect_equal(refused->error, -ENOSPC);
    expect_quiet(f, 20);

    refused_fd = -1;
    set_interest(f, refused, IO_WANT_RECV);
    WAIT_UNTIL(f, refused->received == 10);
    pattern_fill(data, 0, sizeof data);
    struct io_send send = {.data = data, .length = sizeof data};
    if (start_send(f, refused, &send) == 0)
        WAIT_UNTIL(f, refused->sends == 1);
    expect_equal(send.sent, sizeof data);
    expect_quiet(f, 10);
}

/* A registration that is not removed is what a kernel with a late event looks like: the generation
 * in its token is all that tells the source that is gone from the one that has its slot now. */
void a_late_event_of_a_released_source_is_dropped_and_counted(struct fixture *f)
{
    int old_writer, writer;
    backend_start(f);
    struct endpoint *old = pipe_reader(f, &old_writer, IO_WANT_READABLE);
    expect_quiet(f, 5);
    uint32_t slot = old->source.slot;
    peer_track(f, dup(old->source.fd));
    real = sys_linux;
    sys_linux.epoll_ctl = epoll_ctl_without_removal;
    release_wholly(f, old);
    struct endpoint *successor = pipe_reader(f, &writer, IO_WANT_READABLE);
    expect_equal(successor->source.slot, slot);
    wait_once(f, 0);
    expect_equal(write(old_writer, "a", 1), 1);
    uint64_t deadline_ns = in_ms(5);
    expect_equal(wait_once(f, deadline_ns), 0);
    expect_that(f->backend->counters.stale_drops, >, 0);
    expect_equal(write(writer, "b", 1), 1);
    WAIT_UNTIL(f, successor->polls == 1);
    expect_equal(old->polls, 0);
}
