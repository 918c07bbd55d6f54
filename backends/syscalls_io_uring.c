#include "backends/syscalls_io_uring.h"

struct syscalls_io_uring sys_io_uring = {
    .queue_init = io_uring_queue_init_params,
    .submit_and_get_events = io_uring_submit_and_get_events,
    .submit_and_wait = io_uring_submit_and_wait,
    .submit_and_wait_timeout = io_uring_submit_and_wait_timeout,
    .register_ring_fd = io_uring_register_ring_fd,
    .register_buffer_ring = io_uring_register_buf_ring,
    .register_files_sparse = io_uring_register_files_sparse,
    .register_other = io_uring_register,
};
