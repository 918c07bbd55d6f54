#include "tests/conformance/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* then SO_NOSIGPIPE is there */
#endif

/* Not smaller: a segment on loopback has up to 64 KiB, and a receiver with less room than one drops
 * it until the sender has given up hope for seconds. */
#define NARROW_BYTES 65536
#define FIRST_FOREIGN_DESCRIPTOR (1 << 28)

static void must(const char *what, int result)
{
    if (result < 0)
        fail_case("%s: %s", what, strerror(errno));
}

void set_nonblocking(int fd, bool on)
{
    /* Direct descriptors of a ring stand far above any of the process, which knows nothing of them.
     */
    if (fd >= FIRST_FOREIGN_DESCRIPTOR)
        return;
    int flags = fcntl(fd, F_GETFL);
    must("fcntl F_GETFL", flags);
    must("fcntl F_SETFL", fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
}

bool descriptor_is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

void peer_track(struct fixture *f, int fd)
{
    if (f->peer_count == f->peer_capacity) {
        f->peer_capacity = f->peer_capacity == 0 ? 64 : 2 * f->peer_capacity;
        f->peers = realloc(f->peers, f->peer_capacity * sizeof *f->peers);
        expect(f->peers != NULL, "memory for the case");
    }
    f->peers[f->peer_count++] = fd;
}

static int tcp_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    must("socket", fd);
    int on = 1;
    must("TCP_NODELAY", setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
#ifdef SO_NOSIGPIPE
    must("SO_NOSIGPIPE", setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on));
#endif
    return fd;
}

static void set_buffers(int fd, int bytes)
{
    if (bytes == 0)
        return;
    must("SO_SNDBUF", setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes));
    must("SO_RCVBUF", setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes));
}

in_addr_t own_loopback_address(void)
{
    uint32_t host = 1 + (uint32_t)getpid() % 0xfffffe;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(0x7f000000 | host)};
    int fd = tcp_socket();
    bool usable = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return usable ? address.sin_addr.s_addr : htonl(INADDR_LOOPBACK);
}

static int listen_with(int backlog, int buffer_bytes, struct sockaddr_in *address)
{
    int fd = tcp_socket();
    int on = 1;
    set_buffers(fd, buffer_bytes);
    *address = (struct sockaddr_in){.sin_family = AF_INET};
    address->sin_addr.s_addr = own_loopback_address();
    socklen_t length = sizeof *address;
    must("SO_REUSEADDR", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    must("bind", bind(fd, (struct sockaddr *)address, length));
    must("listen", listen(fd, backlog));
    must("getsockname", getsockname(fd, (struct sockaddr *)address, &length));
    return fd;
}

int listen_anywhere(int backlog, struct sockaddr_in *address)
{
    return listen_with(backlog, 0, address);
}

struct endpoint *listener(struct fixture *f, int backlog, struct sockaddr_in *address,
                          uint16_t want)
{
    return adopt(f, listen_anywhere(backlog, address), want);
}

int peer_connect(struct fixture *f, const struct sockaddr_in *address)
{
    int fd = tcp_socket();
    peer_track(f, fd);
    must("connect", connect(fd, (const struct sockaddr *)address, sizeof *address));
    return fd;
}

static struct meeting_point *meeting_point(struct fixture *f, bool narrow)
{
    struct meeting_point *point = &f->meeting_points[narrow];
    if (point->fd == 0) {
        point->fd = listen_with(16, narrow ? NARROW_BYTES : 0, &point->address);
        peer_track(f, point->fd);
    }
    return point;
}

static void join_ends(struct fixture *f, int ends[2], bool narrow)
{
    struct meeting_point *point = meeting_point(f, narrow);
    ends[1] = tcp_socket();
    set_buffers(ends[1], narrow ? NARROW_BYTES : 0);
    must("connect", connect(ends[1], (struct sockaddr *)&point->address, sizeof point->address));
    ends[0] = accept(point->fd, NULL, NULL);
    must("accept", ends[0]);
}

void connect_pair(struct fixture *f, int ends[2])
{
    join_ends(f, ends, false);
}

static struct endpoint *connection_with(struct fixture *f, bool narrow, int *peer, uint16_t want)
{
    int ends[2];
    join_ends(f, ends, narrow);
    *peer = ends[1];
    peer_track(f, ends[1]);
    return adopt(f, ends[0], want);
}

struct endpoint *connection(struct fixture *f, int *peer, uint16_t want)
{
    return connection_with(f, false, peer, want);
}

struct endpoint *narrow_connection(struct fixture *f, int *peer, uint16_t want)
{
    return connection_with(f, true, peer, want);
}

struct endpoint *pipe_reader(struct fixture *f, int *writer, uint16_t want)
{
    int ends[2];
    must("pipe", pipe(ends));
    *writer = ends[1];
    peer_track(f, ends[1]);
    return adopt(f, ends[0], want);
}

struct endpoint *pipe_writer(struct fixture *f, int *reader, uint16_t want)
{
    int ends[2];
    must("pipe", pipe(ends));
    *reader = ends[0];
    peer_track(f, ends[0]);
    return adopt(f, ends[1], want);
}

void peer_send(struct fixture *f, int peer, const void *data, size_t length)
{
    (void)f;
    const char *next = data;
    while (length > 0) {
        ssize_t n = send(peer, next, length, MSG_NOSIGNAL);
        if (n < 0 && errno == ENOTSOCK)
            n = write(peer, next, length);
        if (n < 0 && errno == EINTR)
            continue;
        must("send from the peer", (int)n);
        next += n;
        length -= (size_t)n;
    }
}

size_t peer_send_pattern(int peer, uint64_t offset, size_t length)
{
    unsigned char data[4096];
    size_t sent = 0;
    while (sent < length) {
        size_t part = length - sent < sizeof data ? length - sent : sizeof data;
        pattern_fill(data, offset + sent, part);
        ssize_t n = send(peer, data, part, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        must("send from the peer", (int)n);
        sent += (size_t)n;
    }
    return sent;
}

ssize_t peer_receive_pattern(int peer, uint64_t offset, size_t limit)
{
    unsigned char data[65536];
    ssize_t n = recv(peer, data, limit < sizeof data ? limit : sizeof data, MSG_DONTWAIT);
    if (n < 0)
        return errno == EINTR || errno == EWOULDBLOCK ? -EAGAIN : -errno;
    if (!pattern_continues(data, offset, (size_t)n))
        fail_case("bytes %llu and following arrived garbled", (unsigned long long)offset);
    return n;
}

static void peer_forget(struct fixture *f, int peer)
{
    for (size_t i = 0; i < f->peer_count; i++)
        if (f->peers[i] == peer)
            f->peers[i] = -1;
}

void peer_close(struct fixture *f, int peer)
{
    peer_forget(f, peer);
    must("close", close(peer));
}

void peer_reset(struct fixture *f, int peer)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    int r = setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    if (r < 0 && errno != ENOTSOCK)
        must("SO_LINGER", r);
    peer_close(f, peer);
}

bool peer_sees_the_end(int peer)
{
    char data[4096];
    struct pollfd one = {.fd = peer, .events = POLLIN};
    for (;;) {
        if (poll(&one, 1, (int)(stall_ns() / NS_PER_MS)) == 0)
            return false;
        ssize_t n = recv(peer, data, sizeof data, MSG_DONTWAIT);
        if (n == 0)
            return true;
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return true;
    }
}

void pattern_fill(void *data, uint64_t offset, size_t length)
{
    unsigned char *bytes = data;
    for (size_t i = 0; i < length; i++)
        bytes[i] = pattern_byte(offset + i);
}

bool pattern_continues(const void *data, uint64_t offset, size_t length)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != pattern_byte(offset + i))
            return false;
    return true;
}

void stream_bytes(struct fixture *f, struct endpoint *source, int peer, uint64_t total)
{
    uint64_t sent = source->received;
    total += sent;
    while (source->received < total) {
        sent += peer_send_pattern(peer, sent, total - sent);
        wait_some(f, "the bytes that were sent");
        recycle_all(f);
    }
    expect_equal(source->received, total);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
}
