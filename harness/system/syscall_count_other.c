#include "harness/system/syscall_count.h"

#include <errno.h>
#include <stdio.h>

int syscall_count_open(struct syscall_count *self, char *problem)
{
    self->fd = -1;
    snprintf(problem, SYSCALL_COUNT_PROBLEM_BYTES,
             "system calls cannot be counted: that takes Linux and its perf_event_open");
    return -ENOTSUP;
}

int syscall_count_begin(struct syscall_count *self)
{
    (void)self;
    return -ENOTSUP;
}

int syscall_count_end(struct syscall_count *self, uint64_t *count)
{
    (void)self;
    (void)count;
    return -ENOTSUP;
}

void syscall_count_close(struct syscall_count *self)
{
    (void)self;
}
