/* The operation tables of all mechanisms: each is defined in the file of its name, and only
 * registry.c reads them. Which of them exist is decided by the build. */
#ifndef BACKENDS_MECHANISMS_H
#define BACKENDS_MECHANISMS_H

#include "backends/backend.h"

extern const struct backend_ops null_ops;
extern const struct backend_ops select_ops;
extern const struct backend_ops poll_ops;
extern const struct backend_ops epoll_ops;
extern const struct backend_ops io_uring_ops;
extern const struct backend_ops io_uring_poll_ops;
extern const struct backend_ops kqueue_ops;

#endif
