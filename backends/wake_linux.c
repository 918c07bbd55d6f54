#include "backends/syscalls_linux.h"
#include "backends/wake.h"

int wake_descriptors(int fds[2])
{
    int fd = sys_linux.eventfd();
    fds[0] = fds[1] = fd;
    return fd < 0 ? fd : 0;
}
