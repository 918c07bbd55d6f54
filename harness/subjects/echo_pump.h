/* Connections that are read and written by recv() and send(), for subjects that are told which are
 * ready: what came is sent back at once, from the one buffer that all share. Only what does not fit
 * into the socket is copied; until it is out, nothing more is read from that connection. */
#ifndef HARNESS_SUBJECTS_ECHO_PUMP_H
#define HARNESS_SUBJECTS_ECHO_PUMP_H

#include "harness/contract/echo_ops.h"

struct echo_connection {
    int fd;
    /* What waits for room; NULL: nothing did so far. */
    char *rest;
    size_t rest_size, rest_sent;
};

struct echo_pump {
    struct echo_progress progress;
    /* Receives, and accepts. */
    uint64_t events;
    unsigned receive_budget, capacity;
    size_t buffer_size;
    char *buffer;
    /* The first progress.accepted are open. */
    struct echo_connection *connections;
};

/* -ENOMEM; echo_pump_close() has to follow all the same. */
int echo_pump_open(struct echo_pump *, const struct echo_setup *);
/* Closes the connections. */
void echo_pump_close(struct echo_pump *);

/* Accepts one connection: 1 and *added is the new one, to be watched for reading; 0: none is there.
 * -ENOBUFS: there are as many as it was opened for. */
int echo_pump_accept(struct echo_pump *, int listener_fd, struct echo_connection **added);

enum echo_wish { ECHO_READABLE, ECHO_WRITABLE };

/* A connection is ready: what it waits for next (echo_wish), or -errno; -ECONNRESET: it has ended.
 */
int echo_pump_run(struct echo_pump *, struct echo_connection *);

/* A listening socket that does not hold small messages back: the descriptor, or -errno and `what`
 * names the step. *port: of TCP, else 0. */
int echo_listen(const struct echo_setup *, bool nonblocking, uint16_t *port, const char **what);

#endif
