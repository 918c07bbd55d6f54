/* The two system calls of kqueue(2), as syscalls.h has the portable ones. */
#ifndef BACKENDS_SYSCALLS_KQUEUE_H
#define BACKENDS_SYSCALLS_KQUEUE_H

#include <sys/types.h>

#include <sys/event.h>
#include <time.h>

struct syscalls_kqueue {
    int (*kqueue)(void); /* close-on-exec */
    int (*kevent)(int fd, const struct kevent *changes, int change_count, struct kevent *reports,
                  int capacity, const struct timespec *timeout);
};

extern struct syscalls_kqueue sys_kqueue;

#endif
