/* The calls into the kernel that liburing makes for us, as syscalls.h has the portable ones. */
#ifndef BACKENDS_SYSCALLS_IO_URING_H
#define BACKENDS_SYSCALLS_IO_URING_H

#include "backends/syscalls.h"

#include <liburing.h>

/* It would take a parameter in a macro for a product. */
/* clang-format off */
#define SYSCALLS_IO_URING(CALL) \
    CALL(queue_init, ACTS, \
         (unsigned entries, struct io_uring *ring, struct io_uring_params *params), \
         (entries, ring, params)) \
    CALL(submit_and_get_events, WAITS, (struct io_uring *ring), (ring)) \
    CALL(submit_and_wait, WAITS, (struct io_uring *ring, unsigned count), (ring, count)) \
    CALL(submit_and_wait_timeout, WAITS, \
         (struct io_uring *ring, struct io_uring_cqe **first, unsigned count, \
          struct __kernel_timespec *timeout, sigset_t *mask), \
         (ring, first, count, timeout, mask)) \
    CALL(register_ring_fd, ACTS, (struct io_uring *ring), (ring)) \
    CALL(register_buffer_ring, ACTS, \
         (struct io_uring *ring, struct io_uring_buf_reg *registration, unsigned flags), \
         (ring, registration, flags)) \
    CALL(register_files_sparse, ACTS, (struct io_uring *ring, unsigned count), (ring, count)) \
    /* io_uring_register(2) for what liburing 2.3 has no function for. */ \
    CALL(register_other, ACTS, (unsigned fd, unsigned opcode, const void *what, unsigned count), \
         (fd, opcode, what, count))
/* clang-format on */

struct syscalls_io_uring {
    SYSCALLS_IO_URING(SYSCALL_MEMBER)
};

extern struct syscalls_io_uring sys_io_uring;

#endif
