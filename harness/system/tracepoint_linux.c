#include "harness/system/tracepoint_linux.h"

#include "harness/system/syscall_count.h"
#include "harness/base/text_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 256

static int explain(int error, const char *path, const char *root, char *problem)
{
    if (error == EACCES || error == EPERM)
        snprintf(
            problem, SYSCALL_COUNT_PROBLEM_BYTES,
            "system calls cannot be counted: %s may not be read (%s); run as root, or let your "
            "group in: mount -o remount,mode=750,gid=GROUP %s",
            path, strerror(error), root);
    else if (error == ENOENT)
        snprintf(problem, SYSCALL_COUNT_PROBLEM_BYTES,
                 "system calls cannot be counted: there is no %s; the kernel was built without "
                 "CONFIG_FTRACE_SYSCALLS",
                 path);
    else
        snprintf(problem, SYSCALL_COUNT_PROBLEM_BYTES, "system calls cannot be counted: %s: %s",
                 path, strerror(error));
    return -error;
}

/* 0: an empty folder stands where tracefs would be mounted, or none. 1: there is one. -errno: there
 * is, but this user may not look. */
static int look_for_tracefs(const char *root)
{
    char events[PATH_BYTES];
    snprintf(events, sizeof(events), "%s/events", root);
    if (access(events, F_OK) == 0)
        return 1;
    return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
}

int tracepoint_id(const char *const *roots, const char *system, const char *name, uint64_t *id,
                  char *problem)
{
    for (const char *const *root = roots; *root != NULL; root++) {
        int found = look_for_tracefs(*root);
        if (found == 0)
            continue;
        char path[PATH_BYTES], text[32], excess;
        snprintf(path, sizeof(path), "%s/events/%s/%s/id", *root, system, name);
        int length = found < 0 ? found : text_file_read(path, text, sizeof(text));
        if (length < 0)
            return explain(-length, path, *root, problem);
        if (sscanf(text, "%" SCNu64 "%c", id, &excess) == 1)
            return 0;
        return explain(EINVAL, path, *root, problem);
    }
    snprintf(problem, SYSCALL_COUNT_PROBLEM_BYTES,
             "system calls cannot be counted: tracefs is not mounted; as root: "
             "mount -t tracefs nodev %s",
             roots[0]);
    return -ENOENT;
}
