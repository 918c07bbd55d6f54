/* The same for kqueue(2). */
#include "tests/conformance/faults.h"

#include "backends/syscalls_kqueue.h"

static struct syscalls_kqueue real;

static int faulty_kqueue(void)
{
    return fault_is_due() ? fault_error() : real.kqueue();
}

static int faulty_change(int fd, const struct kevent *changes, int change_count,
                         struct kevent *reports, int capacity, const struct timespec *timeout)
{
    return fault_is_due() ? fault_error()
                          : real.kevent(fd, changes, change_count, reports, capacity, timeout);
}

/* What fails is the waiting: the changes were made before it. */
static int faulty_wait(int fd, const struct kevent *changes, int change_count,
                       struct kevent *reports, int capacity, const struct timespec *timeout)
{
    if (capacity == 0 || !fault_is_due())
        return real.kevent(fd, changes, change_count, reports, capacity, timeout);
    real.kevent(fd, changes, change_count, NULL, 0, NULL);
    return fault_error();
}

void faults_at_open_kqueue(void)
{
    real = sys_kqueue;
    sys_kqueue.kqueue = faulty_kqueue;
    sys_kqueue.kevent = faulty_change;
}

void faults_at_wait_kqueue(void)
{
    real = sys_kqueue;
    sys_kqueue.kevent = faulty_wait;
}
