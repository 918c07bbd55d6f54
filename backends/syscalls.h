/* Every system call that a portable part of backends/ or loop/ makes, in one table. Tests replace
 * an entry to inject a fault at the n-th call; nothing else writes to it.
 *
 * All return >= 0 or -errno. Where systems differ in what one call can do (accept4, ppoll, signals
 * on send), the difference ends in syscalls.c. The calls that only Linux has are in
 * syscalls_linux.h. */
#ifndef BACKENDS_SYSCALLS_H
#define BACKENDS_SYSCALLS_H

#include <poll.h>
#include <stddef.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>

struct syscalls {
    int (*socket)(int domain, int type, int protocol); /* close-on-exec; blocking */
    int (*bind)(int fd, const struct sockaddr *, socklen_t);
    int (*listen)(int fd, int backlog);
    int (*set_option)(int fd, int level, int name, int value);
    int (*set_nonblocking)(int fd, int nonblocking);
    int (*accept)(int fd); /* the new descriptor: non-blocking, close-on-exec */
    int (*recv)(int fd, void *data, size_t length);
    int (*send)(int fd, const void *data, size_t length); /* never raises SIGPIPE */
    int (*shutdown)(int fd, int how);
    int (*close)(int fd);
    int (*read)(int fd, void *data, size_t length);
    int (*write)(int fd, const void *data, size_t length);
    int (*pipe)(int fds[2]); /* both ends non-blocking, close-on-exec */
    int (*poll)(struct pollfd *, unsigned count, const struct timespec *timeout);
    int (*select)(int count, fd_set *read, fd_set *write, const struct timespec *timeout);
};

extern struct syscalls sys;

/* macOS has no poll with a timespec: there sys.poll rounds up to milliseconds. */
#if defined(__APPLE__)
#define SYSCALLS_POLL_IS_MILLISECOND 1
#else
#define SYSCALLS_POLL_IS_MILLISECOND 0
#endif

#endif
