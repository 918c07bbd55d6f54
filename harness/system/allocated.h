/* How much memory this process has allocated, where the C library tells. */
#ifndef HARNESS_SYSTEM_ALLOCATED_H
#define HARNESS_SYSTEM_ALLOCATED_H

#include <stdbool.h>
#include <stddef.h>

/* false: cannot be asked here. */
bool allocated_bytes(size_t *bytes);

#endif
