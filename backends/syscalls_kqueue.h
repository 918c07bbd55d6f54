/* The system calls of kqueue(2), as syscalls.h has the portable ones. kevent(2) is two entries, by
 * what it is called for. */
#ifndef BACKENDS_SYSCALLS_KQUEUE_H
#define BACKENDS_SYSCALLS_KQUEUE_H

#include "backends/syscalls.h"

#include <sys/types.h>

#include <sys/event.h>
#include <time.h>

/* It would take a parameter in a macro for a product. */
/* clang-format off */
#define SYSCALLS_KQUEUE(CALL) \
    /* Close-on-exec. */ \
    CALL(kqueue, ACTS, (void), ()) \
    /* kevent(2) without a place for reports. */ \
    CALL(change, ACTS, (int fd, const struct kevent *changes, int change_count), \
         (fd, changes, change_count)) \
    /* kevent(2) that makes changes, and then waits. Its failure is that of the wait. */ \
    CALL(change_and_wait, WAITS, \
         (int fd, const struct kevent *changes, int change_count, struct kevent *reports, \
          int capacity, const struct timespec *timeout), \
         (fd, changes, change_count, reports, capacity, timeout), \
         sys_kqueue.change(fd, changes, change_count))
/* clang-format on */

struct syscalls_kqueue {
    SYSCALLS_KQUEUE(SYSCALL_MEMBER)
};

extern struct syscalls_kqueue sys_kqueue;

#endif
