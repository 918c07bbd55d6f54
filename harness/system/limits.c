#include "harness/system/limits.h"

#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>

int limits_raise_files(uint64_t *files)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -errno;
    rlim_t soft = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0) /* macOS: a hard limit without end is not granted */
        limit.rlim_cur = soft;
    *files = limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : (uint64_t)limit.rlim_cur;
    return 0;
}

void limits_read(struct limits *limits)
{
    if (limits_raise_files(&limits->files) < 0)
        limits->files = UINT64_MAX;
    if (limits_backlog(&limits->backlog, &limits->backlog_name) < 0) {
        limits->backlog = UINT64_MAX;
        limits->backlog_name = NULL;
    }
}
