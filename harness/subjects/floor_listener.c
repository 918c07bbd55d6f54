#include "harness/subjects/floor_listener.h"

#include "backends/syscalls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

int floor_listen(unsigned backlog, bool nonblocking, uint16_t *port, const char **what)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    *what = "socket";
    int fd = sys.socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return fd;
    /* As the loop does: ports of connections that ended lately are not counted as taken. */
    int r = sys.set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (r >= 0)
        r = sys.set_nonblocking(fd, nonblocking);
    if (r >= 0) {
        *what = "bind to 127.0.0.1";
        r = sys.bind(fd, (struct sockaddr *)&address, size);
    }
    if (r >= 0 && getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        r = -errno;
    if (r >= 0) {
        *what = "listen";
        r = sys.listen(fd, (int)backlog);
    }
    if (r < 0) {
        sys.close(fd);
        return r;
    }
    *port = ntohs(address.sin_port);
    return fd;
}
