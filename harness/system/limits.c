#include "harness/system/limits.h"

#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>
#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

/* On macOS "no limit" means that of the system for each process, and asking for more is refused. */
static rlim_t most_files(rlim_t hard)
{
#ifdef __APPLE__
    int each;
    size_t size = sizeof each;
    if (hard == RLIM_INFINITY && sysctlbyname("kern.maxfilesperproc", &each, &size, NULL, 0) == 0)
        return (rlim_t)each;
#endif
    return hard;
}

int limits_raise_files(uint64_t *files)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -errno;
    rlim_t soft = limit.rlim_cur;
    limit.rlim_cur = most_files(limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        limit.rlim_cur = most_files(soft);
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
