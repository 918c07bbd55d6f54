#include "harness/subjects/listen_queue.h"

#include <errno.h>

int listen_queue_length(int listener_fd)
{
    (void)listener_fd;
    return -ENOTSUP;
}
