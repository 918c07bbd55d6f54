/* An independent count of system calls: the kernel's own, at its raw_syscalls:sys_enter tracepoint.
 *
 * It owes nothing to what a backend says of itself. It has a price: from open to close, every
 * system call of every process on the machine takes the slow way into the kernel (measured on Linux
 * 6.18: getppid 102 ns without, 111 ns while open, 133 ns while counting). So a trial that counts
 * is not timed.
 */
#ifndef HARNESS_SYSTEM_SYSCALL_COUNT_H
#define HARNESS_SYSTEM_SYSCALL_COUNT_H

#include <stdint.h>

struct syscall_count {
    int fd;         /* -1 when closed */
    uint64_t start; /* reading at begin */
};

#define SYSCALL_COUNT_PROBLEM_BYTES 512

/* Prepares counting for the calling thread and for all threads and processes that it starts from
 * now on. Others are not counted, so it refuses (-EBUSY) when there are any. On -errno `problem`
 * says what is missing and how to provide it: -ENOTSUP where this system has nothing of the kind,
 * -ENOENT without tracefs, -EACCES or -EPERM without the right. */
int syscall_count_open(struct syscall_count *, char *problem);

/* Starts a window. -errno. */
int syscall_count_begin(struct syscall_count *);

/* Ends it. *count: the calls made since begin() returned, without those that begin() and end()
 * make. Calls of a thread that has ended are included. -errno. */
int syscall_count_end(struct syscall_count *, uint64_t *count);

void syscall_count_close(struct syscall_count *);

#endif
