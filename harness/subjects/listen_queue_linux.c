/* For a listening socket TCP_INFO has the length of the accept queue in tcpi_unacked, since
 * Linux 2.6.24; it is what `ss -l` prints as Recv-Q. */
#include "harness/subjects/listen_queue.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

int listen_queue_length(int listener_fd)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    if (getsockopt(listener_fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
        return -errno;
    return (int)info.tcpi_unacked;
}
