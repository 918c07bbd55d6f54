#include "harness/subjects/echo_pump.h"

#include "backends/accept_errors.h"
#include "backends/syscalls.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

int echo_pump_open(struct echo_pump *pump, const struct echo_setup *setup)
{
    *pump = (struct echo_pump){
        .receive_budget = setup->config->receive_budget,
        .capacity = setup->capacity,
        .buffer_size = setup->config->buffer_size,
    };
    pump->buffer = malloc(pump->buffer_size);
    pump->connections = malloc(setup->capacity * sizeof *pump->connections);
    if (!pump->buffer || !pump->connections)
        return -ENOMEM;
    /* Touched before anything is timed. */
    memset(pump->buffer, 0, pump->buffer_size);
    memset(pump->connections, 0, setup->capacity * sizeof *pump->connections);
    return 0;
}

void echo_pump_close(struct echo_pump *pump)
{
    for (uint64_t i = 0; i < pump->progress.accepted; i++) {
        sys.close(pump->connections[i].fd);
        free(pump->connections[i].rest);
    }
    free(pump->connections);
    free(pump->buffer);
    *pump = (struct echo_pump){0};
}

int echo_pump_accept(struct echo_pump *pump, int listener_fd, struct echo_connection **added)
{
    int fd;
    do
        fd = sys.accept(listener_fd);
    while (fd < 0 && fd != -EAGAIN && accept_error_passes(fd));
    if (fd < 0)
        return fd == -EAGAIN ? 0 : fd;
    if (pump->progress.accepted == pump->capacity) {
        sys.close(fd);
        return -ENOBUFS;
    }
    pump->events++;
    *added = &pump->connections[pump->progress.accepted++];
    (*added)->fd = fd;
    return 1;
}

/* Bytes that the socket took, 0 when it is full. */
static int send_some(struct echo_pump *pump, int fd, const char *data, size_t size)
{
    int sent = sys.send(fd, data, size);
    if (sent > 0)
        pump->progress.bytes += (uint64_t)sent;
    if (sent == -EAGAIN || sent == -EINTR)
        return 0;
    return sent == -EPIPE ? -ECONNRESET : sent;
}

static int keep_rest(struct echo_pump *pump, struct echo_connection *connection, const char *data,
                     size_t size)
{
    if (connection->rest == NULL)
        connection->rest = malloc(pump->buffer_size);
    if (connection->rest == NULL)
        return -ENOMEM;
    memcpy(connection->rest, data, size);
    connection->rest_size = size;
    connection->rest_sent = 0;
    return ECHO_WRITABLE;
}

static int send_rest(struct echo_pump *pump, struct echo_connection *connection)
{
    int sent = send_some(pump, connection->fd, connection->rest + connection->rest_sent,
                         connection->rest_size - connection->rest_sent);
    if (sent < 0)
        return sent;
    connection->rest_sent += (size_t)sent;
    if (connection->rest_sent < connection->rest_size)
        return ECHO_WRITABLE;
    connection->rest_size = connection->rest_sent = 0;
    return ECHO_READABLE;
}

int echo_pump_run(struct echo_pump *pump, struct echo_connection *connection)
{
    if (connection->rest_size > 0)
        return send_rest(pump, connection);
    for (unsigned i = 0; i < pump->receive_budget; i++) {
        int got = sys.recv(connection->fd, pump->buffer, pump->buffer_size);
        if (got == -EAGAIN || got == -EINTR)
            return ECHO_READABLE;
        if (got <= 0)
            return got == 0 ? -ECONNRESET : got;
        pump->events++;
        int sent = send_some(pump, connection->fd, pump->buffer, (size_t)got);
        if (sent < 0)
            return sent;
        if (sent < got)
            return keep_rest(pump, connection, pump->buffer + sent, (size_t)(got - sent));
        if ((size_t)got < pump->buffer_size)
            return ECHO_READABLE; /* that was all */
    }
    return ECHO_READABLE;
}

int echo_listen(const struct echo_setup *setup, bool nonblocking, uint16_t *port, const char **what)
{
    struct echo_address address = setup->address;
    bool is_tcp = address.any.sa_family == AF_INET;
    *what = "socket";
    int fd = sys.socket(address.any.sa_family, SOCK_STREAM, 0);
    if (fd < 0)
        return fd;
    int r = sys.set_nonblocking(fd, nonblocking);
    if (r >= 0 && is_tcp) /* as the loop does, on what it accepts, too */
        r = sys.set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (r >= 0 && is_tcp)
        r = sys.set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (r >= 0) {
        *what = "bind";
        r = sys.bind(fd, &address.any, address.size);
    }
    if (r >= 0 && getsockname(fd, &address.any, &address.size) < 0)
        r = -errno;
    if (r >= 0) {
        *what = "listen";
        r = sys.listen(fd, (int)setup->backlog);
    }
    if (r < 0) {
        sys.close(fd);
        return r;
    }
    *port = is_tcp ? ntohs(address.in.sin_port) : 0;
    return fd;
}
