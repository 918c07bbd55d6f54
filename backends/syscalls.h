/* Every system call that a portable part of backends/ or loop/ makes, in one table. Tests replace
 * an entry to inject a fault at the n-th call; nothing else writes to it.
 *
 * All return >= 0 or -errno. Where systems differ in what one call can do (accept4, ppoll, signals
 * on send), the difference ends in syscalls.c.
 *
 * The calls that only some systems have stand in tables of the same form: syscalls_NAME.h has
 * `struct syscalls_NAME`, the table `sys_NAME` and the list SYSCALLS_NAME, syscalls_NAME.c fills
 * the table. The fault tests find each such file of the library, and walk its list: every call is
 * made to fail at open(), every one that waits at wait(). */
#ifndef BACKENDS_SYSCALLS_H
#define BACKENDS_SYSCALLS_H

#include <poll.h>
#include <stddef.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>

/* What a call does for the fault tests. */
enum syscall_kind {
    /* May block until something has happened: fails as wait() must be able to fail. */
    SYSCALL_WAITS,
    /* Gives a descriptor back: it is never made to fail, because nobody could act on it. */
    SYSCALL_CLOSES,
    /* Everything else. */
    SYSCALL_ACTS,
};

/* A list has a line for each call: CALL(name, kind, parameters, arguments). A fifth part is what
 * the kernel has done all the same when the call fails. */
/* It would take a parameter in a macro for a product. */
/* clang-format off */
#define SYSCALL_MEMBER(name, kind, parameters, arguments, ...) int (*name) parameters;

#define SYSCALLS(CALL) \
    /* Close-on-exec; blocking. */ \
    CALL(socket, ACTS, (int domain, int type, int protocol), (domain, type, protocol)) \
    CALL(bind, ACTS, (int fd, const struct sockaddr *address, socklen_t length), \
         (fd, address, length)) \
    CALL(listen, ACTS, (int fd, int backlog), (fd, backlog)) \
    CALL(set_option, ACTS, (int fd, int level, int name, int value), (fd, level, name, value)) \
    CALL(set_nonblocking, ACTS, (int fd, int nonblocking), (fd, nonblocking)) \
    /* The new descriptor: non-blocking, close-on-exec. */ \
    CALL(accept, ACTS, (int fd), (fd)) \
    CALL(recv, ACTS, (int fd, void *data, size_t length), (fd, data, length)) \
    /* Never raises SIGPIPE. */ \
    CALL(send, ACTS, (int fd, const void *data, size_t length), (fd, data, length)) \
    CALL(shutdown, ACTS, (int fd, int how), (fd, how)) \
    CALL(close, CLOSES, (int fd), (fd)) \
    CALL(read, ACTS, (int fd, void *data, size_t length), (fd, data, length)) \
    CALL(write, ACTS, (int fd, const void *data, size_t length), (fd, data, length)) \
    /* Both ends non-blocking, close-on-exec. */ \
    CALL(pipe, ACTS, (int fds[2]), (fds)) \
    CALL(poll, WAITS, (struct pollfd *set, unsigned count, const struct timespec *timeout), \
         (set, count, timeout)) \
    CALL(select, WAITS, \
         (int count, fd_set *readable, fd_set *writable, const struct timespec *timeout), \
         (count, readable, writable, timeout))
/* clang-format on */

struct syscalls {
    SYSCALLS(SYSCALL_MEMBER)
};

extern struct syscalls sys;

/* macOS has no poll with a timespec: there sys.poll rounds up to milliseconds. */
#if defined(__APPLE__)
#define SYSCALLS_POLL_IS_MILLISECOND 1
#else
#define SYSCALLS_POLL_IS_MILLISECOND 0
#endif

#endif
