/* listen(2): a backlog above net.core.somaxconn is cut to it without a word. */
#include "harness/system/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

int limits_backlog(uint64_t *backlog, const char **name)
{
    FILE *file = fopen("/proc/sys/net/core/somaxconn", "re");
    if (file == NULL)
        return -ENOTSUP;
    int fields = fscanf(file, "%" SCNu64, backlog);
    fclose(file);
    *name = "net.core.somaxconn";
    return fields == 1 ? 0 : -ENOTSUP;
}
