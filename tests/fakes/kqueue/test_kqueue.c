/* What is kqueue.c's own, beside what the contract asks of every backend: how many calls it makes,
 * and what becomes of changes that the kernel refuses. */
#include "tests/fakes/kqueue/kqueue_fake.h"

#include "backends/clock.h"
#include "backends/registry.h"
#include "backends/syscalls.h"
#include "backends/syscalls_kqueue.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define CAPACITY 64
#define MANY 700 /* more than kqueue.c takes reports at a time */

static struct syscalls_kqueue real;
static struct syscalls real_sys;
static unsigned calls, reads;
static struct kevent last, stale; /* the first report of the last call, and one to be told again */
static bool stale_is_due;

static int counted_change(int fd, const struct kevent *changes, int change_count)
{
    calls++;
    return real.change(fd, changes, change_count);
}

static int counted_wait(int fd, const struct kevent *changes, int change_count,
                        struct kevent *reports, int capacity, const struct timespec *timeout)
{
    calls++;
    int count = real.change_and_wait(fd, changes, change_count, reports, capacity, timeout);
    if (count > 0)
        last = reports[0];
    if (stale_is_due && count < capacity) {
        stale_is_due = false;
        reports[count++] = stale;
    }
    return count;
}

static int counted_read(int fd, void *data, size_t length)
{
    reads++;
    return real_sys.read(fd, data, length);
}

static struct backend *backend;
static struct io_event events[CAPACITY];

static int wait_ms(unsigned ms, unsigned capacity)
{
    uint64_t deadline_ns = ms == 0 ? 0 : clock_now_ns() + ms * NS_PER_MS;
    return backend->ops->wait(backend, deadline_ns, events, capacity);
}

static int start(void **state)
{
    (void)state;
    struct backend_config config = backend_default_config();
    const struct backend_variant *variant = backend_find("kqueue");
    real = sys_kqueue;
    if (backend_open(&backend, variant, &config) < 0)
        return -1;
    sys_kqueue.change = counted_change;
    sys_kqueue.change_and_wait = counted_wait;
    real_sys = sys;
    sys.read = counted_read;
    wait_ms(0, CAPACITY); /* for a wake-up that is a descriptor */
    calls = reads = 0;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    kqueue_fake_refuse(-1, 0);
    sys_kqueue = real;
    sys = real_sys;
    backend->ops->close(backend);
    return 0;
}

/* The reading end of a pipe, or one end of a socket pair, and its other end. */
static void adopt(struct io_source *source, int fd, uint16_t want)
{
    *source = (struct io_source){.fd = fd};
    fcntl(fd, F_SETFL, O_NONBLOCK);
    assert_true(backend->ops->adopt(backend, source) >= 0);
    backend_want(backend, source, want);
}

static int adopt_socket(struct io_source *source, uint16_t want)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    adopt(source, ends[0], want);
    return ends[1];
}

static void release(struct io_source *source, int peer)
{
    assert_int_equal(backend->ops->release(backend, source), 1);
    close(peer);
}

static void all_changes_and_the_wait_are_one_call(void **state)
{
    (void)state;
    struct io_source sources[20];
    int peers[20];
    for (int i = 0; i < 20; i++)
        peers[i] = adopt_socket(&sources[i], IO_WANT_RECV);
    for (int i = 0; i < 20; i += 2)
        assert_int_equal(write(peers[i], "even", 4), 4);
    assert_int_equal(wait_ms(1000, CAPACITY), 10);
    for (int i = 0; i < 10; i++)
        assert_ptr_equal(events[i].source, &sources[2 * i]);
    assert_int_equal(calls, 1);
    for (int i = 1; i < 20; i += 2)
        assert_int_equal(write(peers[i], "odd", 3), 3);
    assert_int_equal(wait_ms(1000, CAPACITY), 10);
    assert_int_equal(calls, 2);
    for (int i = 0; i < 20; i++)
        release(&sources[i], peers[i]);
}

static void a_release_costs_no_call_and_what_uses_its_number_again_is_not_confused(void **state)
{
    (void)state;
    struct io_source source;
    int peer = adopt_socket(&source, IO_WANT_RECV | IO_WANT_WRITABLE);
    for (int i = 0; i < 10; i++) {
        int fd = source.fd;
        assert_int_equal(wait_ms(1000, CAPACITY), 1);
        assert_int_equal(events[0].kind, IO_POLL);
        calls = 0;
        release(&source, peer);
        assert_int_equal(calls, 0);
        peer = adopt_socket(&source, IO_WANT_RECV | IO_WANT_WRITABLE);
        assert_int_equal(source.fd, fd);
    }
    release(&source, peer);
    assert_int_equal(wait_ms(0, CAPACITY), 0);
}

static void a_hundred_wakes_before_a_wait_are_one_call(void **state)
{
    (void)state;
    bool user_event = backend->granted & BACKEND_USER_EVENT;
    for (int i = 0; i < 100; i++)
        assert_int_equal(backend->ops->wake(backend), 0);
    assert_int_equal(calls, user_event ? 1 : 0); /* the other way is a write */
    assert_int_equal(wait_ms(1000, CAPACITY), 1);
    assert_int_equal(events[0].kind, IO_WAKE);
    assert_int_equal(wait_ms(0, CAPACITY), 0);
    assert_int_equal(reads, user_event ? 0 : 1);
}

/* The new one has the slot of the old one. Where a token fits, it has its descriptor number too. */
static void a_report_for_a_source_that_is_gone_is_dropped_and_counted(void **state)
{
    (void)state;
    struct io_source old, new;
    int old_peer = adopt_socket(&old, IO_WANT_READABLE);
    int fd = old.fd;
    uint32_t slot = old.slot;
    bool token_fits = sizeof stale.udata >= sizeof(uint64_t);
    assert_int_equal(write(old_peer, "a", 1), 1);
    assert_int_equal(wait_ms(1000, CAPACITY), 1);
    stale = last;
    release(&old, old_peer);
    int occupied = token_fits ? -1 : dup2(STDERR_FILENO, fd);
    int new_peer = adopt_socket(&new, IO_WANT_READABLE);
    assert_int_equal(new.slot, slot);
    assert_int_equal(new.fd == fd, token_fits);
    stale_is_due = true;
    assert_int_equal(wait_ms(5, CAPACITY), 0);
    assert_false(stale_is_due);
    assert_int_equal(backend->counters.stale_drops, 1);
    release(&new, new_peer);
    if (!token_fits)
        close(occupied);
}

static void a_refused_change_ends_the_interest_of_its_source_alone(void **state)
{
    (void)state;
    struct io_source refused, other;
    int refused_peer = adopt_socket(&refused, IO_WANT_RECV | IO_WANT_READABLE);
    int other_peer = adopt_socket(&other, IO_WANT_RECV);
    kqueue_fake_refuse(refused.fd, ENOMEM);
    assert_int_equal(write(other_peer, "a", 1), 1);
    assert_int_equal(write(refused_peer, "b", 1), 1);

    assert_int_equal(wait_ms(1000, CAPACITY), 2);
    for (int i = 0; i < 2; i++) {
        assert_ptr_equal(events[i].source, &refused);
        assert_int_equal(events[i].result, -ENOMEM);
        assert_int_equal(events[i].kind, i == 0 ? IO_RECV : IO_POLL);
    }
    assert_int_equal(refused.want, 0);
    assert_int_equal(wait_ms(1000, CAPACITY), 1);
    assert_ptr_equal(events[0].source, &other);
    backend->ops->recycle(backend, events[0].buffer);
    assert_int_equal(wait_ms(5, CAPACITY), 0);

    kqueue_fake_refuse(-1, 0);
    backend_want(backend, &refused, IO_WANT_RECV);
    assert_int_equal(wait_ms(1000, CAPACITY), 1);
    assert_ptr_equal(events[0].source, &refused);
    assert_int_equal(events[0].result, 1);
    release(&refused, refused_peer);
    release(&other, other_peer);
}

static void a_refused_direction_leaves_the_other_one_to_be_taken_off(void **state)
{
    (void)state;
    struct io_source source;
    int peer = adopt_socket(&source, IO_WANT_RECV);
    assert_int_equal(wait_ms(0, CAPACITY), 0);
    kqueue_fake_refuse(source.fd, ENOMEM);
    backend_want(backend, &source, IO_WANT_RECV | IO_WANT_WRITABLE);
    assert_int_equal(wait_ms(1000, 1), 1);
    assert_int_equal(events[0].kind, IO_RECV);
    assert_int_equal(wait_ms(1000, 1), 1);
    assert_int_equal(events[0].kind, IO_POLL);
    assert_int_equal(events[0].result, -ENOMEM);
    assert_int_equal(write(peer, "unheard", 7), 7);
    assert_int_equal(wait_ms(5, CAPACITY), 0);
    assert_int_equal(backend->counters.stale_drops, 0);
    release(&source, peer);
}

static void a_refused_change_ends_a_send(void **state)
{
    (void)state;
    static char data[4 << 20];
    struct io_source source;
    struct io_send send = {.data = data, .length = sizeof data};
    int peer = adopt_socket(&source, 0);
    kqueue_fake_refuse(source.fd, ENOMEM);
    assert_int_equal(backend->ops->send(backend, &source, &send), 0);
    assert_int_equal(wait_ms(1000, CAPACITY), 1);
    assert_int_equal(events[0].kind, IO_SEND);
    assert_int_equal(events[0].result, -ENOMEM);
    assert_null(source.sending);
    assert_int_equal(wait_ms(5, CAPACITY), 0);
    release(&source, peer);
}

/* Closed by somebody else before the kernel was told of them: all of these changes fail in one
 * call. */
static void of_many_refusals_in_one_call_none_is_lost(void **state)
{
    (void)state;
    static struct io_source sources[MANY];
    int told = 0;
    for (int i = 0; i < MANY; i++) {
        int peer = adopt_socket(&sources[i], IO_WANT_RECV | IO_WANT_WRITABLE);
        close(sources[i].fd);
        close(peer);
        sources[i].fd += 1000 + i; /* a number of its own, which is not open */
    }
    while (told < 2 * MANY) {
        int count = wait_ms(1000, CAPACITY);
        assert_in_range(count, 1, CAPACITY);
        for (int i = 0; i < count; i++)
            assert_int_equal(events[i].result, -EBADF);
        told += count;
    }
    assert_int_equal(told, 2 * MANY);
    assert_int_equal(wait_ms(5, CAPACITY), 0);
    for (int i = 0; i < MANY; i++)
        backend->ops->release(backend, &sources[i]);
}

/* Somebody put another file at this number, and the filters went with the old one. */
static void taking_off_what_is_gone_already_ends_no_interest(void **state)
{
    (void)state;
    struct io_source source;
    int ends[2];
    int peer = adopt_socket(&source, IO_WANT_RECV | IO_WANT_WRITABLE);
    assert_int_equal(wait_ms(0, CAPACITY), 1);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(dup2(ends[0], source.fd), source.fd);
    backend_want(backend, &source, IO_WANT_RECV);
    assert_int_equal(wait_ms(5, CAPACITY), 0);
    assert_int_equal(source.want, IO_WANT_RECV);
    close(ends[0]);
    close(ends[1]);
    release(&source, peer);
}

static void a_pipe_without_reader_refuses_to_be_waited_for(void **state)
{
    (void)state;
    struct io_source source;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    adopt(&source, ends[1], IO_WANT_WRITABLE);
    kqueue_fake_refuse(source.fd, EPIPE); /* as a kernel does once the reader is gone */
    close(ends[0]);
    assert_int_equal(wait_ms(1000, CAPACITY), 1);
    assert_int_equal(events[0].kind, IO_POLL);
    assert_int_equal(events[0].result, -EPIPE);
    assert_int_equal(backend->ops->release(backend, &source), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(all_changes_and_the_wait_are_one_call),
        TEST(a_release_costs_no_call_and_what_uses_its_number_again_is_not_confused),
        TEST(a_hundred_wakes_before_a_wait_are_one_call),
        TEST(a_report_for_a_source_that_is_gone_is_dropped_and_counted),
        TEST(a_refused_change_ends_the_interest_of_its_source_alone),
        TEST(a_refused_direction_leaves_the_other_one_to_be_taken_off),
        TEST(a_refused_change_ends_a_send),
        TEST(of_many_refusals_in_one_call_none_is_lost),
        TEST(taking_off_what_is_gone_already_ends_no_interest),
        TEST(a_pipe_without_reader_refuses_to_be_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
