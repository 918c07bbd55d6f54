/* What the echo workload asks of a subject: a server that sends every byte back on the connection
 * that it came from, in order. Every int is >= 0 or -errno; `what` names the step that failed. */
#ifndef HARNESS_CONTRACT_ECHO_OPS_H
#define HARNESS_CONTRACT_ECHO_OPS_H

#include "harness/contract/subject.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Of a message; connections of a cell; messages under way on a connection. */
#define ECHO_BYTES_MAX 1048576u
#define ECHO_CONNECTIONS_MAX 65000u
#define ECHO_PIPELINE_MAX 256u

struct echo_server;

/* Where a server listens: the family says which member it is. */
struct echo_address {
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_un local;
    };
    socklen_t size;
};

struct echo_setup {
    const struct subject *subject;
    /* 127.0.0.1 at a port that the system chooses, or a path that is free. */
    struct echo_address address;
    unsigned backlog;
    /* Accepts per wakeup, the same for every subject. */
    unsigned budget;
    /* Connections that it has to hold, all of them until it is closed. */
    unsigned capacity;
    /* Buffers and rings. */
    const struct backend_config *config;
};

/* Since the server was opened. */
struct echo_progress {
    uint64_t accepted;
    /* That were sent back. */
    uint64_t bytes;
};

struct echo_ops {
    int (*open)(struct echo_server **, const struct echo_setup *, const char **what);
    /* Of TCP: the port. */
    uint16_t (*port)(const struct echo_server *);
    /* Accepts, and sends back what comes, until deadline_ns. No small message is held back
     * (TCP_NODELAY). -ECONNRESET: a connection has ended. */
    int (*serve)(struct echo_server *, uint64_t deadline_ns);
    void (*progress)(const struct echo_server *, struct echo_progress *);
    /* NULL: it has none. */
    void (*counters)(const struct echo_server *, struct backend_counters *);
    /* backend_feature bits; NULL: it asks for none. */
    uint32_t (*granted)(const struct echo_server *);
    /* By then the clients may have reset their ends. The path is not removed. */
    void (*close)(struct echo_server *);
};

#endif
