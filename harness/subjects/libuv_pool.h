/* peer:libuv's part in the pool workload. */
#ifndef HARNESS_SUBJECTS_LIBUV_POOL_H
#define HARNESS_SUBJECTS_LIBUV_POOL_H

extern const struct pool_ops libuv_pool_ops;

#endif
