#include "harness/contract/turns.h"

#include <errno.h>
#include <unistd.h>

int turns_begin(int fd)
{
    char byte;
    ssize_t got;
    if (fd == 0)
        return 0;
    do
        got = read(fd, &byte, 1);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    return got == 1 ? 0 : -EPIPE;
}

int turns_next(int fd)
{
    const char byte = 0;
    if (fd == 0)
        return 0;
    return write(fd, &byte, 1) < 0 ? -errno : turns_begin(fd);
}
