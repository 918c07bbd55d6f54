/* Where the load goes, and where it comes from. */
#ifndef HARNESS_GENERATOR_TARGET_H
#define HARNESS_GENERATOR_TARGET_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

/* One source address has 28,232 local ports by default, and a listener sees no more connections
 * from it than that. All of 127.0.0.0/8 is bindable on Linux; elsewhere usually 127.0.0.1 alone. */
#define SOURCE_ADDRESSES_MAX 16

struct source_addresses {
    struct in_addr list[SOURCE_ADDRESSES_MAX];
    /* >= 1. */
    unsigned count;
    unsigned next;
};

/* Finds out which loopback addresses can be bound here. */
void source_addresses_probe(struct source_addresses *);

/* The family says which member it is. */
union target_address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_un local;
};

struct target {
    union target_address address;
    socklen_t address_size;
    /* NULL: not loopback, the kernel chooses. */
    struct source_addresses *sources;
    /* "127.0.0.1:40001", or a path. */
    char name[sizeof((struct sockaddr_un *)0)->sun_path + 8];
};

/* `host` is a numeric IPv4 address. -EINVAL for anything else. */
int target_set(struct target *, const char *host, unsigned port, struct source_addresses *);

/* A unix socket. -EINVAL: the path is empty, or too long for an address. */
int target_set_path(struct target *, const char *path);

/* Starts one connection from the next source address. 1: it is complete, as it is at once on
 * loopback. 0: in progress, *fd becomes writable. -errno: nothing is left open. The socket does not
 * block, and closing it sends a reset, so that no end of it stays in TIME_WAIT. */
int target_connect(struct target *, int *fd);

/* Ends a connection by reset and keeps its socket, which costs less than closing it and opening
 * another: 3.4 and 12.4 us in place of 5.7 and 16.5, measured. -errno where the system cannot; it
 * is still open. */
int target_disconnect(int fd);

/* Connects such a socket again, from the address that it has. As target_connect(), but on -errno it
 * is still open. */
int target_connect_again(const struct target *, int fd);

/* A sentence for a load that ended with `error` after `done` of `wanted` connections. Returns
 * error. */
int target_problem(const struct target *, int error, size_t done, size_t wanted, char *problem);

#endif
