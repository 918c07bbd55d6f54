/* Finding a tracepoint's number, by which perf_event_open(2) knows it. */
#ifndef HARNESS_SYSTEM_TRACEPOINT_LINUX_H
#define HARNESS_SYSTEM_TRACEPOINT_LINUX_H

#include <stdint.h>

/* Reads ROOT/events/SYSTEM/NAME/id in the first root (NULL-terminated) that is a tracefs. -errno
 * with a sentence in `problem` (SYSCALL_COUNT_PROBLEM_BYTES): -ENOENT when no root is one or it
 * lacks the tracepoint, -EACCES when it may not be read, -EINVAL when what it holds is not a
 * number. */
int tracepoint_id(const char *const *roots, const char *system, const char *name, uint64_t *id,
                  char *problem);

#endif
