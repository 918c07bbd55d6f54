#include "harness/workloads/pool_files.h"

#include <errno.h>

int pool_files_drop_cache(int fd, bool check)
{
    (void)fd, (void)check;
    return -ENOTSUP;
}
