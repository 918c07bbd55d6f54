#include "backends/syscalls.h"
#include "backends/wake.h"

int wake_descriptors(int fds[2])
{
    return sys.pipe(fds);
}
