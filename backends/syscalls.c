#if defined(__APPLE__)
#define _DARWIN_UNLIMITED_SELECT 1 /* pselect() refuses sets beyond FD_SETSIZE without it */
#endif
#include "backends/syscalls.h"

#include "backends/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#if defined(__APPLE__)
#define HAVE_ATOMIC_FLAGS 0 /* no accept4, pipe2, SOCK_CLOEXEC */
#else
#define HAVE_ATOMIC_FLAGS 1
#endif

static int checked(long result)
{
    return result < 0 ? -errno : (int)result;
}

static int set_flags(int fd, int nonblocking)
{
    int status = fcntl(fd, F_GETFL);
    if (status < 0)
        return -errno;
    int wanted = nonblocking ? status | O_NONBLOCK : status & ~O_NONBLOCK;
    return wanted == status ? 0 : checked(fcntl(fd, F_SETFL, wanted));
}

#if !HAVE_ATOMIC_FLAGS
/* The descriptor, made close-on-exec and non-blocking after the fact; closed when that fails. */
static int with_flags(int fd, int nonblocking)
{
    if (fd < 0)
        return -errno;
    int r = checked(fcntl(fd, F_SETFD, FD_CLOEXEC));
    if (r >= 0)
        r = set_flags(fd, nonblocking);
    if (r < 0)
        close(fd);
    return r < 0 ? r : fd;
}
#endif

/* Where send() has no flag against SIGPIPE, the socket has an option for it. */
static int without_sigpipe(int fd)
{
#if defined(SO_NOSIGPIPE) && !defined(MSG_NOSIGNAL)
    int on = 1;
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    return fd;
}

static int call_socket(int domain, int type, int protocol)
{
#if HAVE_ATOMIC_FLAGS
    return without_sigpipe(checked(socket(domain, type | SOCK_CLOEXEC, protocol)));
#else
    return without_sigpipe(with_flags(socket(domain, type, protocol), 0));
#endif
}

static int call_bind(int fd, const struct sockaddr *address, socklen_t length)
{
    return checked(bind(fd, address, length));
}

static int call_listen(int fd, int backlog)
{
    return checked(listen(fd, backlog));
}

static int call_set_option(int fd, int level, int name, int value)
{
    return checked(setsockopt(fd, level, name, &value, sizeof value));
}

static int call_accept(int fd)
{
#if HAVE_ATOMIC_FLAGS
    return without_sigpipe(checked(accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)));
#else
    return without_sigpipe(with_flags(accept(fd, NULL, NULL), 1));
#endif
}

static int call_recv(int fd, void *data, size_t length)
{
    return checked(recv(fd, data, length, 0));
}

static int call_send(int fd, const void *data, size_t length)
{
#if defined(MSG_NOSIGNAL)
    return checked(send(fd, data, length, MSG_NOSIGNAL));
#else
    return checked(send(fd, data, length, 0));
#endif
}

static int call_shutdown(int fd, int how)
{
    return checked(shutdown(fd, how));
}

static int call_close(int fd)
{
    return checked(close(fd));
}

static int call_read(int fd, void *data, size_t length)
{
    return checked(read(fd, data, length));
}

static int call_write(int fd, const void *data, size_t length)
{
    return checked(write(fd, data, length));
}

static int call_pipe(int fds[2])
{
#if HAVE_ATOMIC_FLAGS
    return checked(pipe2(fds, O_NONBLOCK | O_CLOEXEC));
#else
    if (pipe(fds) < 0)
        return -errno;
    int first = with_flags(fds[0], 1);
    int second = with_flags(fds[1], 1);
    if (first >= 0 && second >= 0)
        return 0;
    if (first >= 0)
        close(fds[0]);
    if (second >= 0)
        close(fds[1]);
    return first < 0 ? first : second;
#endif
}

static int call_poll(struct pollfd *set, unsigned count, const struct timespec *timeout)
{
#if SYSCALLS_POLL_IS_MILLISECOND
    int64_t left_ms = -1;
    if (timeout != NULL)
        left_ms = (int64_t)timeout->tv_sec * 1000 + (timeout->tv_nsec + 999999) / 1000000;
    return checked(poll(set, count, left_ms > INT32_MAX ? INT32_MAX : (int)left_ms));
#elif defined(__NetBSD__)
    return checked(pollts(set, count, timeout, NULL));
#else
    return checked(ppoll(set, count, timeout, NULL));
#endif
}

static int call_select(int count, fd_set *read_set, fd_set *write_set,
                       const struct timespec *timeout)
{
    return checked(pselect(count, read_set, write_set, NULL, timeout, NULL));
}

struct syscalls sys = {
    .socket = call_socket,
    .bind = call_bind,
    .listen = call_listen,
    .set_option = call_set_option,
    .set_nonblocking = set_flags,
    .accept = call_accept,
    .recv = call_recv,
    .send = call_send,
    .shutdown = call_shutdown,
    .close = call_close,
    .read = call_read,
    .write = call_write,
    .pipe = call_pipe,
    .poll = call_poll,
    .select = call_select,
};
