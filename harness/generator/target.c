#include "harness/generator/target.h"

#include "harness/base/problem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static int open_socket(int family)
{
#if defined(SOCK_NONBLOCK) && defined(SOCK_CLOEXEC)
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
#else
    int fd = socket(family, SOCK_STREAM, 0);
    if (fd < 0)
        return -errno;
    if (fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
        return fd;
    int r = -errno;
    close(fd);
    return r;
#endif
}

static int bind_source(int fd, struct in_addr address)
{
#ifdef IP_BIND_ADDRESS_NO_PORT
    /* The port is chosen by connect(), which knows the other end, so that one local port serves
     * many connections, and bind() does not search for one that nobody uses at all. */
    int on = 1;
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) < 0)
        return -errno;
#endif
    struct sockaddr_in source = {.sin_family = AF_INET, .sin_addr = address};
    return bind(fd, (struct sockaddr *)&source, sizeof source) < 0 ? -errno : 0;
}

void source_addresses_probe(struct source_addresses *sources)
{
    *sources = (struct source_addresses){0};
    for (uint32_t i = 0; i < SOURCE_ADDRESSES_MAX; i++) {
        struct in_addr address = {.s_addr = htonl(INADDR_LOOPBACK + i)};
        int fd = open_socket(AF_INET);
        if (fd < 0)
            break; /* the first connection will say it */
        if (bind_source(fd, address) == 0)
            sources->list[sources->count++] = address;
        close(fd);
    }
    if (sources->count == 0)
        sources->list[sources->count++].s_addr = htonl(INADDR_LOOPBACK);
}

int target_set(struct target *target, const char *host, unsigned port,
               struct source_addresses *sources)
{
    *target = (struct target){.address_size = sizeof(struct sockaddr_in)};
    struct sockaddr_in *address = &target->address.in;
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (!host || port == 0 || port > UINT16_MAX ||
        inet_pton(AF_INET, host, &address->sin_addr) != 1)
        return -EINVAL;
    if (ntohl(address->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET)
        target->sources = sources;
    char numeric[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &address->sin_addr, numeric, sizeof numeric);
    snprintf(target->name, sizeof target->name, "%s:%u", numeric, port);
    return 0;
}

int target_set_path(struct target *target, const char *path)
{
    *target = (struct target){.address_size = sizeof(struct sockaddr_un)};
    struct sockaddr_un *address = &target->address.local;
    address->sun_family = AF_UNIX;
    size_t length = path ? strlen(path) : 0;
    if (length == 0 || length >= sizeof address->sun_path)
        return -EINVAL;
    memcpy(address->sun_path, path, length + 1);
    snprintf(target->name, sizeof target->name, "%s", path);
    return 0;
}

/* connect() on a socket that does not block says EINPROGRESS even when, as on loopback, the
 * handshake is over as it returns. A second call tells, and spares waiting for writability and
 * asking for SO_ERROR. */
static int connect_now(int fd, const struct target *target)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        if (connect(fd, &target->address.any, target->address_size) == 0 || errno == EISCONN)
            return 1;
        if (errno != EINPROGRESS && errno != EALREADY && errno != EINTR)
            return -errno;
    }
    return 0;
}

/* connect(2): an address of AF_UNSPEC dissolves the association, and for TCP that is a reset. */
int target_disconnect(int fd)
{
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    return connect(fd, &nowhere, sizeof nowhere) < 0 ? -errno : 0;
}

int target_connect_again(const struct target *target, int fd)
{
    return connect_now(fd, target);
}

static int connect_from(const struct target *target, const struct in_addr *source, int *out)
{
    int fd = open_socket(target->address.any.sa_family);
    if (fd < 0)
        return fd;
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int r = setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) < 0 ? -errno : 0;
    if (r == 0 && source)
        r = bind_source(fd, *source);
    if (r == 0)
        r = connect_now(fd, target);
    if (r < 0)
        close(fd);
    else
        *out = fd;
    return r;
}

int target_connect(struct target *target, int *fd)
{
    struct source_addresses *sources = target->sources;
    if (!sources)
        return connect_from(target, NULL, fd);
    int r = -EADDRNOTAVAIL;
    for (unsigned tried = 0; tried < sources->count && r == -EADDRNOTAVAIL; tried++) {
        r = connect_from(target, &sources->list[sources->next], fd);
        sources->next = (sources->next + 1) % sources->count;
    }
    return r;
}

int target_problem(const struct target *target, int r, size_t done, size_t wanted, char *problem)
{
    struct rlimit files = {0};
    const char *name = target->name;
    switch (-r) {
    case EMFILE:
        getrlimit(RLIMIT_NOFILE, &files);
        return problem_say(problem, r,
                           "connecting to %s stopped after %zu of %zu: the generator may open %llu "
                           "files; raise the limit (ulimit -n) or ask for fewer connections",
                           name, done, wanted, (unsigned long long)files.rlim_cur);
    case ENFILE:
        return problem_say(
            problem, r,
            "connecting to %s stopped after %zu of %zu: the system has no file left; "
            "raise its limit (sysctl fs.file-max) or ask for fewer connections",
            name, done, wanted);
    case EADDRNOTAVAIL:
    case EADDRINUSE:
        return problem_say(problem, r,
                           "connecting to %s stopped after %zu of %zu: no local port is free on %u "
                           "source addresses; widen net.ipv4.ip_local_port_range or ask for fewer "
                           "connections",
                           name, done, wanted, target->sources ? target->sources->count : 1);
    case ENOMEM:
    case ENOBUFS:
        return problem_say(
            problem, r,
            "connecting to %s stopped after %zu of %zu: no memory is left for another "
            "connection; free some, raise net.ipv4.tcp_mem or ask for fewer",
            name, done, wanted);
    case ECONNREFUSED:
        return problem_say(
            problem, r,
            "connecting to %s was refused after %zu of %zu: nobody listens there; has "
            "the server ended?",
            name, done, wanted);
    case EAGAIN: /* a unix socket says so at once */
    case ETIMEDOUT:
        return problem_say(problem, r,
                           "connecting to %s timed out after %zu of %zu: its listen queue is full; "
                           "raise net.core.somaxconn or ask for fewer connections",
                           name, done, wanted);
    default:
        return problem_say(problem, r, "connecting to %s failed after %zu of %zu: %s", name, done,
                           wanted, strerror(-r));
    }
}
