/* What a subject says of itself on a system that refuses some of what it asks for. */
#include "backends/syscalls_io_uring.h"
#include "backends/syscalls_linux.h"
#include "harness/subjects/subjects.h"
#include "tests/required_backends.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct syscalls_linux usual_linux;
static struct syscalls_io_uring usual_io_uring;

static int keep_calls(void **state)
{
    (void)state;
    usual_linux = sys_linux;
    usual_io_uring = sys_io_uring;
    return 0;
}

static int restore_calls(void **state)
{
    (void)state;
    sys_linux = usual_linux;
    sys_io_uring = usual_io_uring;
    return 0;
}

static int register_refused(unsigned fd, unsigned opcode, const void *what, unsigned count)
{
    (void)fd, (void)opcode, (void)what, (void)count;
    return -EINVAL;
}

static unsigned refusals;

static int init_later(unsigned entries, struct io_uring *ring, struct io_uring_params *params)
{
    if (refusals == 0)
        return usual_io_uring.queue_init(entries, ring, params);
    refusals--;
    params->flags = 0; /* they are the kernel's to write to */
    return -ENOMEM;
}

static int wait_forbidden(int fd, struct epoll_event *events, int capacity,
                          const struct timespec *timeout)
{
    (void)fd, (void)events, (void)capacity, (void)timeout;
    return -EPERM;
}

static int create_forbidden(void)
{
    return -EPERM;
}

static int ask(const char *name, char *reason, uint32_t *granted)
{
    const struct subject *subject = subject_find(name);
    assert_non_null(subject);
    return subject->available(subject, reason, granted);
}

static void need_io_uring(void)
{
    char reason[REASON_BYTES];
    uint32_t granted;
    if (ask("io_uring", reason, &granted) == 0)
        return;
    assert_false(backend_is_required("io_uring"));
    skip();
}

static void a_feature_that_is_missing_is_named_with_what_brings_it(void **state)
{
    char reason[REASON_BYTES];
    uint32_t granted;
    (void)state;
    need_io_uring();
    sys_io_uring.register_other = register_refused;
    assert_true(ask("io_uring:+napi", reason, &granted) < 0);
    assert_string_equal(reason, "this system refuses io_uring:+napi: it lacks NAPI (Linux 6.9)");
    assert_int_equal(granted, subject_find("io_uring")->variant->asked);
}

/* Rings opened back to back under a small limit of locked memory. */
static void a_ring_whose_memory_is_given_back_late_is_waited_for(void **state)
{
    char reason[REASON_BYTES];
    uint32_t granted;
    (void)state;
    need_io_uring();
    sys_io_uring.queue_init = init_later;
    refusals = 3;
    assert_int_equal(ask("io_uring", reason, &granted), 0);
    assert_int_equal(refusals, 0);
    assert_int_equal(granted, subject_find("io_uring")->variant->asked);
    refusals = UINT_MAX;
    assert_int_equal(ask("io_uring", reason, &granted), -ENOMEM);
    assert_non_null(strstr(reason, "locked memory"));
}

/* Each refusal has its own cause: that io_uring may be switched off says nothing of epoll. */
static void a_mechanism_that_is_forbidden_does_not_blame_another(void **state)
{
    char reason[REASON_BYTES];
    uint32_t granted;
    (void)state;
    sys_linux.epoll_create = create_forbidden;
    assert_int_equal(ask("epoll", reason, &granted), -EPERM);
    assert_null(strstr(reason, "io_uring"));
    assert_non_null(strstr(reason, "seccomp"));
}

static void epoll_without_the_call_for_nanoseconds_runs_and_says_so(void **state)
{
    char reason[REASON_BYTES];
    uint32_t granted;
    (void)state;
    sys_linux.epoll_pwait2 = wait_forbidden;
    assert_int_equal(ask("epoll-et", reason, &granted), 0);
    assert_int_equal(granted, BACKEND_EDGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_feature_that_is_missing_is_named_with_what_brings_it,
                                        keep_calls, restore_calls),
        cmocka_unit_test_setup_teardown(a_ring_whose_memory_is_given_back_late_is_waited_for,
                                        keep_calls, restore_calls),
        cmocka_unit_test_setup_teardown(a_mechanism_that_is_forbidden_does_not_blame_another,
                                        keep_calls, restore_calls),
        cmocka_unit_test_setup_teardown(epoll_without_the_call_for_nanoseconds_runs_and_says_so,
                                        keep_calls, restore_calls),
    };
    return cmocka_run_group_tests_name("available", tests, NULL, NULL);
}
